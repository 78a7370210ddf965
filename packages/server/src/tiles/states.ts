/**
 * States: one property of what somebody looks at, as a stream of binary frames: everything first, then every tenth of a second what changed.
 * Nothing is queued: who reads slowly gets the latest of every row, later. Who comes back with a version gets what followed it.
 */
import {
  type AgencyId,
  encodeStateFrame,
  type Federation,
  fail,
  ok,
  problem,
  type Result,
  type StateFrame,
  type TermId,
  type TwinId,
  type TwinRow,
  type Vocabulary,
} from '@cityweave/core';
import { type Deps, pause } from '../deps.ts';
import type { Follow } from '../orchestration/live/following.ts';
import type { SourceEvent } from '../orchestration/live/live.ts';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import type { Readings } from './readings.ts';
import { type Held, type Scenes, withRows } from './scenes.ts';
import { createStateColumn, type Range, type StateColumn } from './state-column.ts';

export type StatesRoom = {
  readonly deps: Pick<Deps, 'timers' | 'clock' | 'ids'>;
  readonly scenes: Scenes;
  readonly vocabulary: () => Vocabulary;
  readonly federation: (id: string) => Federation | undefined;
  readonly sources: (federation: Federation) => readonly WalkedSource[];
  readonly readings: Pick<Readings, 'each'>;
  readonly follow: Follow;
  readonly failed: (cause: unknown) => void;
  readonly signal: AbortSignal;
};

export type StatesAsked = {
  readonly federation: string;
  readonly term: TermId;
  readonly ranges: readonly Range[];
  /** of the scene whose rows are meant */
  readonly rowsRevision?: string | undefined;
  readonly since?: { readonly epoch: string; readonly version: number } | undefined;
};

export type States = { readonly open: (asked: StatesAsked, signal: AbortSignal) => Promise<Result<AsyncGenerator<Uint8Array>>> };

export const stateLimits = { columnsMax: 32, readersMax: 128, frameEveryMs: 100, beatMs: 1_000, lingerMs: 10_000 } as const;

type Kept = { readonly column: StateColumn; readonly stop: AbortController; readers: number };

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const encode = (frame: StateFrame): Uint8Array => encodeStateFrame(frame, bytesOf);

/** What changed after `told` in one pass over the stretches; the last frame tells the version that the pass reaches. */
function* framesAfter(column: StateColumn, ranges: readonly Range[], told: number): Generator<Uint8Array, number> {
  const reached = column.version();
  let from: number | undefined = 0;
  while (from !== undefined) {
    const { changed, next }: ReturnType<StateColumn['changedAfter']> = column.changedAfter(told, ranges, from);
    if (changed.rows.length > 0 || next === undefined) yield encode({ version: next === undefined ? reached : told, changed });
    from = next;
  }
  return reached;
}

/** Whether the rows of the scene are still those of the column. */
const isCurrent = async ({ scenes }: StatesRoom, { revision }: StateColumn, federation: string): Promise<boolean> => {
  const held = await scenes.of(federation);
  return !held.ok || held.value.built.scene.rowsRevision === revision;
};

/** An empty frame is the beat by which a reader knows that nothing changed; where rows are other twins now, it ends. */
async function* readColumn(room: StatesRoom, column: StateColumn, { asked, signal }: { readonly asked: StatesAsked; readonly signal: AbortSignal }) {
  const { deps } = room;
  const resumes = asked.since?.epoch === column.epoch && asked.since.version <= column.version();
  let [told, headTold, beatMs] = [resumes ? (asked.since?.version ?? 0) : 0, 0, Number.NEGATIVE_INFINITY];
  while (!signal.aborted) {
    if (headTold !== column.headVersion()) {
      headTold = column.headVersion();
      yield encode({ version: told, head: column.head() });
    }
    const now = deps.clock.monotonicMs();
    const beats = now - beatMs >= stateLimits.beatMs;
    if (beats && !(await isCurrent(room, column, asked.federation))) return;
    if (beats) beatMs = now;
    if (beats || column.version() > told) {
      told = yield* framesAfter(column, asked.ranges, told);
    }
    await pause(deps.timers, stateLimits.frameEveryMs, signal);
  }
}

type Filling = { readonly room: StatesRoom; readonly federation: Federation; readonly held: Held; readonly column: StateColumn; readonly signal: AbortSignal };

