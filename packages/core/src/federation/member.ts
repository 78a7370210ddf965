/**
 * Member: a twin that takes part in a federation, as its initiator keeps it: where it stands, what it offers, what is being said to it.
 */
import { z } from 'zod';
import { AgencyId, AgreementId, ConnectionId, FeatureId, MessageId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { LanguageMap } from '../ground/language.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { Geometry } from '../ground/place/place.ts';
import { type DigitalTwin, Endpoint, reachedAt } from '../twin/digital-twin.ts';
import { PublicKey } from '../twin/public-key.ts';
import { Bridge } from './adaptation/profile.ts';
import { UseMode } from './agreement.ts';

export const MemberState = z.enum(['INVITED', 'AGREED', 'CONNECTING', 'ACTIVE', 'INTERRUPTED', 'LEAVING', 'LEFT', 'REMOVED']);
export type MemberState = z.infer<typeof MemberState>;

export const memberLifecycle = defineLifecycle<MemberState>('member', 'INVITED', {
  INVITED: ['AGREED', 'REMOVED'],
  AGREED: ['CONNECTING', 'LEAVING', 'REMOVED'],
  CONNECTING: ['ACTIVE', 'LEAVING', 'REMOVED'],
  ACTIVE: ['INTERRUPTED', 'LEAVING', 'REMOVED'],
  INTERRUPTED: ['ACTIVE', 'LEAVING', 'REMOVED'],
  LEAVING: ['LEFT', 'REMOVED'],
  LEFT: ['REMOVED'],
  REMOVED: [],
});

/** A message that is to be said: saved with its id before it is sent, so that saying it again after a crash is harmless. */
export const Step = z.object({ move: z.enum(['invite', 'connect', 'form', 'suspend', 'resume', 'release']), messageId: MessageId });
export type Step = z.infer<typeof Step>;
export type Move = Step['move'];

export const Member = z.object({
  twinId: TwinId,
  agency: AgencyId,
  name: LanguageMap,
  /** the city domain that it registered itself for */
  domain: TermId.optional(),
  endpoint: Endpoint,
  /** where it also takes messages over a WebSocket */
  socket: z.url().optional(),
  keys: z.array(PublicKey),
  state: MemberState.brand<'entered'>(),
  since: Instant,
  /** when it took part for the first time */
  joinedAt: Instant.optional(),
  /** `modes`: what is asked for of a feature; reading and subscribing where absent. `far`: its owner has it in a form of its own, which takes an adaptor */
  features: z.array(
    z.object({ featureId: FeatureId, kind: TermId, terms: z.array(z.string()), modes: z.array(UseMode).optional(), far: z.boolean().optional() }),
  ),
  /** the area for which it can answer */
  coverage: Geometry.optional(),
  agreementId: AgreementId,
  connectionId: ConnectionId,
  /** what lies between it and the initiator, where they cannot talk directly */
  bridge: Bridge.optional(),
  /** the member whose place it takes */
  replaces: TwinId.optional(),
  /** it has been told that the federation is suspended */
  suspended: z.boolean().optional(),
  /** until then it still answers, then it is gone */
  leavesAt: Instant.optional(),
  /** what is being said to it now */
  step: Step.optional(),
  /** it has been told that the federated twin is formed */
  formed: z.boolean(),
  reason: z.string().optional(),
});
export type Member = z.infer<typeof Member>;

/** Where a member is spoken to, as it is registered. */
export const wayTo = ({ endpoints }: Pick<DigitalTwin, 'endpoints'>): Pick<Member, 'endpoint' | 'socket'> | undefined => {
  const reached = reachedAt(endpoints);
  const endpoint = endpoints.find(({ address }) => address === reached?.address);
  return endpoint && { endpoint, socket: reached?.socket };
};

/** What a member is to become; the state it is to enter is looked at by whoever changes it. */
export type ChangedMember = Omit<Member, 'state'> & { readonly state: MemberState };

/** It may be asked: it takes part, be its line interrupted, or still has to go. */
export const mayBeAsked = ({ state }: Pick<Member, 'state'>): boolean => state === 'ACTIVE' || state === 'INTERRUPTED' || state === 'LEAVING';
