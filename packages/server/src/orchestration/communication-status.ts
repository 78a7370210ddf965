/**
 * Communication status (CSIM-FE, Y.4489 10.3.6): what is measured of each link while it is used. An interrupted link is not waited for;
 * one probe in the background restores it. Each probe measures the difference of clocks: beyond the tolerance nothing is read over the link.
 */
import {
  addMs,
  type CommunicationState,
  type CommunicationStatus,
  codeOf,
  type FederationId,
  figuresOf,
  type Instant,
  type LinkFigures,
  type LinkUse,
  limits,
  msBetween,
  type Problem,
  problem,
  type Reply,
  type Result,
  type TwinStatus,
  together,
  unused,
  withMessage,
} from '@cityweave/core';
import { pause } from '../deps.ts';
import type { Peer } from '../exchange/peer.ts';
import { traced } from '../trace.ts';
import type { Room } from './room.ts';

export type LinkStatus = {
  readonly state: Extract<CommunicationState, 'CONNECTED' | 'INTERRUPTED'>;
  readonly since: Instant;
  readonly lastSeen?: Instant | undefined;
  readonly latencyMs?: number | undefined;
  /** how the other end says that it stands, as the last probe told */
  readonly standing?: TwinStatus | undefined;
  /** by how much the clock at the other end is ahead, as the last probe told; behind where it is negative */
  readonly clockOffsetMs?: number | undefined;
  readonly failures: number;
  readonly nextProbeAt?: Instant | undefined;
};

/** What came of a message over a link, how long it took, and in which federation it was said; a probe is for all that use the link. */
export type Use = { readonly outcome: Result<unknown>; readonly ms: number; readonly federationId?: FederationId };

export type Links = {
  readonly status: (peerId: string) => LinkStatus | undefined;
  /** What a federation said over a link since it is watched, and the probes of it. */
  readonly figures: (peerId: string, federationId: FederationId) => (LinkFigures & Pick<CommunicationStatus, 'backlog'>) | undefined;
  /** Why nothing is read over a link: it is interrupted, or the clocks at its ends differ too much. */
  readonly interruption: (peerId: string, toleranceMs?: number) => Problem | undefined;
  /** Where the clocks at its ends differ too much. */
  readonly clocksDiffer: (peerId: string, toleranceMs?: number) => Problem | undefined;
  /** What came of using a link: good, or a reason to look whether anybody is there. */
  readonly used: (peer: Peer, use: Use) => void;
  /** Watches a link by probes until the node ends or `forget`. */
  readonly watch: (peer: Peer) => void;
  /** Looks now whether anybody is there. */
  readonly look: (peerId: string) => void;
  /** How it says that it stands: known of one that is watched, else asked now; away where nobody answers. */
  readonly standing: (peer: Peer) => Promise<TwinStatus>;
  readonly forget: (peerId: string) => void;
  /** A federation uses the link no longer. */
  readonly leave: (peerId: string, federationId: FederationId) => void;
  /** Called when a link changes its state. */
  readonly onChange: (told: (peerId: string, status: LinkStatus) => void) => () => void;
};

const nobodyThere = (kind: Problem['kind']): boolean => ['unreachable', 'adaptorUnreachable'].includes(kind);
/** Also where an adaptor knows of no bridge: nobody is reached over it. */
const lost = (kind: Problem['kind']): boolean => nobodyThere(kind) || ['timedOut', 'interrupted', 'unknownConnection'].includes(kind);

type Heard = NonNullable<NonNullable<Parameters<Room['ask']>[3]>['heard']>;

const probe = (room: Room, peer: Peer, heard?: Heard): Promise<Result<Reply<'digitalTwin.probe.digitalTwin'>>> =>
  room.ask(
    peer,
    'digitalTwin.probe.digitalTwin',
    { parameters: { echo: room.deps.ids.uuid() }, objects: [{ kind: 'digitalTwin', id: room.self.id }] },
    { timeoutMs: limits.probeTimeoutMs, heard, signal: room.signal },
  );

const probes = 'probes';

type Watching = {
  readonly room: Room;
  readonly statuses: Map<string, LinkStatus>;
  readonly watched: Map<string, AbortController>;
  /** where each is reached by now */
  readonly peers: Map<string, Peer>;
  readonly listeners: Set<(peerId: string, status: LinkStatus) => void>;
  /** probes in a row that nobody answered in time: a busy node may miss one */
  readonly slow: Map<string, number>;
  /** what went over each that is watched, by federation; and probes, which are for all */
  readonly uses: Map<string, Map<string, LinkUse>>;
};