const agencyAt = ({ built }: Held, agency: AgencyId): number => built.scene.agencies.findIndex(({ id }) => id === agency);

const walkInto = ({ column, signal }: Filling, source: WalkedSource): Promise<Result<number>> =>
  source.walk({ filter: { property: [{ term: column.term, op: 'exists', value: true }] }, terms: [column.term], footprints: false }, column.take, signal);

const readChanged = async ({ column, signal }: Filling, source: WalkedSource, ids: readonly TwinId[]): Promise<readonly TwinRow[]> => {
  const rows: TwinRow[] = [];
  await source.walk({ filter: { ids }, terms: [column.term], footprints: false }, (page) => void rows.push(...page), signal);
  return rows;
};

const takeChange = async (filling: Filling, source: WalkedSource, event: Extract<SourceEvent, { type: 'changed' }>): Promise<void> => {
  const rows = event.rows ?? (await readChanged(filling, source, event.ids));
  const known = new Set<string>(rows.flatMap(({ twin }) => (twin.values[filling.column.term] ? [twin.id] : [])));
  filling.column.take(rows);
  filling.column.lose(event.ids.filter((id) => !known.has(id)));
};

/** A source that cannot be asked is silent until it is heard of; when it comes back, all of it is read again. */
const takeEvent = async (filling: Filling, event: SourceEvent): Promise<void> => {
  const { room, federation, held, column } = filling;
  const agency = agencyAt(held, event.agency);
  const source = room.sources(federation).find((one) => one.agency === event.agency);
  if (agency < 0 || !source) return;
  column.setSilent(agency, event.type === 'silent' ? event.since : undefined);
  if (event.type === 'resnapshot') await walkInto(filling, source);
  else if (event.type === 'changed') await takeChange(filling, source, event);
};

const fill = async (filling: Filling): Promise<void> => {
  const { room, federation, held, column, signal } = filling;
  room.follow(
    () => room.federation(federation.id),
    (event) => takeEvent(filling, event),
    signal,
  );
  const asked = { held, federation, sources: room.sources(federation), term: column.term, signal, follows: true as const, page: column.tell };
  await room.readings.each(asked, ({ agency, readings, complete }) => {
    column.tell(readings);
    if (!complete && !signal.aborted) column.setSilent(agencyAt(held, agency), room.deps.clock.now());
  });
};

export const createStates = (room: StatesRoom): States => {
  const columns = new Map<string, Kept>();
  let readers = 0;
  const begin = (key: string, federation: Federation, { held, term }: { readonly held: Held; readonly term: TermId }): Kept => {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, room.signal]);
    const column = createStateColumn(held, { term, unit: room.vocabulary().term(term)?.unit, epoch: room.deps.ids.uuid() });
    const kept = { column, stop, readers: 0 };
    columns.set(key, kept);
    void fill({ room, federation, held, column, signal }).catch((cause) => signal.aborted || room.failed(cause));
    return kept;
  };
  const leave = async (key: string, kept: Kept): Promise<void> => {
    kept.readers -= 1;
    readers -= 1;
    await pause(room.deps.timers, stateLimits.lingerMs, room.signal);
    if (kept.readers > 0) return;
    kept.stop.abort();
    if (columns.get(key) === kept) columns.delete(key);
  };
  const read = async function* (key: string, kept: Kept, reading: { readonly asked: StatesAsked; readonly signal: AbortSignal }): AsyncGenerator<Uint8Array> {
    try {
      yield* readColumn(room, kept.column, reading);
    } finally {
      void leave(key, kept);
    }
  };
  return {
    open: async (asked, signal) => {
      const federation = room.federation(asked.federation);
      const now = await room.scenes.of(asked.federation);
      const held = now.ok ? withRows(now.value, asked.rowsRevision) : now;
      if (!held.ok) return held;
      if (!federation) return fail(problem('unknownFederation', { subject: asked.federation.slice(0, 80) }));
      const key = `${federation.id} ${asked.term} ${held.value.built.scene.rowsRevision}`;
      const full = readers >= stateLimits.readersMax || (columns.size >= stateLimits.columnsMax && !columns.has(key));
      if (full) return fail(problem('tooMany', { subject: 'columns that are followed', limit: stateLimits.columnsMax }));
      const kept = columns.get(key) ?? begin(key, federation, { held: held.value, term: asked.term });
      kept.readers += 1;
      readers += 1;
      return ok(read(key, kept, { asked, signal }));
    },
  };
};
