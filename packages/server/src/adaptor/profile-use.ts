/**
 * Profile use: what an adaptor says of itself in what it passes on, and by which rules it converts, as the bridge stands now.
 */
import type { Hop, Message, Result, TwinId } from '@cityweave/core';
import type { AdaptorRoom, BridgeRecord } from './bridge.ts';
import type { Converter } from './semantic-adaptation.ts';

/** What an adaptor made of a data area. */
type Made = NonNullable<Hop['converted']>;

export type Inward = { readonly converted?: Made; readonly dropped?: number };

export type Conversion = {
  /** to the owner, beside the message as it came; absent where it goes as it is */
  readonly outward?: Made;
  /** what is left of the asker's time, where it says so */
  readonly budgetMs?: number | undefined;
  /** to the consumer, beside the answer as its owner signed it */
  readonly inward: (answer: Message) => Result<Inward>;
};

export const hopOf = ({ self, deps }: AdaptorRoom, { profile, profileId }: BridgeRecord) => ({
  adaptorId: self.id,
  at: deps.clock.now(),
  profileId,
  steps: profile.steps,
});

export const converterOf = ({ self, deps }: AdaptorRoom, { profile, owner }: BridgeRecord): Converter => ({
  profile,
  owner: owner.id as TwinId, // branding: an end of a connection is a twin
  adaptor: self.id,
  now: deps.clock.now(),
});