const slowProbesMax = 2;

const set = ({ statuses, listeners }: Watching, peerId: string, next: LinkStatus): void => {
  const before = statuses.get(peerId);
  statuses.set(peerId, next);
  if (before?.state !== next.state) for (const told of listeners) told(peerId, next);
};

const isDoubtful = ({ clockOffsetMs = 0 }: Pick<LinkStatus, 'clockOffsetMs'>): boolean => Math.abs(clockOffsetMs) > limits.clockDoubtfulMs;

type Seen = { readonly ms: number; readonly clockOffsetMs?: number | undefined; readonly standing?: TwinStatus | undefined };

const standingIn = (probed: Awaited<ReturnType<typeof probe>>): TwinStatus | undefined => (probed.ok ? probed.value.objects[0].attributes.status : undefined);

const seen = (watching: Watching, peer: Peer, { ms, clockOffsetMs: measured, standing: told }: Seen): void => {
  const { deps, events } = watching.room;
  const now = deps.clock.now();
  const before = watching.statuses.get(peer.id);
  const [clockOffsetMs, standing] = [measured ?? before?.clockOffsetMs, told ?? before?.standing];
  watching.slow.delete(peer.id);
  const since = before?.state === 'CONNECTED' ? before.since : now;
  const measuredNow = { ...(clockOffsetMs !== undefined && { clockOffsetMs }), ...(standing && { standing }) };
  set(watching, peer.id, { state: 'CONNECTED', since, lastSeen: now, latencyMs: ms, ...measuredNow, failures: 0 });
  if (clockOffsetMs !== undefined && isDoubtful({ clockOffsetMs }) && !isDoubtful(before ?? {}))
    events.clocksDiffer({ peer: peer.id, offsetMs: clockOffsetMs });
};

const missed = (watching: Watching, peer: Peer, waitMs: number): void => {
  const now = watching.room.deps.clock.now();
  const before = watching.statuses.get(peer.id);
  const since = before?.state === 'INTERRUPTED' ? before.since : now;
  set(watching, peer.id, { ...before, state: 'INTERRUPTED', since, failures: (before?.failures ?? 0) + 1, nextProbeAt: addMs(now, waitMs) });
};

/** A refused connection says at once that nobody is there; silence must last for two probes. */
const noteLoss = (watching: Watching, peer: Peer, { found, waitMs }: { readonly found: Problem; readonly waitMs: number }): void => {
  const slow = (watching.slow.get(peer.id) ?? 0) + 1;
  watching.slow.set(peer.id, slow);
  if (found.kind !== 'timedOut' || slow >= slowProbesMax) missed(watching, peer, waitMs);
};

/** One message and what came of it; a refusal is an answer. */
const count = ({ room, uses, peers }: Watching, peerId: string, { outcome, ms, federationId }: Use): void => {
  if (!peers.has(peerId)) return;
  const by: string = federationId ?? probes;
  const code = !outcome.ok && lost(outcome.problem.kind) ? codeOf(outcome.problem) : undefined;
  const over = uses.get(peerId) ?? new Map<string, LinkUse>();
  uses.set(peerId, over.set(by, withMessage(over.get(by) ?? unused, { at: room.deps.clock.now(), ms, code })));
};

const look = async (watching: Watching, peer: Peer, waitMs: number): Promise<boolean> => {
  const { clock } = watching.room.deps;
  const [at, from] = [clock.now(), clock.monotonicMs()];
  const isWatched = watching.peers.has(peer.id);
  let clockOffsetMs: number | undefined;
  const probed = await probe(watching.room, peer, ({ source, timestamp }) => {
    const wayMs = clock.monotonicMs() - from;
    // written halfway, if both clocks agreed; what was long on its way tells nothing, nor does an adaptor between
    if (source.id === peer.id && wayMs <= limits.probeTimeoutMs) clockOffsetMs = Math.round(msBetween(addMs(at, wayMs / 2), timestamp));
  });
  // forgotten meanwhile: what comes of a probe that was under way is nobody's any more
  if (isWatched && !watching.peers.has(peer.id)) return probed.ok;
  count(watching, peer.id, { outcome: probed, ms: clock.monotonicMs() - from });
  if (probed.ok || !lost(probed.problem.kind)) {
    seen(watching, peer, { ms: clock.monotonicMs() - from, clockOffsetMs, standing: standingIn(probed) });
    return true;
  }
  noteLoss(watching, peer, { found: probed.problem, waitMs });
  return false;
};

