/**
 * Introduction: how a node comes to know its registry: by the address in its node file, once, and by the pinned key from then on.
 */
import { fail, KeyAnnouncements, ok, PublicKeys, problem, type Result } from '@cityweave/core';
import { z } from 'zod';
import type { Clock } from '../deps.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { RecordStore } from '../store/store.ts';
import { followPin, pinOf, putPin } from '../trust/pin.ts';
import type { Peer } from './peer.ts';

/** What a node says of itself to a stranger, beside its JWKS. */
export const Introduction = z.object({
  id: z.string(),
  endpoint: z.url(),
  /** where it also takes messages over a WebSocket */
  socket: z.url().optional(),
  keys: PublicKeys,
  announcements: KeyAnnouncements.optional(),
});
export type Introduction = z.infer<typeof Introduction>;
type Room = { readonly protocol: Protocol; readonly records: RecordStore; readonly clock: Clock };
type Address = { readonly address: string; readonly keyThumbprint?: string | undefined } | undefined;

const introductionTimeoutMs = 3_000;

/** The document itself: believed at first contact, later only where it leads on from what is pinned. */
export const fetchIntroduction = async (protocol: Protocol, address: string): Promise<Result<Introduction>> => {
  const fetched = await protocol.fetchDocument({ address: new URL('/.well-known/jwks.json', address).href, timeoutMs: introductionTimeoutMs });
  if (!fetched.ok) return fetched;
  const parsed = Introduction.safeParse(fetched.value).data;
  return parsed ? ok(parsed) : fail(problem('malformed', { subject: 'introduction' }));
};

/** A socket belongs to the address that it was told with: of a registry that has moved nothing is known but where it is now. */
const socketAt = (records: RecordStore, address: string, endpoint: string): Pick<Peer, 'socket'> => {
  const socket = z.url().safeParse(records.get('registrySocket', address)).data;
  return socket !== undefined && URL.parse(socket)?.host === URL.parse(endpoint)?.host ? { socket } : {};
};

/** The registry as a peer; undefined while it cannot be reached, or where its key is not the one that was pinned or named. */
export const introduce = async ({ protocol, records, clock }: Room, named: Address): Promise<Peer | undefined> => {
  if (!named) return undefined;
  const known = records.get('registryAt', named.address) as string | undefined; // branding: only this file writes the noun
  const pinned = known === undefined ? undefined : pinOf(records, known);
  if (known !== undefined && pinned)
    return { id: known, role: 'registry', address: pinned.endpoint, ...socketAt(records, named.address, pinned.endpoint), keys: pinned.keys };
  const fetched = await fetchIntroduction(protocol, named.address);
  if (!fetched.ok) return undefined;
  const { id, keys, endpoint, socket, announcements = [] } = fetched.value;
  if (named.keyThumbprint !== undefined && !keys.some(({ kid }) => kid === named.keyThumbprint)) return undefined;
  const reached = followPin(pinOf(records, id), id, { keys, announcements });
  if (!keys.some(({ x }) => reached.keys.some((key) => key.x === x))) return undefined;
  putPin(records, id, { ...reached, endpoint, at: clock.now() });
  records.put('registryAt', named.address, id);
  if (socket !== undefined) records.put('registrySocket', named.address, socket);
  return { id, role: 'registry', address: endpoint, ...(socket !== undefined && { socket }), keys };
};
