/**
 * The embedded store: the verbs of `TwinStore` over node:sqlite. This side runs on the main thread and only packs, sends and unpacks;
 * the writing side is `sqlite-lane.ts`, the threads are `sqlite-threads.ts`.
 */
import { join } from 'node:path';
import {
  fail,
  type Group,
  type HistoryQuery,
  type Instant,
  type Join,
  type JoinKey,
  type JoinState,
  joinKeyOf,
  type Link,
  type Moment,
  msOfInstant,
  normaliseKey,
  ok,
  type Problem,
  problem,
  type Result,
  type Shape,
  type TwinId,
} from '@cityweave/core';
import type { Clock } from '../../deps.ts';
import { type AreaTexts, packAreas } from '../area-memory.ts';
import type { Stepped } from '../sqlite-history/fold.ts';
import { createKnownTwins } from '../sqlite-reading/known-twins.ts';
import { createNearReads } from '../sqlite-reading/near.ts';
import { type Ask, type Reader, readPage, readTwins } from '../sqlite-reading/twin-reads.ts';
import type { FindQuery, ImportRecord, Then, TwinStore, Waiting } from '../store.ts';
import { unanswered, unansweredProblem } from '../unanswered.ts';
import type { Synchronous } from './sqlite-file.ts';
import { createLane, type Lane } from './sqlite-lane.ts';
import { abortError, createStoreThreads, type StoreThreads, type Task, trusted } from './sqlite-threads.ts';

export type SqliteStoreOptions = {
  /** where the file of the store lies; made where it is not there */
  readonly directory: string;
  readonly clock: Clock;
  /** shared with the other stores of the process; own ones where absent */
  readonly threads?: StoreThreads | undefined;
  readonly synchronous?: Synchronous | undefined;
};

export const storeFileName = 'twins.sqlite';

type Sides = Reader & { readonly lane: Lane; readonly clock: SqliteStoreOptions['clock'] };

// Everything below gives back what was parsed before it was put in: the rows of our own file keep their types.

const groupKey = (row: Record<string, unknown>): string => JSON.stringify([row['kind'], row['agency']]);

const toGroup = (row: Record<string, unknown>, count: number): Group => {
  const { twins, ...facets } = row;
  return trusted({ ...facets, count, of: Number(twins) });
};

/** A kind that was asked for and matches nothing is told too: none of twelve is an answer. */
const summarise =
  (ask: Ask): TwinStore['summarise'] =>
  async (filter, by, waiting) => {
    if (waiting?.at) return ask('summariseThen', { filter, by, at: waiting.at }, waiting);
    const { matching, all } = await ask('summarise', { filter, by }, waiting);
    const counts = new Map(matching.map((row) => [groupKey(row), Number(row['twins'])]));
    const groups = all.map((row) => toGroup(row, counts.get(groupKey(row)) ?? 0));
    return groups.filter(({ count }) => count > 0 || filter.kinds !== undefined);
  };

const append = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const known = map.get(key);
  if (!known) map.set(key, [value]);
  else if (!known.includes(value)) known.push(value);
};

const resolve =
  (ask: Ask): TwinStore['resolve'] =>
  async (identifiers, waiting) => {
    const keys = new Map<string, string[]>();
    for (const identifier of identifiers) append(keys, normaliseKey(identifier), identifier);
    const { own, alternative } = await ask('resolve', { identifiers, keys: [...keys.keys()], scheme: waiting?.scheme }, waiting);
    const found = new Map<string, TwinId[]>();
    for (const { asked, id } of own) append(found, String(asked), trusted<TwinId>(id));
    for (const { asked, id } of alternative) for (const identifier of keys.get(String(asked)) ?? []) append(found, identifier, trusted<TwinId>(id));
    return found;
  };

/** A link inside the frontier is met from both its ends. */
const eachOnce = (links: readonly Link[], limit: number): readonly Link[] => [...new Map(links.map((link) => [link.id, link])).values()].slice(0, limit);

const traverse =
  (ask: Ask): TwinStore['traverse'] =>
  (ids, { kinds, direction, depth, limit }, waiting) =>
    ask('traverse', { ids, kinds, direction, depth, limit }, waiting);

const adjacent =
  (ask: Ask): TwinStore['adjacent'] =>
  (ids, query, waiting) =>
    traverse(ask)(ids, { ...query, depth: 1 }, waiting);

const linksAt =
  (ask: Ask): TwinStore['linksAt'] =>
  async (ids, { kinds, direction, limit, moment }, waiting) =>
    eachOnce(await ask('linksAt', { ids, kinds, direction, limit, moment }, waiting), limit);

const toJoin = ({ src, kind, agency, scheme, value, state, dst, tried_at }: Record<string, unknown>): Join =>
  trusted({ from: src, kind, agency, scheme, value, state, ...(dst === null ? {} : { to: dst }), ...(tried_at === null ? {} : { triedAt: tried_at }) });

const afterJoin = (key: JoinKey | undefined): readonly string[] => (key ? [key.from, key.kind, key.agency, key.scheme, key.value] : ['', '', '', '', '']);

const joins =
  (ask: Ask): TwinStore['joins'] =>
  async ({ state, agency, first, after }) => {
    const rows = await ask('joins', { state, agency, first: first + 1, after: afterJoin(after) });
    const found = rows.slice(0, first).map(toJoin);
    const last = found.at(-1);
    return { joins: found, ...(rows.length > first && last && { next: joinKeyOf(last) }) };
  };