/** One loop a link: slowly while all is well, quickly at first and ever slower while it is not. */
const keepWatch = async (watching: Watching, peer: Peer, signal: AbortSignal): Promise<void> => {
  let waitMs: number = limits.probeIntervalMinMs;
  while (!signal.aborted) {
    const there = await look(watching, watching.peers.get(peer.id) ?? peer, waitMs);
    if (signal.aborted) return;
    await pause(watching.room.deps.timers, there ? limits.heartbeatMs : waitMs, signal);
    waitMs = there ? limits.probeIntervalMinMs : Math.min(waitMs * 2, limits.probeIntervalMaxMs);
  }
};

const lookNow = (watching: Watching, peer: Peer): void =>
  void look(watching, peer, limits.probeIntervalMinMs).catch((cause) => watching.room.events.defect('communication-status', cause));

/** One that moved is looked for at its new address at once: only at the old one was there nobody. */
const watch = (watching: Watching, peer: Peer): void => {
  const { room, watched } = watching;
  const before = watching.peers.get(peer.id);
  watching.peers.set(peer.id, peer);
  if (watched.has(peer.id)) {
    if (before?.address !== peer.address) lookNow(watching, peer);
    return;
  }
  const stop = new AbortController();
  watched.set(peer.id, stop);
  void traced(undefined, () => keepWatch(watching, peer, AbortSignal.any([stop.signal, room.signal]))).catch((cause) =>
    room.events.defect('communication-status', cause),
  );
};

const used = (watching: Watching, peer: Peer, use: Use): void => {
  const { outcome, ms } = use;
  count(watching, peer.id, use);
  if (outcome.ok) seen(watching, peer, { ms });
  else if (nobodyThere(outcome.problem.kind)) missed(watching, peer, limits.probeIntervalMinMs);
  else if (outcome.problem.kind === 'timedOut') lookNow(watching, peer);
};

const clocksDiffer = ({ statuses }: Watching, peerId: string, toleranceMs: number): Problem | undefined => {
  const { clockOffsetMs = 0 } = statuses.get(peerId) ?? {};
  if (Math.abs(clockOffsetMs) <= toleranceMs) return undefined;
  const found = `${Math.abs(clockOffsetMs)} ms ${clockOffsetMs > 0 ? 'ahead' : 'behind'}`;
  return problem('clocksDiffer', { agency: peerId, found, limit: toleranceMs });
};

const interruption = (watching: Watching, peerId: string, toleranceMs: number): Problem | undefined => {
  const status = watching.statuses.get(peerId);
  return status?.state === 'INTERRUPTED' ? problem('interrupted', { agency: peerId, since: status.since }) : clocksDiffer(watching, peerId, toleranceMs);
};

const standingNow = async ({ room, statuses }: Watching, peer: Peer): Promise<TwinStatus> => {
  const { state, standing } = statuses.get(peer.id) ?? {};
  if (state === 'INTERRUPTED') return 'offline';
  return standing ?? standingIn(await probe(room, peer)) ?? 'offline';
};

export const createLinks = (room: Room): Links => {
  const watching: Watching = { room, statuses: new Map(), watched: new Map(), peers: new Map(), listeners: new Set(), slow: new Map(), uses: new Map() };
  return {
    status: (peerId) => watching.statuses.get(peerId),
    figures: (peerId, federationId) => {
      const over = watching.uses.get(peerId);
      const figures = over && figuresOf(together(over.get(probes) ?? unused, over.get(federationId) ?? unused), room.deps.clock.now());
      return figures && { ...figures, backlog: room.protocol.waiting(watching.peers.get(peerId)?.address ?? '') };
    },
    interruption: (peerId, toleranceMs = limits.clockToleranceMs) => interruption(watching, peerId, toleranceMs),
    clocksDiffer: (peerId, toleranceMs = limits.clockToleranceMs) => clocksDiffer(watching, peerId, toleranceMs),
    used: (peer, use) => used(watching, peer, use),
    watch: (peer) => watch(watching, peer),
    standing: (peer) => standingNow(watching, peer),
    look: (peerId) => {
      const peer = watching.peers.get(peerId);
      if (peer) lookNow(watching, peer);
    },
    forget: (peerId) => {
      watching.watched.get(peerId)?.abort();
      watching.watched.delete(peerId);
      watching.statuses.delete(peerId);
      watching.peers.delete(peerId);
      watching.slow.delete(peerId);
      watching.uses.delete(peerId);
    },
    leave: (peerId, federationId) => void watching.uses.get(peerId)?.delete(federationId),
    onChange: (told) => {
      watching.listeners.add(told);
      return () => watching.listeners.delete(told);
    },
  };
};
