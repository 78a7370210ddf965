/**
 * Driver: runs a federation until it is over: who is talked to now, what the registry is asked, where it stands after that; quickly while something is due, else slowly.
 */
import {
  changeMember,
  type Federation,
  type FederationId,
  type FederationState,
  failureOf,
  type Instant,
  isSettled,
  isSilent,
  limits,
  type Member,
  moveCommunication,
  moveFederation,
  msBetween,
  nextMove,
  ok,
  openNeeds,
  type Problem,
  type Result,
  reasonByMembers,
  type Serving,
  stateByMember,
  stateByMembers,
  waitsForApproval,
} from '@cityweave/core';
import { pause } from '../../deps.ts';
import { answered } from '../../store/unanswered.ts';
import { traced } from '../../trace.ts';
import { mendedBridge } from '../bridging/mending.ts';
import { subscribeToNeeds, unsubscribeFromNeeds } from '../registry-notices.ts';
import { communications, federationById, federations, type Room } from '../room.ts';
import { createFederatedTwinRegistration, type FederatedTwinRegistration } from './federated-twin-registration.ts';
import { applyOutcome, type Desk, discover, moveMember, moveTo, ownKinds, saveStep, update } from './federation-change.ts';
import { performMove } from './move.ts';
import { endInTime, endUnapproved, letMembersGo, nextEndMs } from './notice.ts';
import { peerOf } from './saying.ts';

/** Members that are being talked to now, so that nobody is told the same thing twice at once; and when each may be tried again. */
type Talks = {
  readonly registration: FederatedTwinRegistration;
  readonly done: (id: FederationId) => void;
  readonly busy: Set<string>;
  readonly startedMs: number;
  readonly discoveredAt: Map<string, number>;
  readonly notBefore: Map<string, number>;
  readonly failures: Map<string, number>;
};

const backOff = ({ room }: Desk, talks: Talks, { key, failed }: { readonly key: string; readonly failed: Problem | undefined }): void => {
  if (!failed) {
    talks.failures.delete(key);
    talks.notBefore.delete(key);
    return;
  }
  const failures = (talks.failures.get(key) ?? 0) + 1;
  talks.failures.set(key, failures);
  talks.notBefore.set(key, room.deps.clock.monotonicMs() + Math.min(limits.retryDelayMinMs * 2 ** failures, limits.retryDelayMaxMs));
};

const talk = async (desk: Desk, talks: Talks, { federation, member }: { readonly federation: Federation; readonly member: Member }): Promise<void> => {
  const key = `${federation.id} ${member.twinId}`;
  const move = nextMove(federation, member);
  // One that moved is spoken to at once: only at its old address was there nobody.
  const restKey = `${key} ${member.endpoint.address}`;
  const resting = (talks.notBefore.get(restKey) ?? 0) > desk.room.deps.clock.monotonicMs();
  if (!move || talks.busy.has(key) || resting) return;
  talks.busy.add(key);
  const stepped = saveStep(desk, { id: federation.id, member }, move);
  if (stepped.ok) {
    const outcome = await performMove({ room: desk.room, federation, member: stepped.value }, move);
    applyOutcome(desk, { id: federation.id, member: stepped.value }, outcome);
    backOff(desk, talks, { key: restKey, failed: outcome.ok ? undefined : outcome.problem });
  }
  talks.busy.delete(key);
  talks.done(federation.id);
};

const isFormed = ({ state }: Federation): boolean => ['FORMING', 'ACTIVE', 'DEGRADED', 'SUSPENDED'].includes(state);

const entering = (federation: Federation, state: FederationState, now: Instant): Result<Federation> =>
  moveFederation(state === 'FAILED' ? { ...federation, reason: failureOf(federation, now) } : federation, state, now);

/** Where it stands by its members, and what it waits for there. */
const standing = (federation: Federation, serving: Serving, now: Instant): Result<Federation> => {
  const state = stateByMembers(federation, serving, now);
  const moved = state === federation.state ? ok(federation) : entering(federation, state, now);
  if (!moved.ok) return moved;
  const reason = reasonByMembers(moved.value, serving, now);
  return reason === moved.value.reason ? moved : ok({ ...moved.value, reason });
};

