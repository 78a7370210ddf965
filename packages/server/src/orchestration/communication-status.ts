/**
 * Communication status (CSIM-FE, Y.4489 10.3.6): what is measured of each link while it is used. An interrupted link is not waited for;
 * one probe in the background restores it.
 */
import { addMs, type CommunicationState, type Instant, limits, type Problem, problem, type Result } from '@cityweave/core';
import { pause } from '../deps.ts';
import type { Peer } from '../exchange/peer.ts';
import type { Room } from './room.ts';

export type LinkStatus = {
  readonly state: Extract<CommunicationState, 'CONNECTED' | 'INTERRUPTED'>;
  readonly since: Instant;
  readonly lastSeen?: Instant | undefined;
  readonly latencyMs?: number | undefined;
  readonly failures: number;
  readonly nextProbeAt?: Instant | undefined;
};

export type Links = {
  readonly status: (peerId: string) => LinkStatus | undefined;
  /** The problem with which an interrupted link answers at once. */
  readonly interruption: (peerId: string) => Problem | undefined;
  /** What came of using a link: good, or a reason to look whether anybody is there. */
  readonly used: (peer: Peer, outcome: Result<unknown>, ms: number) => void;
  /** Watches a link by probes until the node ends or `forget`. */
  readonly watch: (peer: Peer) => void;
  readonly forget: (peerId: string) => void;
  /** Called when a link changes its state. */
  readonly onChange: (told: (peerId: string, status: LinkStatus) => void) => () => void;
};

const lost = (kind: Problem['kind']): boolean => ['unreachable', 'timedOut', 'interrupted'].includes(kind);

const probe = (room: Room, peer: Peer): Promise<Result<unknown>> =>
  room.ask(
    peer,
    'digitalTwin.probe.digitalTwin',
    { parameters: { echo: room.deps.ids.uuid() }, objects: [{ kind: 'digitalTwin', id: room.self.id }] },
    { timeoutMs: limits.probeTimeoutMs, signal: room.signal },
  );

export const createLinks = (room: Room): Links => {
  const statuses = new Map<string, LinkStatus>();
  const watched = new Map<string, AbortController>();
  const listeners = new Set<(peerId: string, status: LinkStatus) => void>();

  const set = (peerId: string, next: LinkStatus): void => {
    const before = statuses.get(peerId);
    statuses.set(peerId, next);
    if (before?.state !== next.state) for (const told of listeners) told(peerId, next);
  };

  const seen = (peer: Peer, ms: number): void => {
    const now = room.deps.clock.now();
    const before = statuses.get(peer.id);
    const since = before?.state === 'CONNECTED' ? before.since : now;
    set(peer.id, { state: 'CONNECTED', since, lastSeen: now, latencyMs: ms, failures: 0 });
  };

  const missed = (peer: Peer, waitMs: number): void => {
    const now = room.deps.clock.now();
    const before = statuses.get(peer.id);
    const since = before?.state === 'INTERRUPTED' ? before.since : now;
    set(peer.id, { ...before, state: 'INTERRUPTED', since, failures: (before?.failures ?? 0) + 1, nextProbeAt: addMs(now, waitMs) });
  };

  const look = async (peer: Peer, waitMs: number): Promise<boolean> => {
    const from = room.deps.clock.monotonicMs();
    const probed = await probe(room, peer);
    const there = probed.ok || !lost(probed.problem.kind);
    if (there) seen(peer, room.deps.clock.monotonicMs() - from);
    else missed(peer, waitMs);
    return there;
  };

  /** One loop a link: slowly while all is well, quickly at first and ever slower while it is not. */
  const keepWatch = async (peer: Peer, signal: AbortSignal): Promise<void> => {
    let waitMs: number = limits.probeIntervalMinMs;
    while (!signal.aborted) {
      const there = await look(peer, waitMs);
      if (signal.aborted) return;
      await pause(room.deps.timers, there ? limits.heartbeatMs : waitMs, signal);
      waitMs = there ? limits.probeIntervalMinMs : Math.min(waitMs * 2, limits.probeIntervalMaxMs);
    }
  };

  const watch = (peer: Peer): void => {
    if (watched.has(peer.id)) return;
    const stop = new AbortController();
    watched.set(peer.id, stop);
    void keepWatch(peer, AbortSignal.any([stop.signal, room.signal])).catch((cause) => room.events.defect('communication-status', cause));
  };

  return {
    status: (peerId) => statuses.get(peerId),
    interruption: (peerId) => {
      const status = statuses.get(peerId);
      return status?.state === 'INTERRUPTED' ? problem('interrupted', { agency: peerId, since: status.since }) : undefined;
    },
    used: (peer, outcome, ms) => {
      if (outcome.ok) seen(peer, ms);
      else if (outcome.problem.kind === 'unreachable') missed(peer, limits.probeIntervalMinMs);
      else if (outcome.problem.kind === 'timedOut') void look(peer, limits.probeIntervalMinMs).catch((cause) => room.events.defect('communication-status', cause));
    },
    watch,
    forget: (peerId) => {
      watched.get(peerId)?.abort();
      watched.delete(peerId);
      statuses.delete(peerId);
    },
    onChange: (told) => {
      listeners.add(told);
      return () => listeners.delete(told);
    },
  };
};
