/**
 * Profile use: what an adaptor says of itself in what it passes on, and by which rules it converts, as the bridge stands now.
 */
import type { TwinId } from '@cityweave/core';
import type { AdaptorRoom, BridgeRecord } from './bridge.ts';
import type { Converter } from './semantic-adaptation.ts';

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
