/**
 * Peer registries: a registry asks those that it knows on behalf of whoever asks it. A loop is cut and its path named; a peer that is silent is named too.
 */
import { type Forwarding, fail, limits, ok, type Problem, problem, type Reply, type Request, type Result, type TwinId } from '@cityweave/core';
import type { AskedBy } from '../exchange/answer.ts';
import type { Peer } from '../exchange/peer.ts';
import type { RegistryRoom } from './entry.ts';

export type Cut = NonNullable<Reply<'registry.discover.feature'>['parameters']['cut']>[number];

type Way = { readonly forwarding: Forwarding; readonly go: readonly Peer[]; readonly cut: readonly Cut[] };

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
  if (hops > 0) return { forwarding: next, go: open, cut: loops };
  return { forwarding: next, go: [], cut: [...loops, ...open.map((peer): Cut => ({ registry: peer.id, reason: 'hops', path }))] };
};

const answered = <T>(outcomes: readonly { readonly peer: Peer; readonly outcome: Result<T> }[], path: readonly TwinId[]) => ({
  replies: outcomes.flatMap(({ outcome }) => (outcome.ok ? [outcome.value] : [])),
  cut: outcomes.flatMap(({ peer, outcome }): readonly Cut[] => (outcome.ok ? [] : [{ registry: peer.id, reason: 'unreachable', path: [...path] }])),
});

const waiting = { timeoutMs: limits.registryPeerMs };

type Asked<N extends 'registry.discover.digitalTwin' | 'registry.discover.feature'> = { readonly replies: readonly Reply<N>[]; readonly cut: readonly Cut[] };

/** The same question to every peer at once, as far as hops and loops allow. */
export const askPeers = async <N extends 'registry.discover.digitalTwin' | 'registry.discover.feature'>(
  room: RegistryRoom,
  { name, parameters, asker }: { readonly name: N; readonly parameters: Request<N>['parameters']; readonly asker: string },
): Promise<Asked<N>> => {
  const { go, cut, forwarding } = await wayFrom(room, parameters.forwarding, asker);
  // branding: the same row's content, with the way it went
  const content = { parameters: { ...parameters, forwarding }, objects: [] } as unknown as Request<N>;
  const outcomes = await Promise.all(go.map(async (peer) => ({ peer, outcome: await room.ask(peer, name, content, waiting) })));
  const { replies, cut: silent } = answered(outcomes, forwarding.path);
  const told = replies.flatMap((reply) => (reply.parameters as { readonly cut?: readonly Cut[] }).cut ?? []); // branding: both rows have it
  return { replies, cut: [...cut, ...silent, ...told] };
};

/** It answered: it does not know it. */
const isElsewhere = ({ kind }: Problem): boolean => kind === 'notFound' || kind === 'notRegistered';

type Retrieved = 'registry.retrieve.digitalTwin' | 'registry.retrieve.feature';

/** Where it could not be looked for, for who is told that it is nowhere. */
const describeCut = ({ registry, reason }: Cut): string => `${reason}: ${registry}`;

/** As the first peer that has it says, with the registries that did not contribute. */
export const findAtPeers = async <N extends Retrieved>(
  room: RegistryRoom,
  { name, request, asker }: { readonly name: N; readonly request: Request<N>; readonly asker: string },
): Promise<Result<Reply<N>>> => {
  const { go, cut, forwarding } = await wayFrom(room, request.parameters.forwarding, asker);
  // branding: the same row's content, with the way it went
  const content = { parameters: { forwarding }, objects: request.objects } as unknown as Request<N>;
  const outcomes = await Promise.all(go.map(async (peer) => ({ peer, outcome: await room.ask(peer, name, content, waiting) })));
  const { replies, cut: silent } = answered(
    outcomes.filter(({ outcome }) => outcome.ok || !isElsewhere(outcome.problem)),
    forwarding.path,
  );
  const [found] = replies;
  const kind = name === 'registry.retrieve.feature' ? 'notFound' : 'notRegistered';
  const [object] = request.objects;
  const all = [...cut, ...silent, ...(found?.parameters.cut ?? [])];
  if (!found) {
    const why = [
      ...all.map(describeCut),
      ...outcomes.flatMap(({ outcome }) => (!outcome.ok && isElsewhere(outcome.problem) ? (outcome.problem.found ?? []) : [])),
    ];
    return fail(problem(kind, { subject: object.id, ...(why.length > 0 && { found: why.join(', ') }) }));
  }
  return ok({ ...found, parameters: { ...found.parameters, ...(all.length > 0 && { cut: all }) } });
};
