/**
 * Federation management (FM-FE, Y.4489 10.3.1), the initiator's side: load, decide, save, send. What was saved and not yet confirmed is said again after a crash.
 */
import {
  approveFederation,
  type Federation,
  type FederationId,
  fail,
  type Instant,
  isSettled,
  limits,
  moveFederation,
  ok,
  problem,
  proposeFederation,
  type Result,
  waitsForApproval,
} from '@cityweave/core';
import { closeBridge } from '../bridging/standing-bridge.ts';
import type { Links } from '../communication-status.ts';
import { federationById, federations, type Room } from '../room.ts';
import { departureOf } from './departure.ts';
import { createDriver } from './driver.ts';
import { type Desk, update } from './federation-change.ts';
import { memberLeaves, noticeFrom, resumeSuspended } from './notice.ts';

export type FederationManagement = {
  /** Saves the draft and begins; the same id again is the same federation. */
  readonly start: (draft: Parameters<typeof proposeFederation>[0]) => Result<Federation>;
  /** A person says yes to a federation that waits for it. */
  readonly approve: (id: FederationId) => Result<Federation>;
  readonly release: (id: FederationId, reason: string, notice?: Federation['notice']) => Result<Federation>;
  /** Pauses it: no data moves until it is resumed, or until then. */
  readonly suspend: (id: FederationId, reason: string, until?: Instant) => Result<Federation>;
  readonly resumeFederation: (id: FederationId) => Result<Federation>;
  /** A member says that it leaves then; the time that is agreed. */
  readonly leaving: (id: FederationId, member: string, leaving: { readonly reason?: string | undefined; readonly effectiveAt: Instant }) => Result<Instant>;
  /** Goes on with whatever was not finished when the node stopped. */
  readonly resume: () => void;
  /** Looks again at what is to be done now. */
  readonly nudge: (id: FederationId) => void;
  /** Asks the registry at once: something changed there. */
  readonly rediscover: () => void;
  readonly onChange: (told: (federation: Federation) => void) => () => void;
};

type Changes = Pick<FederationManagement, 'approve' | 'release' | 'suspend' | 'resumeFederation' | 'leaving'>;

/** What a person or a member wants changed: saved first, then driven on. */
const createChanges = (desk: Desk, run: (id: FederationId) => void): Changes => {
  const { clock } = desk.room.deps;
  return {
    approve: (id) => {
      const approved = update(desk, id, (federation) => approveFederation(federation, clock.now()));
      run(id);
      return approved;
    },
    release: (...[id, reason, notice]) => {
      const released = update(desk, id, (federation) => moveFederation({ ...federation, reason, ...(notice && { notice }) }, 'RELEASING', clock.now()));
      run(id);
      return released;
    },
    suspend: (id, reason, until) => {
      const suspension = { by: 'person' as const, ...(until && { until }) };
      const suspended = update(desk, id, (federation) => moveFederation({ ...federation, reason, suspension }, 'SUSPENDED', clock.now()));
      run(id);
      return suspended;
    },
    resumeFederation: (id) => {
      const resumed = update(desk, id, (federation) => resumeSuspended(federation, clock.now()));
      run(id);
      return resumed;
    },
    leaving: (id, twinId, { reason, effectiveAt }) => {
      const agreed = noticeFrom(effectiveAt, clock.now());
      const left = memberLeaves(desk, id, { twinId, reason, leavesAt: agreed });
      run(id);
      return left.ok ? ok(agreed) : left;
    },
  };
};

/** What waits for a person waits among so many. */
const checkRoom = (room: Room, { approval }: Pick<Federation, 'approval'>): Result<true> => {
  if (approval !== 'ask') return ok(true);
  const waiting = federations.live(room.records).filter(waitsForApproval).length;
  const limit = limits.approvalsWaitingMax;
  return waiting < limit ? ok(true) : fail(problem('overloaded', { subject: 'plans that wait for approval', limit }));
};

export const createFederationManagement = (room: Room, links: Links): FederationManagement => {
  const listeners = new Set<(federation: Federation) => void>();
  const save = (federation: Federation): void => {
    const before = federationById(room, federation.id);
    const departure = departureOf(room, before, federation);
    room.records.putAll([federations.saved(federation.id, federation), ...departure.saved]);
    for (const connection of departure.bridged) void closeBridge(room, connection).catch((cause) => room.events.defect('bridge', cause));
    if (before?.state !== federation.state) room.events.federationMoved({ federation: federation.id, state: federation.state, reason: federation.reason });
    for (const told of listeners) told(federation);
  };
  const desk: Desk = { room, links, save };
  const driver = createDriver(desk);
  links.onChange(() => {
    for (const { id } of federations.all(room.records)) driver.run(id);
  });
  return {
    start: (draft) => {
      const known = federationById(room, draft.id);
      const open = known ? ok(true) : checkRoom(room, draft);
      if (!open.ok) return open;
      const proposed = proposeFederation({ ...draft, domains: [room.node.domain] }, room.deps.clock.now());
      if (!known) save(proposed);
      driver.run(draft.id);
      return ok(federationById(room, draft.id) ?? proposed);
    },
    ...createChanges(desk, driver.run),
    resume: () => {
      for (const federation of federations.all(room.records)) if (!isSettled(federation)) driver.run(federation.id);
    },
    nudge: driver.nudge,
    rediscover: driver.rediscover,
    onChange: (told) => {
      listeners.add(told);
      return () => listeners.delete(told);
    },
  };
};