const countJoins = async (ask: Ask): Promise<Record<JoinState, number>> => {
  const counts: Record<JoinState, number> = { PENDING: 0, RESOLVED: 0, UNRESOLVED: 0 };
  for (const { state, joins: count } of await ask('countJoins', {})) counts[trusted<JoinState>(state)] = Number(count);
  return counts;
};

const unopened = (cause: unknown): Problem => problem('unavailable', { subject: 'store', found: cause instanceof Error ? cause.message : 'no thread' });

const health = async ({ ask, clock }: Sides): ReturnType<TwinStore['health']> => {
  const from = clock.monotonicMs();
  const found = await ask('head', {}).then(
    () => undefined,
    (cause) => unansweredProblem(cause) ?? unopened(cause),
  );
  const latencyMs = clock.monotonicMs() - from;
  return found ? { ok: false, latencyMs, problem: found } : { ok: true, latencyMs, detail: 'node:sqlite' };
};

/** Asked with every answer to a partner, so it is counted again only where a write touched it. */
const createIdentities = ({ ask, lane }: Sides, verb: 'identities' | 'linkedTwins'): TwinStore['identities'] => {
  let counted: { readonly at: number; readonly twins: Promise<number> } | undefined;
  return () => {
    const at = lane.identitySeq();
    if (counted?.at !== at) counted = { at, twins: ask(verb, {}) };
    return counted.twins;
  };
};

const readKinds = async (ask: Ask): ReturnType<TwinStore['kinds']> => {
  const found = await ask('kinds', {});
  const terms = Map.groupBy(found.terms, ({ kind }) => kind);
  const termsOf = (kind: unknown) => (terms.get(trusted(kind)) ?? []).map(({ term, unit }) => (unit === null ? { term } : { term, unit }));
  return trusted(found.kinds.map(({ kind, twins }) => ({ kind, count: Number(twins), terms: termsOf(kind) })));
};

/** Looked at with every question to a federation, so it is read again only after a commit. */
const createKinds = ({ ask, lane }: Sides): TwinStore['kinds'] => {
  let known: ReturnType<TwinStore['kinds']> | undefined;
  lane.onCommit(() => {
    known = undefined;
  });
  return () => {
    const reading = known ?? readKinds(ask);
    known = reading;
    reading.catch(() => {
      known = undefined;
    });
    return reading;
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
  history: (id: TwinId, query: HistoryQuery, waiting?: Waiting) => ask('history', { id, query }, waiting),
  stateAt: async (ids: readonly TwinId[], moment: Moment, waiting?: Waiting) =>
    new Map((await ask('stateAt', { ids, moment }, waiting)).map((twin) => [twin.id, twin])),
  summarise: summarise(ask),
  adjacent: adjacent(ask),
  traverse: traverse(ask),
  linksAt: linksAt(ask),
  kinds: createKinds(sides),
});

const journal = ({ ask, lane }: Sides) => ({
  apply: lane.apply,
  onCommit: lane.onCommit,
  changes: (since: number, { limit }: { readonly limit: number }) => ask('changes', { since, limit }),
  cursor: async (peer: string) => {
    const [row] = await ask('cursor', { peer });
    return row && Number(row['seq']);
  },
  joins: joins(ask),
  countJoins: () => countJoins(ask),
});

const imports = ({ ask, lane }: Sides) => ({
  sourceState: async (source: string, { after, first }: Parameters<TwinStore['sourceState']>[1]): ReturnType<TwinStore['sourceState']> =>
    trusted(await ask('sourceState', { source, after: after ?? '', first })),
  takeStaged: lane.take,
  putImport: async (record: ImportRecord) => {
    await lane.send({ verb: 'putImport', columns: [record.id, record.source, record.startedAt, JSON.stringify(record)] });
  },
  lastImport: async (source: string): Promise<ImportRecord | undefined> => {
    const [row] = await ask('lastImport', { source });
    return row && trusted(JSON.parse(String(row['doc'])));
  },
});

/** Step after step: writes that wait come in between. */
const walkSeries = async (lane: Lane, verb: 'fold' | 'forget', before: Instant | undefined): Promise<number> => {
  let samples = 0;
  for (let after: number | undefined = before === undefined ? undefined : 0; after !== undefined && before !== undefined; ) {
    const stepped = trusted<Stepped>(await lane.aside({ verb, after, before: msOfInstant(before) }));
    samples += stepped.samples;
    after = stepped.next;
  }
  return samples;
};

const maintain =
  (lane: Lane): TwinStore['maintain'] =>
  async ({ keepChanges, foldBefore, forgetBefore }) => {
    const forgotten = await walkSeries(lane, 'forget', forgetBefore);
    const folded = await walkSeries(lane, 'fold', foldBefore);
    await lane.send({ verb: 'maintain', keepChanges });
    return { folded, forgotten };
  };

const createVerbs = (sides: Sides, close: () => Promise<void>): TwinStore => ({
  ...questions(sides),
  ...journal(sides),
  ...imports(sides),
  identities: createIdentities(sides, 'identities'),
  linkedTwins: createIdentities(sides, 'linkedTwins'),
  head: () => sides.ask('head', {}),
  writes: async () => sides.lane.writes(),
  health: () => health(sides),
  maintain: maintain(sides.lane),
  unload: async (part, { after, first }) => trusted(await sides.ask('unload', { part, after, first })),
  load: sides.lane.load,
  close,
});

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
  const ask: Ask = async (verb, args, waiting) => {
    if (!lane.isOpen()) return Promise.reject(unanswered(closed));
    if (waiting?.signal?.aborted) return Promise.reject(abortError());
    return (
      near.answer(verb, args) ?? trusted(await using.read({ verb: 'read', path, read: verb, known: waiting?.known, ...packArguments(args) }, waiting?.signal))
    );
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