const settle = async (desk: Desk, { registration }: Talks, id: FederationId): Promise<void> => {
  const own = await ownKinds(desk);
  const { room } = desk;
  const federation = federationById(room, id);
  if (!federation) return;
  const serving = { own, vocabulary: room.vocabulary() };
  if (isFormed(federation)) registration.keep(federation);
  // Over only when the registry knows: after a crash in between there would be nobody left to tell it.
  if (
    (stateByMembers(federation, serving, room.deps.clock.now()) === 'RELEASED' || federation.state === 'FAILED') &&
    (federation.registered || federation.toldRegistry)
  ) {
    if (!(await registration.end(federation))) return;
    update(desk, id, (now) => ok({ ...now, registered: false, toldRegistry: false }));
    await unsubscribeFromNeeds(room, id);
  }
  update(desk, id, (now) => standing(now, serving, room.deps.clock.now()));
};

/** Nobody looks after a link that no federation uses any more. */
const forgetUnlessShared = ({ room, links }: Desk, id: FederationId, { twinId }: Member): void => {
  links.leave(twinId, id);
  const isUsed = federations
    .all(room.records)
    .some(({ members }) => members.some((other) => other.twinId === twinId && ['ACTIVE', 'INTERRUPTED'].includes(other.state)));
  if (!isUsed) links.forget(twinId);
};

/** Links tell how members stand: a silent one is INTERRUPTED, and ACTIVE again when it is back. */
const followLinks = (desk: Desk, federation: Federation): void => {
  for (const member of federation.members) {
    if (member.state !== 'ACTIVE' && member.state !== 'INTERRUPTED') continue;
    desk.links.watch(peerOf(member, 'data'));
    const status = desk.links.status(member.twinId);
    const state = status?.state === 'INTERRUPTED' ? 'INTERRUPTED' : 'ACTIVE';
    if (status && state !== member.state) moveMember(desk, { id: federation.id, member }, { state });
  }
};

/** A connection stands as its member does: over a bridge its adaptor too says how that stands, whom it reaches is seen here. */
const followMembers = ({ room }: Desk, { members }: Federation): void => {
  for (const member of members) {
    const connection = communications.load(room.records, member.connectionId);
    const state = stateByMember(member);
    if (!connection || state === undefined || connection.state === state) continue;
    const moved = moveCommunication(connection, state, room.deps.clock.now());
    if (moved.ok) room.records.putAll([communications.saved(connection.id, moved.value)]);
  }
};

/** Bridges whose adaptor has moved lead there from now on; those that are gone are set up again. */
const followAdaptors = async (desk: Desk, federation: Federation): Promise<void> => {
  const { id, members } = federation;
  for (const member of members.filter(({ state, bridge }) => state === 'INTERRUPTED' && bridge !== undefined)) {
    const bridge = await mendedBridge(desk.room, federation, member);
    if (bridge) update(desk, id, (now) => changeMember(now, member.twinId, { change: (found) => ({ ...found, bridge }), now: desk.room.deps.clock.now() }));
  }
};

/** How often the registry is asked again for what is still needed, and for what members offer by now. */
const rediscoverMs = 5_000;
const refreshMs = 30_000;
/** Somebody may come, and a silent member may have moved: the registry knows. It is asked the less the longer the search or the silence lasts. */
const lookForMovedMs = 500;
const partOfSilence = 0.1;

const isDiscoveryDue = (
  { room }: Desk,
  { discoveredAt, startedMs }: Talks,
  { federation: { id, state, since, members }, lacking }: { readonly federation: Federation; readonly lacking: boolean },
): boolean => {
  if (state === 'RELEASING' || state === 'FAILED') return false;
  const { clock } = room.deps;
  const silences = members.filter(isSilent);
  const calmMs = lacking ? rediscoverMs : refreshMs;
  const searchMs = state === 'DRAFT' || state === 'DISCOVERING' ? [Math.min(msBetween(since, clock.now()), clock.monotonicMs() - startedMs)] : [];
  const silentMs = silences.map((member) => Math.max(lookForMovedMs / partOfSilence, msBetween(member.since, clock.now())));
  const everyMs = Math.min(calmMs, ...[...searchMs, ...silentMs].map((ms) => partOfSilence * ms));
  return clock.monotonicMs() - (discoveredAt.get(id) ?? Number.NEGATIVE_INFINITY) >= everyMs;
};

/** Quickly while it forms or somebody is silent, slowly while all is well. */
const restOf = ({ state, members }: Federation): number => {
  if (state === 'DEGRADED' || state === 'SUSPENDED' || members.some((member) => member.state === 'INTERRUPTED')) return lookForMovedMs;
  return state === 'ACTIVE' ? rediscoverMs : limits.retryDelayMinMs;
};

