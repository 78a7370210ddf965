/**
 * The embedded store: the verbs of `TwinStore` over node:sqlite. This side runs on the main thread and only packs, sends and unpacks;
 * the writing side is `sqlite-lane.ts`, the threads are `sqlite-threads.ts`.
 */
import { join } from 'node:path';
import { fail, type Moment, msOfInstant, ok, type Problem, problem, type Result, type Shape, type TwinId } from '@cityweave/core';
import type { Clock } from '../../deps.ts';
import { type AreaTexts, packAreas } from '../area-memory.ts';
import { byFinding } from '../by-finding.ts';
import { withinGroups } from '../groups.ts';
import { type Forgetting, forgettingOf } from '../history/forgetting.ts';
import { thinned } from '../history/thinned.ts';
import { createReads, healthOf } from '../in-time.ts';
import type { Stepped } from '../sqlite-history/fold.ts';
import { createKnownTwins } from '../sqlite-reading/known-twins.ts';
import { createNearReads } from '../sqlite-reading/near.ts';
import { adjacent, cells, countJoins, joins, linksAt, readKinds, resolve, summarise, traverse } from '../sqlite-reading/questions.ts';
import { type Ask, type Reader, readPage, readStates, readTwins } from '../sqlite-reading/twin-reads.ts';
import type { Engine, FindQuery, ImportRecord, Then, TwinStore, Waiting } from '../store.ts';
import { unanswered } from '../unanswered.ts';
import { abortError, untilAborted } from '../waiting.ts';
import { migrations } from './sql.ts';
import type { Synchronous } from './sqlite-file.ts';
import { createLane, type Lane } from './sqlite-lane.ts';
import { createStoreThreads, type StoreThreads, type Task, trusted } from './sqlite-threads.ts';

export type SqliteStoreOptions = {
  /** where the file of the store lies; made where it is not there */
  readonly directory: string;
  readonly clock: Clock;
  /** shared with the other stores of the process; own ones where absent */
  readonly threads?: StoreThreads | undefined;
  readonly synchronous?: Synchronous | undefined;
};

export const storeFileName = 'twins.sqlite';

export const sqliteEngine: Engine = { name: `SQLite ${process.versions['sqlite']}`, schema: migrations.length };

// What is given back was parsed before it was put in: the rows of our own file keep their types.

type Sides = Reader & { readonly lane: Lane; readonly clock: SqliteStoreOptions['clock'] };

const unopened = (cause: unknown): Problem => problem('unavailable', { subject: 'store', found: cause instanceof Error ? cause.message : 'no thread' });

/** Read for all who ask, until `stamp` is another one or it failed. */
const remembered = <T>(stamp: () => unknown, read: () => Promise<T>): ((waiting?: Waiting) => Promise<T>) => {
  let known: { readonly at: unknown; readonly value: Promise<T> } | undefined;
  return (waiting = {}) => {
    const at = stamp();
    const { value } = known?.at === at && known ? known : { value: read() };
    known = { at, value };
    value.catch(() => {
      if (known?.value === value) known = undefined;
    });
    return untilAborted(waiting, value);
  };
};

const questions = (sides: Sides, { ask }: Pick<Sides, 'ask'> = sides) => ({
  get: (ids: readonly TwinId[], waiting?: Waiting) => readTwins(sides, ids, waiting),
  resolve: resolve(ask),
  shapes: async (ids: readonly TwinId[], waiting?: Waiting) =>
    new Map((await ask('shapes', { ids }, waiting)).map(({ id, doc }): [TwinId, readonly Shape[]] => [trusted(id), trusted(JSON.parse(String(doc)))])),
  find: (query: FindQuery, waiting?: Waiting) => readPage(sides, query, waiting),
  count: (filter: Parameters<TwinStore['count']>[0], waiting?: Waiting & Then) =>
    waiting?.at ? ask('countThen', { filter, at: waiting.at }, waiting) : ask('count', { filter }, waiting),
  history: thinned((id, query, waiting) => ask('history', { id, query }, waiting)),
  stateAt: (ids: readonly TwinId[], moment: Moment, waiting?: Waiting) => readStates(sides, { ids, moment }, waiting),
  summarise: withinGroups(summarise(ask)),
  cells: cells(ask),
  adjacent: adjacent(ask),
  traverse: traverse(ask),
  linksAt: linksAt(ask),
});

/** Looked at with every question to a federation, or every answer to a partner, and read again only where a write may have changed it. */
const standing = ({ ask, lane }: Sides) => ({
  kinds: remembered(lane.head, () => readKinds(ask)),
  identities: remembered(lane.identitySeq, () => ask('identities', {})),
  linkedTwins: remembered(lane.identitySeq, () => ask('linkedTwins', {})),
});

const journal = ({ ask, lane }: Sides) => ({
  apply: lane.apply,
  onCommit: lane.onCommit,
  head: (waiting?: Waiting) => ask('head', {}, waiting),
  writes: (waiting: Waiting = {}) => untilAborted(waiting, Promise.resolve(lane.writes())),
  changes: ((since, { limit, kinds }, waiting) => ask('changes', { since, limit, kinds }, waiting)) satisfies TwinStore['changes'],
  cursor: async (peer: string, waiting?: Waiting) => {
    const [row] = await ask('cursor', { peer }, waiting);
    return row && Number(row['seq']);
  },
  joins: joins(ask),
  countJoins: (waiting?: Waiting) => countJoins(ask, waiting),
});

