/**
 * Authorise: who may say what. A message is for this node, in time, and signed with the key pinned for its sender.
 */
import {
  checkTime,
  Endpoint,
  fail,
  KeyAnnouncements,
  type Message,
  ok,
  PublicKeys,
  problem,
  type Result,
  type RowName,
  reachedAt,
  rowOf,
} from '@cityweave/core';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Introduced } from '../trust/pin.ts';
import type { PartnerKeys } from './partner-keys.ts';
import type { Self } from './peer.ts';

export type Authorise = (message: Message, name: RowName) => Promise<Result<true>>;

type Desk = {
  readonly deps: Deps;
  readonly self: Self;
  readonly partners: PartnerKeys;
  /** people and programs on this machine may ask without a key while the node binds to loopback only */
  readonly openToApplications: boolean;
};

const Introducing = z.object({
  id: z.string(),
  attributes: z.object({ keys: PublicKeys, announcements: KeyAnnouncements.optional(), endpoints: z.array(Endpoint).min(1) }),
});

/** A registration carries the key that signed it, and how it came to be: that is how a registry comes to know the key. */
const introducedBy = (message: Message, name: RowName): Introduced | undefined => {
  if (name !== 'registry.register.digitalTwin') return undefined;
  const introduced = Introducing.safeParse(message.data.objects[0]).data;
  if (introduced?.id !== message.header.source.id) return undefined;
  const { keys, announcements, endpoints } = introduced.attributes;
  return { keys, announcements, endpoint: reachedAt(endpoints)?.address };
};

const isForMe = ({ header }: Message, self: Self): boolean => header.destination.id === self.id;

const checkEnvelope = (message: Message, name: RowName, { deps, self }: Desk): Result<true> => {
  const { header } = message;
  if (!isForMe(message, self)) return fail(problem('unknownDestination', { found: header.destination.id, accepted: self.id }));
  const { messageType } = rowOf(name);
  if (header.messageType !== messageType) return fail(problem('malformed', { path: '/header/messageType', found: header.messageType, accepted: messageType }));
  return checkTime(header, deps.clock.now());
};

export const createAuthorise =
  (desk: Desk): Authorise =>
  async (message, name) => {
    const { source } = message.header;
    const checked = checkEnvelope(message, name, desk);
    if (!checked.ok) return checked;
    if (source.role !== 'application') return desk.partners.verify(message, introducedBy(message, name));
    return desk.openToApplications ? ok(true) : fail(problem('notAuthenticated', { subject: source.id, accepted: 'a signed-in application' }));
  };
