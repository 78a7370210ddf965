/**
 * Authorise: who may say what. A message is for this node, in time, and signed with the key pinned for its sender.
 */
import { checkTime, fail, type Message, ok, PublicKey, problem, type Result, type RowName } from '@cityweave/core';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { RecordStore } from '../store/store.ts';
import { pinKeys, pinOf } from '../trust/pin.ts';
import { verifyMessage } from '../trust/signature.ts';
import type { Self } from './peer.ts';

export type Authorise = (message: Message, name: RowName) => Promise<Result<true>>;

/** What the registry knows of a sender that this node meets for the first time. */
export type LookUp = (id: string) => Promise<Result<{ readonly keys: readonly PublicKey[]; readonly endpoint: string }>>;

type Desk = {
  readonly deps: Deps;
  readonly records: RecordStore;
  readonly self: Self;
  readonly lookUp: LookUp /** people and programs on this machine may ask without a key while the node binds to loopback only */;
  readonly openToApplications: boolean;
};

const Introducing = z.object({
  id: z.string(),
  attributes: z.object({ keys: z.array(PublicKey).min(1), endpoints: z.array(z.object({ address: z.string() })).min(1) }),
});

/** A registration carries the key that signed it: that is how a registry comes to know the key. */
const introducedKeys = (message: Message, name: RowName): z.infer<typeof Introducing> | undefined => {
  if (name !== 'registry.register.digitalTwin') return undefined;
  const introduced = Introducing.safeParse(message.data.objects[0]).data;
  return introduced?.id === message.header.source.id ? introduced : undefined;
};

const keysOf = async (desk: Desk, message: Message, name: RowName): Promise<Result<readonly PublicKey[]>> => {
  const { id } = message.header.source;
  const pinned = pinOf(desk.records, id);
  if (pinned) return ok(pinned.keys);
  const introduced = introducedKeys(message, name);
  if (introduced) return ok(introduced.attributes.keys);
  const found = await desk.lookUp(id);
  return found.ok ? ok(found.value.keys) : fail(problem('notAuthenticated', { subject: id, accepted: 'a sender that the registry knows' }));
};

/** Pinned only after the signature was found good, so that nobody can pin a key in another's name. */
const pinSender = (
  desk: Desk,
  message: Message,
  { keys, introducedAt }: { readonly keys: readonly PublicKey[]; readonly introducedAt: string | undefined },
): void => {
  const { id, endpoint = introducedAt } = message.header.source;
  if (endpoint !== undefined) pinKeys(desk.records, id, { keys, endpoint, at: desk.deps.clock.now() });
};

const isForMe = ({ header }: Message, self: Self): boolean => header.destination.id === self.id;

export const createAuthorise =
  (desk: Desk): Authorise =>
  async (message, name) => {
    const { header } = message;
    if (!isForMe(message, desk.self)) return fail(problem('unknownDestination', { found: header.destination.id, accepted: desk.self.id }));
    const inTime = checkTime(header, desk.deps.clock.now());
    if (!inTime.ok) return inTime;
    if (header.source.role === 'application') {
      return desk.openToApplications ? ok(true) : fail(problem('notAuthenticated', { subject: header.source.id, accepted: 'a signed-in application' }));
    }
    const keys = await keysOf(desk, message, name);
    if (!keys.ok) return keys;
    const verified = await verifyMessage(message, keys.value);
    const introducedAt = introducedKeys(message, name)?.attributes.endpoints[0]?.address;
    if (verified.ok) pinSender(desk, message, { keys: keys.value, introducedAt });
    return verified;
  };
