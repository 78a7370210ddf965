/**
 * Introduction: how a node comes to know its registry: by the address in its node file, once, and by the pinned key from then on.
 */
import { fail, Instant, KeyAnnouncements, limits, msBetween, ok, PublicKeys, problem, type Result } from '@cityweave/core';
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

/** Whether the node at an address takes messages over a WebSocket, as it said when it was looked at last. */
const Sockets = z.object({ socket: z.url().optional(), at: Instant });
const noun = 'registrySocket';

type Known = { readonly id: string; readonly address: string; readonly endpoint: string };

/** Asked again from time to time: a registry may begin to take sockets, or cease to. Who does not answer takes what it took before. */
const socketOf = async ({ protocol, records, clock }: Room, { id, address }: Known): Promise<string | undefined> => {
  const before = Sockets.safeParse(records.get(noun, address)).data;
  const at = clock.now();
  if (before && msBetween(before.at, at) < limits.keyRefreshMs) return before.socket;
  const fetched = await fetchIntroduction(protocol, address);
  const { socket } = fetched.ok && fetched.value.id === id ? fetched.value : { ...before };
  records.put(noun, address, { at, ...(socket !== undefined && { socket }) });
  return socket;
};

/** A socket belongs to the address that it was told with: of a registry that has moved nothing is known but where it is now. */
const socketAt = async (room: Room, known: Known): Promise<Pick<Peer, 'socket'>> => {
  const socket = await socketOf(room, known);
  return socket !== undefined && URL.parse(socket)?.host === URL.parse(known.endpoint)?.host ? { socket } : {};
};

/** The registry as a peer; undefined while it cannot be reached, or where its key is not the one that was pinned or named. */
export const introduce = async (room: Room, named: Address): Promise<Peer | undefined> => {
  if (!named) return undefined;
  const { protocol, records, clock } = room;
  const known = records.get('registryAt', named.address) as string | undefined; // branding: only this file writes the noun
  const pinned = known === undefined ? undefined : pinOf(records, known);
  if (known !== undefined && pinned) {
    const { endpoint, keys } = pinned;
    return { id: known, role: 'registry', address: endpoint, ...(await socketAt(room, { id: known, address: named.address, endpoint })), keys };
  }
  const fetched = await fetchIntroduction(protocol, named.address);
  if (!fetched.ok) return undefined;
  const { id, keys, endpoint, socket, announcements = [] } = fetched.value;
  if (named.keyThumbprint !== undefined && !keys.some(({ kid }) => kid === named.keyThumbprint)) return undefined;
  const reached = followPin(pinOf(records, id), id, { keys, announcements });
  if (!keys.some(({ x }) => reached.keys.some((key) => key.x === x))) return undefined;
  putPin(records, id, { ...reached, endpoint, at: clock.now() });
  records.put('registryAt', named.address, id);
  records.put(noun, named.address, { at: clock.now(), ...(socket !== undefined && { socket }) });
  return { id, role: 'registry', address: endpoint, ...(socket !== undefined && { socket }), keys };
};
