/**
 * Peer registries: a registry asks those that it knows on behalf of whoever asks it. A loop is cut and its path named; a peer that is silent is named too.
 */
import {
  cursorBehind,
  type Forwarding,
  fail,
  inOrder,
  limits,
  ok,
  type Paged,
  type Problem,
  pageOf,
  problem,
  type Reply,
  type Request,
  type Result,
  type SubscriptionId,
  type TwinId,
} from '@cityweave/core';
import type { AskedBy } from '../exchange/answer.ts';
import type { Peer } from '../exchange/peer.ts';
import type { RegistryRoom } from './entry.ts';

export type Cut = NonNullable<Reply<'registry.discover.feature'>['parameters']['cut']>[number];

/** Where a question goes, and for how long the answers are waited for. */
type Way = { readonly forwarding: Forwarding; readonly go: readonly Peer[]; readonly cut: readonly Cut[]; readonly timeoutMs: number };

/** The fewer hops are left the shorter: who is silent further away makes nobody late who lies between. */
const waitMsWith = (hops: number): number => (limits.registryPeerMs * hops) / limits.registryHopsMax;

/** The search that a page is of: the one that it goes on with, else a new one. */
export const searchOf = ({ deps }: RegistryRoom, { queryId }: { readonly queryId?: string | undefined }): string => queryId ?? `urn:uuid:${deps.ids.uuid()}`;

/** Whoever a registry asks for: only a registry that is a peer may ask for another than itself. */
export const askerOf = async (room: RegistryRoom, by: AskedBy, forwarding: Forwarding | undefined): Promise<string> => {
  if (forwarding?.onBehalfOf === undefined) return by.sender;
  return (await room.peers()).some(({ id }) => id === by.sender) ? forwarding.onBehalfOf : by.sender;
};

/** Where a question goes from here, and where it does not, and why. */
const wayFrom = async (room: RegistryRoom, forwarding: Forwarding | undefined, onBehalfOf: string): Promise<Way> => {
  const peers = (await room.peers()).slice(0, limits.registryPeersMax);
  const path = [...(forwarding?.path ?? []), room.self.id];
  const hops = forwarding?.hops ?? limits.registryHopsMax;
  const next = { path, hops: Math.max(0, hops - 1), onBehalfOf };
  const seen = (peer: Peer): boolean => path.some((id) => id === peer.id);
  const asker = forwarding?.path.at(-1);
  const loops = peers.filter((peer) => seen(peer) && peer.id !== asker).map((peer): Cut => ({ registry: peer.id, reason: 'loop', path }));
  const open = peers.filter((peer) => !seen(peer));
  const way = { forwarding: next, timeoutMs: waitMsWith(hops) };
  if (hops > 0) return { ...way, go: open, cut: loops };
  return { ...way, go: [], cut: [...loops, ...open.map((peer): Cut => ({ registry: peer.id, reason: 'hops', path }))] };
};

const answered = <T>(outcomes: readonly { readonly peer: Peer; readonly outcome: Result<T> }[], path: readonly TwinId[]) => ({
  replies: outcomes.flatMap(({ outcome }) => (outcome.ok ? [outcome.value] : [])),
  cut: outcomes.flatMap(({ peer, outcome }): readonly Cut[] => (outcome.ok ? [] : [{ registry: peer.id, reason: 'unreachable', path: [...path] }])),
});

type Asked =
  | 'registry.discover.digitalTwin'
  | 'registry.discover.feature'
  | 'registry.discover.federatedDigitalTwin'
  | 'registry.discover.communicationAdaptor'
  | 'registry.retrieve.semanticDictionary';

type Asking<N extends Asked> = {
  readonly name: N;
  readonly parameters: Request<N>['parameters'];
  readonly objects?: Request<N>['objects'];
  readonly asker: string;
};

type Contributed<N extends Asked> = { readonly replies: readonly Reply<N>[]; readonly cut: readonly Cut[] };

/** The same question to every peer at once, as far as hops and loops allow. They tell entries whole: what is told of an entry is cut once all are together. */
export const askPeers = async <N extends Asked>(room: RegistryRoom, { name, parameters, objects, asker }: Asking<N>): Promise<Contributed<N>> => {
  const { go, cut, forwarding, timeoutMs } = await wayFrom(room, parameters.forwarding, asker);
  // branding: the same row's content, with the way it went
  const content = { parameters: { ...parameters, fields: undefined, forwarding }, objects: objects ?? [] } as unknown as Request<N>;
  const outcomes = await Promise.all(go.map(async (peer) => ({ peer, outcome: await room.ask(peer, name, content, { timeoutMs }) })));
  const { replies, cut: silent } = answered(outcomes, forwarding.path);
  const told = replies.flatMap((reply) => (reply.parameters as { readonly cut?: readonly Cut[] }).cut ?? []); // branding: every one of these rows has it
  return { replies, cut: [...cut, ...silent, ...told] };
};

/** Each once, wherever it was found; the one with the later revision. */
export const once = <T extends { readonly id: string; readonly revision?: number | undefined }>(objects: readonly T[]): readonly T[] => {
  const byId = new Map<string, T>();
  for (const object of objects) if ((byId.get(object.id)?.revision ?? -1) < (object.revision ?? 0)) byId.set(object.id, object);
  return [...byId.values()];
};

type Found<T> = { readonly objects: readonly T[]; readonly total: number; readonly more: boolean };

/** Pages of several registries as one: each has what follows the same place, so the first of all of them are the first in all. */
export const foundHere = <T>({ items, total, next }: Paged<T>): Found<T> => ({ objects: items, total, more: next !== null });

