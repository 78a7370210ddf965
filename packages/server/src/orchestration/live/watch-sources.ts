/**
 * The sources of a watch: each is followed from its place in its own change log, before anything is read, so that nothing is missed.
 */
import { type AgencyId, type Federation, type Instant, mayBeAsked, type Problem } from '@cityweave/core';
import { pause } from '../../deps.ts';
import type { Room } from '../room.ts';
import { followMember, followOwn, type SourceEvent } from './live.ts';
import type { ChangeQueue } from './watch-state.ts';

export type SourceState = {
  readonly agency: AgencyId;
  /** undefined until it was heard of */
  readonly alive: boolean | undefined;
  readonly since: Instant;
  readonly lastSeen?: Instant | undefined;
  readonly problem?: Problem | undefined;
  /** everything up to the time at which it was last heard of has come */
  readonly caughtUp: boolean;
};

export type Sources = {
  readonly states: () => readonly SourceState[];
  readonly state: (agency: AgencyId) => SourceState | undefined;
  /** how far each source was told */
  readonly reached: Map<AgencyId, number>;
  /** sources whose history is gone, since this was last asked */
  readonly takeLost: () => readonly AgencyId[];
  /** sources that fell silent or came back, since this was last asked */
  readonly takeMoved: () => readonly SourceState[];
  /** Follows who takes part now; true where somebody joined or left. */
  readonly followAll: (federation: Federation) => boolean;
  /** Resolves when something came, or after a while. */
  readonly wait: (ms: number) => Promise<void>;
};

type Watching = { readonly room: Room; readonly queue: ChangeQueue; readonly from: ReadonlyMap<AgencyId, number>; readonly signal: AbortSignal };

const createBell = (room: Room, signal: AbortSignal) => {
  let rung = false;
  let over = new AbortController();
  return {
    ring: (): void => {
      rung = true;
      over.abort();
    },
    wait: async (ms: number): Promise<void> => {
      if (!rung) await pause(room.deps.timers, ms, AbortSignal.any([over.signal, signal]));
      rung = false;
      over = new AbortController();
    },
  };
};

type Noted = {
  readonly states: Map<AgencyId, SourceState>;
  readonly reached: Map<AgencyId, number>;
  readonly lost: Set<AgencyId>;
  readonly moved: Set<AgencyId>;
};

const noteState = ({ room }: Watching, { states, moved }: Noted, event: SourceEvent): void => {
  const now = room.deps.clock.now();
  const before = states.get(event.agency);
  const alive = event.type !== 'silent';
  if (before?.alive !== alive) moved.add(event.agency);
  states.set(event.agency, {
    agency: event.agency,
    alive,
    since: before?.alive === alive ? before.since : now,
    lastSeen: alive ? now : before?.lastSeen,
    problem: event.type === 'silent' ? event.problem : undefined,
    caughtUp: event.type === 'alive' || (alive && (before?.caughtUp ?? false)),
  });
};

const noteChanges = ({ queue }: Watching, { reached, lost }: Noted, event: SourceEvent): void => {
  const { agency } = event;
  if (event.type === 'resnapshot') {
    queue.drop(agency);
    reached.set(agency, event.seq);
    lost.add(agency);
  } else if (event.type === 'changed' && (event.ids.length > 0 || queue.waits(agency))) queue.put(agency, event.seq, event.ids);
  else if (event.type !== 'silent' && !queue.waits(agency)) reached.set(agency, event.seq);
};

const taking = <T>(items: Set<T>): readonly T[] => {
  const all = [...items];
  items.clear();
  return all;
};

export const watchSources = (watching: Watching): Sources => {
  const { room, from, signal } = watching;
  const noted: Noted = { states: new Map(), reached: new Map(from), lost: new Set(), moved: new Set() };
  const bell = createBell(room, signal);
  const stops = new Map<AgencyId, AbortController>();
  const pump = async (events: AsyncIterable<SourceEvent>): Promise<void> => {
    for await (const event of events) {
      noteState(watching, noted, event);
      noteChanges(watching, noted, event);
      bell.ring();
    }
  };
  const follow = (agency: AgencyId, eventsOf: (ending: AbortSignal) => AsyncIterable<SourceEvent>): void => {
    const stop = new AbortController();
    stops.set(agency, stop);
    noted.states.set(agency, { agency, alive: undefined, since: room.deps.clock.now(), caughtUp: false });
    void pump(eventsOf(AbortSignal.any([stop.signal, signal]))).catch((cause) => room.events.defect('watch', cause));
  };
  const leave = (agency: AgencyId): void => {
    stops.get(agency)?.abort();
    stops.delete(agency);
    noted.states.delete(agency);
    noted.reached.delete(agency);
    watching.queue.drop(agency);
  };
  return {
    states: () => [...noted.states.values()],
    state: (agency) => noted.states.get(agency),
    reached: noted.reached,
    takeLost: () => taking(noted.lost),
    takeMoved: () => taking(noted.moved).flatMap((agency) => noted.states.get(agency) ?? []),
    wait: bell.wait,
    followAll: (federation) => {
      const members = federation.members.filter(mayBeAsked);
      const wanted = new Set<AgencyId>([room.self.agency, ...members.map(({ agency }) => agency)]);
      const gone = [...stops.keys()].filter((agency) => !wanted.has(agency));
      const come = members.filter(({ agency }) => !stops.has(agency));
      gone.forEach(leave);
      if (!stops.has(room.self.agency)) follow(room.self.agency, (ending) => followOwn(room, from.get(room.self.agency), ending));
      for (const member of come) follow(member.agency, (ending) => followMember({ room, federation, member, signal: ending }, from.get(member.agency)));
      return gone.length > 0 || come.length > 0;
    },
  };
};