/** One look at a federation: what is to be said to each member, and where it stands after that. Returns how long until the next look. */
const step = async (desk: Desk, talks: Talks, id: FederationId): Promise<number | undefined> => {
  const federation = federationById(desk.room, id);
  if (!federation || isSettled(federation)) return undefined;
  if (waitsForApproval(federation)) return Math.min(refreshMs, endUnapproved(desk, federation));
  if (federation.state === 'DRAFT') moveTo(desk, id, 'DISCOVERING');
  const own = await ownKinds(desk);
  const lacking = openNeeds(federation, { own, vocabulary: desk.room.vocabulary() }).length > 0;
  if (isDiscoveryDue(desk, talks, { federation, lacking })) {
    talks.discoveredAt.set(id, desk.room.deps.clock.monotonicMs());
    void subscribeToNeeds(desk.room, federation).catch((cause) => desk.room.events.defect('federation', cause));
    await discover(desk, federationById(desk.room, id) ?? federation);
    await followAdaptors(desk, federation);
  }
  endInTime(desk, federation);
  followLinks(desk, federationById(desk.room, id) ?? federation);
  letMembersGo(desk, federationById(desk.room, id) ?? federation);
  const now = federationById(desk.room, id) ?? federation;
  followMembers(desk, now);
  for (const member of now.members) void talk(desk, talks, { federation: now, member }).catch((cause) => desk.room.events.defect('federation', cause));
  await settle(desk, talks, id);
  const after = federationById(desk.room, id);
  if (after) for (const member of after.members.filter(({ state }) => state === 'REMOVED' || state === 'LEFT')) forgetUnlessShared(desk, id, member);
  if (!after || isSettled(after)) return undefined;
  if (after.revision !== federation.revision) return 0;
  return Math.min(restOf(after), nextEndMs(after, desk.room.deps.clock.now()));
};

/** A rest that ends early when something happened, also when it happened before the rest began. */
const createRests = (room: Room) => {
  const woken = new Set<string>();
  const wakers = new Map<string, () => void>();
  return {
    wake: (id: string): void => {
      woken.add(id);
      wakers.get(id)?.();
    },
    rest: async (id: string, ms: number): Promise<void> => {
      if (woken.delete(id)) return;
      const over = new AbortController();
      wakers.set(id, () => over.abort());
      await pause(room.deps.timers, ms, AbortSignal.any([over.signal, room.signal]));
      wakers.delete(id);
      woken.delete(id);
    },
  };
};

/** Runs a federation until it is over: after each change at once, else after a while, or when nudged. */
export const createDriver = (desk: Desk) => {
  const rests = createRests(desk.room);
  const registration = createFederatedTwinRegistration(desk.room, {
    telling: (id) => void update(desk, id, (federation) => ok(federation.toldRegistry ? federation : { ...federation, toldRegistry: true })),
    known: (id) => {
      update(desk, id, (federation) => ok(federation.registered ? federation : { ...federation, registered: true }));
      rests.wake(id);
    },
  });
  const startedMs = desk.room.deps.clock.monotonicMs();
  const talks: Talks = { registration, done: rests.wake, busy: new Set(), startedMs, discoveredAt: new Map(), notBefore: new Map(), failures: new Map() };
  const drive = async (id: FederationId): Promise<void> => {
    while (!desk.room.signal.aborted) {
      const stepped = await answered(step(desk, talks, id));
      const waitMs = stepped.ok ? stepped.value : lookForMovedMs;
      if (waitMs === undefined) break;
      if (waitMs > 0) await rests.rest(id, waitMs);
    }
  };
  const running = new Set<FederationId>();
  const run = (id: FederationId): void => {
    if (running.has(id)) {
      rests.wake(id);
      return;
    }
    running.add(id);
    void traced(undefined, () => drive(id))
      .catch((cause) => desk.room.events.defect('federation', cause))
      .finally(() => running.delete(id));
  };
  /** What was put off is tried at once: something was heard that may have changed it. */
  const nudge = (id: FederationId): void => {
    for (const key of [...talks.notBefore.keys()]) if (key.startsWith(`${id} `)) talks.notBefore.delete(key);
    run(id);
  };
  const rediscover = (): void => {
    talks.discoveredAt.clear();
    for (const id of running) rests.wake(id);
  };
  return { run, nudge, rediscover };
};