type Page<T> = { readonly objects: readonly T[]; readonly parameters: { readonly total: number; readonly next: string | null } };

export const foundThere = <T>({ objects, parameters }: Page<T>): Found<T> => ({ objects, total: parameters.total, more: parameters.next !== null });

/** One page of what was found here and at peers, as far as all of them told: behind the last of a page that goes on there may be others that come before. */
export const merged = <T extends { readonly id: string; readonly attributes: unknown; readonly revision?: number | undefined }>(
  pages: readonly Found<T>[],
  query: Parameters<typeof pageOf>[1],
) => {
  const told = pages.flatMap(({ objects }) => objects);
  const all = inOrder(once(told), query);
  const ends = pages.flatMap(({ objects, more }) => (more ? all.findIndex(({ id }) => id === objects.at(-1)?.id) : [])).filter((at) => at >= 0);
  const { items, next } = pageOf(all.slice(0, Math.min(...ends, all.length) + 1), { ...query, cursor: undefined });
  const last = items.at(-1);
  const rest = next ?? (last && pages.some(({ more }) => more) ? cursorBehind(last, query) : null);
  // of those that were found on several ways as far as they are seen here
  const again = told.length - all.length;
  return { total: pages.reduce((sum, { total }) => sum + total, 0) - again, next: rest, objects: items };
};

/** What did not contribute, where anything did not. */
export const toldCut = (cut: readonly Cut[]): { readonly cut?: Cut[] } => (cut.length > 0 ? { cut: [...cut] } : {});

type Subscribing = 'registry.subscribe.digitalTwin' | 'registry.subscribe.feature';

/** A subscription at a peer, on behalf of one that is held here. */
export type Relay = { readonly registry: TwinId; readonly subscriptionId: SubscriptionId };

/** Subscribes at every peer to what is subscribed to here. */
export const subscribeAtPeers = async (
  room: RegistryRoom,
  { name, parameters, asker }: { readonly name: Subscribing; readonly parameters: Request<Subscribing>['parameters']; readonly asker: string },
): Promise<{ readonly relays: readonly Relay[]; readonly cut: readonly Cut[] }> => {
  const { go, cut, forwarding, timeoutMs } = await wayFrom(room, parameters.forwarding, asker);
  const content = { parameters: { ...parameters, forwarding }, objects: [] };
  const outcomes = await Promise.all(go.map(async (peer) => ({ peer, outcome: await room.ask(peer, name, content, { timeoutMs }) })));
  const { replies, cut: silent } = answered(outcomes, forwarding.path);
  const relays = outcomes.flatMap(
    ({ peer, outcome }): readonly Relay[] => (outcome.ok ? [{ registry: peer.id as TwinId, subscriptionId: outcome.value.objects[0].id }] : []), // branding: a registry is reached as the twin of its agency
  );
  return { relays, cut: [...cut, ...silent, ...replies.flatMap((reply) => reply.parameters.cut ?? [])] };
};

/** Nobody listens here any more, so nobody need tell it. */
export const unsubscribeAtPeers = async (
  room: RegistryRoom,
  name: 'registry.unsubscribe.digitalTwin' | 'registry.unsubscribe.feature',
  relays: readonly Relay[],
) => {
  const peers = await room.peers();
  const end = ({ registry, subscriptionId }: Relay) => {
    const peer = peers.find(({ id }) => id === registry);
    return peer && room.ask(peer, name, { parameters: { subscriptionId }, objects: [] }, { timeoutMs: limits.registryPeerMs });
  };
  await Promise.all(relays.map(end));
};

/** It answered: it does not know it. */
const isElsewhere = ({ kind }: Problem): boolean => kind === 'notFound' || kind === 'notRegistered';

type Retrieved = 'registry.retrieve.digitalTwin' | 'registry.retrieve.feature' | 'registry.retrieve.federatedDigitalTwin';

/** Where it could not be looked for, for who is told that it is nowhere. */
export const describeCut = ({ registry, reason }: Cut): string => `${reason}: ${registry}`;

/** As the first peer that has it says, with the registries that did not contribute. */
export const findAtPeers = async <N extends Retrieved>(
  room: RegistryRoom,
  { name, request, asker }: { readonly name: N; readonly request: Request<N>; readonly asker: string },
): Promise<Result<Reply<N>>> => {
  const { go, cut, forwarding, timeoutMs } = await wayFrom(room, request.parameters.forwarding, asker);
  // branding: the same row's content, with the way it went
  const content = { parameters: { forwarding }, objects: request.objects } as unknown as Request<N>;
  const outcomes = await Promise.all(go.map(async (peer) => ({ peer, outcome: await room.ask(peer, name, content, { timeoutMs }) })));
  const { replies, cut: silent } = answered(
    outcomes.filter(({ outcome }) => outcome.ok || !isElsewhere(outcome.problem)),
    forwarding.path,
  );
  const [found] = replies;
  const kind = name === 'registry.retrieve.digitalTwin' ? 'notRegistered' : 'notFound';
  const [object] = request.objects;
  const all = [...cut, ...silent, ...(found?.parameters.cut ?? [])];
  if (!found) {
    const why = [
      ...all.map(describeCut),
      ...outcomes.flatMap(({ outcome }) => (!outcome.ok && isElsewhere(outcome.problem) ? (outcome.problem.found ?? []) : [])),
    ];
    return fail(problem(kind, { subject: object.id, ...(why.length > 0 && { found: why.join(', ') }) }));
  }
  return ok({ ...found, parameters: { ...found.parameters, ...toldCut(all) } });
};