const imports = ({ ask, lane }: Sides) => ({
  sourceState: (async (source, { after, first }, waiting) =>
    trusted(await ask('sourceState', { source, after: after ?? '', first }, waiting))) satisfies TwinStore['sourceState'],
  takeStaged: lane.take,
  putImport: async (record: ImportRecord, waiting?: Waiting) => {
    await lane.send({ verb: 'putImport', columns: [record.id, record.source, record.startedAt, JSON.stringify(record)] }, waiting);
  },
  lastImport: async (source: string, waiting?: Waiting): Promise<ImportRecord | undefined> => {
    const [row] = await ask('lastImport', { source }, waiting);
    return row && trusted(JSON.parse(String(row['doc'])));
  },
});

type Walk = { readonly verb: 'fold'; readonly before: number } | ({ readonly verb: 'forget' } & Forgetting);

/** Step after step: writes that wait come in between. */
const walkSeries = async (lane: Lane, walk: Walk, waiting?: Waiting): Promise<number> => {
  let samples = 0;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const stepped: Stepped = trusted(await lane.aside({ ...walk, after }, waiting));
    samples += stepped.samples;
    after = stepped.next;
  }
  return samples;
};

/** Changes that one step takes off the log. */
export const prunedAtOnce = 10_000;

const prune = async (lane: Lane, upTo: number, waiting?: Waiting): Promise<number> => {
  let pruned = 0;
  for (let last = prunedAtOnce; last === prunedAtOnce; pruned += last) last = trusted(await lane.aside({ verb: 'prune', upTo, atOnce: prunedAtOnce }, waiting));
  return pruned;
};

const maintain =
  (lane: Lane): TwinStore['maintain'] =>
  async (retention, waiting) => {
    const { keepChanges, foldBefore } = retention;
    const forgetting = forgettingOf(retention);
    const forgotten = forgetting ? await walkSeries(lane, { verb: 'forget', ...forgetting }, waiting) : 0;
    const folded = foldBefore === undefined ? 0 : await walkSeries(lane, { verb: 'fold', before: msOfInstant(foldBefore) }, waiting);
    const pruned = await prune(lane, lane.head() - keepChanges, waiting);
    await lane.aside({ verb: 'refresh' }, waiting);
    return { folded, forgotten, pruned };
  };

const createVerbs = (sides: Sides, close: () => Promise<void>): TwinStore => {
  const asked = questions(sides);
  return {
    engine: sqliteEngine,
    ...asked,
    ...byFinding(asked.find),
    ...standing(sides),
    ...journal(sides),
    ...imports(sides),
    health: (waiting) => healthOf({ clock: sides.clock, ask: (asker) => sides.ask('head', {}, asker) }, unopened, waiting),
    maintain: maintain(sides.lane),
    unload: async (part, { after, first }, waiting) => trusted(await sides.ask('unload', { part, after, first }, waiting)),
    load: sides.lane.load,
    close,
  };
};

const openOn = async (write: (task: Task) => Promise<unknown>, task: Task): Promise<Result<number>> => {
  try {
    return trusted(await write(task));
  } catch (cause) {
    return fail(unopened(cause));
  }
};

const closed = problem('unavailable', { subject: 'store', found: 'it is closed' });

const packArguments = (args: object): { readonly args: string; readonly areas: AreaTexts } => {
  if (!('filter' in args)) return { args: JSON.stringify(args), areas: {} };
  const { filter, areas } = packAreas(trusted(args.filter));
  return { args: JSON.stringify({ ...args, filter }), areas };
};

export const openSqliteStore = async ({ directory, clock, threads, synchronous = 'full' }: SqliteStoreOptions): Promise<Result<TwinStore>> => {
  const path = join(directory, storeFileName);
  const using = threads ?? createStoreThreads();
  const write = using.pinWriter();
  const opened = await openOn(write, { verb: 'open', path, synchronous, at: clock.now() });
  if (!opened.ok) {
    if (!threads) await using.close();
    return opened;
  }
  const lane = createLane({ write, path, head: opened.value });
  const near = createNearReads(path);
  const reads = createReads();
  const ask: Ask = async (verb, args, waiting) => {
    if (!lane.isOpen()) return Promise.reject(unanswered(closed));
    if (waiting?.signal?.aborted) return Promise.reject(abortError());
    const task = (): Task => ({ verb: 'read', path, read: verb, known: waiting?.known, ...packArguments(args) });
    return near.answer(verb, args) ?? trusted(await reads((signal) => using.read(task(), signal), waiting));
  };
  const close = async () => {
    await lane.close();
    near.close();
    await using.release(path);
    if (!threads) await using.close();
  };
  const isAsked = (waiting?: Waiting): boolean => lane.isOpen() && waiting?.signal?.aborted !== true;
  return ok(createVerbs({ ask, isAsked, near, known: createKnownTwins(), lane, clock }, close));
};
