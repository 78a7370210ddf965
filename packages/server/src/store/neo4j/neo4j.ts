/**
 * The store on Neo4j: the verbs of `TwinStore` over the official driver, with what Community has.
 */
import { fail, type Instant, instantOfMs, msOfInstant, ok, type Problem, problem, type Result, type TwinId } from '@cityweave/core';
import type { Clock, Ids } from '../../deps.ts';
import { byFinding } from '../by-finding.ts';
import { withinGroups } from '../groups.ts';
import { forgettingOf } from '../history/forgetting.ts';
import { thinned } from '../history/thinned.ts';
import { createReads, healthOf } from '../in-time.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { readHead, readRegister, readSource } from '../neo4j-cypher/read.ts';
import { newestSchema, type Space, spaceOf } from '../neo4j-cypher/space.ts';
import { deleteRegister, forgetWriters, moveOldest, pruneLog, putImport, putRegisters } from '../neo4j-cypher/write.ts';
import { foldStep } from '../neo4j-history/fold.ts';
import { forgetStep } from '../neo4j-history/forget.ts';
import { history, stateAt } from '../neo4j-history/past.ts';
import { linksAt } from '../neo4j-history/past-links.ts';
import { countThen, findThen, summariseThen } from '../neo4j-history/past-search.ts';
import { walkPasts } from '../neo4j-history/upkeep.ts';
import { loadRows } from '../neo4j-moving/load.ts';
import { type Folder, noteFolder, type OpenedFrom } from '../neo4j-moving/opened-from.ts';
import { unload } from '../neo4j-moving/unload.ts';
import type { ImportRecord, Looked, MaintenanceReport, Retention, TwinStore, Waiting } from '../store.ts';
import { unanswered, unansweredProblem } from '../unanswered.ts';
import { untilAborted } from '../waiting.ts';
import { askAgent, type Connection, connect, type Drivers, type Line, type Neo4jSettings } from './connection.ts';
import { checkServer, problemOf, problemOfOpening, rejectionOf } from './failures.ts';
import { type Asker, cellsIn, countTwins, findPage, summarise } from './find.ts';
import { createLane, type Lane } from './lane.ts';
import { lookAtSchema, migrate } from './migration.ts';
import { trusted } from './neo4j-rows.ts';
import { adjacent, changesSince, countJoinsIn, countOf, joinsOf, kindsIn, resolve, shapesById, traverse, twinsById } from './questions.ts';
import { lock, writerKey } from './save.ts';

export type Neo4jStoreOptions = {
  readonly settings: Neo4jSettings;
  /** whose twins they are: several agencies may share a server, each sees its own space only */
  readonly authority: string;
  /** of the node, which has its agreements and keys; none where only the store is opened */
  readonly folder?: Folder | undefined;
  readonly deps: { readonly clock: Clock; readonly ids: Ids };
  readonly drivers: Drivers;
};

type Sides = {
  readonly connection: Connection;
  readonly lane: Lane;
  readonly space: Space;
  /** this process, by an id of its own */
  readonly writer: string;
  readonly clock: Clock;
  readonly server: string;
  /** the last one, where it was not this one */
  readonly otherFolder: OpenedFrom | undefined;
};

/** What the server could not do, as its problem. */
const told = <T>(asking: Promise<T>): Promise<T> => asking.catch((cause) => Promise.reject(rejectionOf(cause)));

type Ask = <T>(work: (asker: Asker) => Promise<T>, waiting?: Waiting) => Promise<T>;

/** What was read is good until this process writes; what another one writes is seen after this while at the latest. */
const rememberedMs = 1_000;

/** Looked at with every question to a federation and every answer to a partner. */
const remembered = <T>({ lane, clock }: Sides, read: () => Promise<T>): ((waiting?: Waiting) => Promise<T>) => {
  let known: { readonly value: Promise<T>; readonly at: number } | undefined;
  const forget = () => {
    known = undefined;
  };
  lane.onCommit(forget);
  return (waiting = {}) => {
    const now = clock.monotonicMs();
    if (!known || now - known.at >= rememberedMs) known = { value: read(), at: now };
    known.value.catch(forget);
    return untilAborted(waiting, known.value);
  };
};

const questions = (sides: Sides, ask: Ask) => ({
  get: (ids: readonly TwinId[], waiting?: Waiting) => ask((asker) => twinsById(asker, ids), waiting),
  resolve: ((identifiers, { scheme, limit }, waiting) =>
    ask((asker) => resolve(asker, { identifiers, scheme, limit }), waiting)) satisfies TwinStore['resolve'],
  shapes: (ids: readonly TwinId[], waiting?: Waiting) => ask((asker) => shapesById(asker, ids), waiting),
  find: (({ at, ...query }, waiting) => ask((asker) => (at ? findThen(asker, { ...query, at }) : findPage(asker, query)), waiting)) satisfies TwinStore['find'],
  history: thinned((id, query, waiting) => ask((asker) => history(asker, id, query), waiting)),
  stateAt: ((ids, moment, waiting) => ask((asker) => stateAt(asker, ids, moment), waiting)) satisfies TwinStore['stateAt'],
  count: ((filter, waiting) =>
    ask((asker) => (waiting?.at ? countThen(asker, { filter, at: waiting.at }) : countTwins(asker, filter)), waiting)) satisfies TwinStore['count'],
  summarise: withinGroups((filter, by, waiting) =>
    ask((asker) => (waiting?.at ? summariseThen(asker, { filter, at: waiting.at }, by) : summarise(asker, filter, by)), waiting),
  ),
  cells: ((query, waiting) => ask((asker) => cellsIn(asker, query), waiting)) satisfies TwinStore['cells'],
  adjacent: ((ids, query, waiting) => ask((asker) => adjacent(asker, { ids, kinds: query.kinds, ...query }), waiting)) satisfies TwinStore['adjacent'],
  traverse: ((ids, query, waiting) => ask((asker) => traverse(asker, { ids, kinds: query.kinds, ...query }), waiting)) satisfies TwinStore['traverse'],
  linksAt: ((ids, query, waiting) => ask((asker) => linksAt(asker, { ids, kinds: query.kinds, ...query }), waiting)) satisfies TwinStore['linksAt'],
  kinds: remembered(sides, () => ask(kindsIn)),
  identities: remembered(sides, () => ask((asker) => countOf(asker, true))),
  linkedTwins: remembered(sides, () => ask((asker) => countOf(asker, false))),
});

const readOne = (ask: Ask, key: string, waiting?: Waiting) => ask(async ({ reading, space }) => (await reading.run(readRegister(space, key)))[0], waiting);

const importKey = (source: string): string => `import:${source}`;

const registers = ({ lane, connection, space }: Sides, ask: Ask) => ({
  apply: lane.apply,
  onCommit: lane.onCommit,
  changes: ((since, options, waiting) => ask((asker) => changesSince(asker, since, options), waiting)) satisfies TwinStore['changes'],
  cursor: async (peer: string, waiting?: Waiting) => {
    const row = await readOne(ask, `cursor:${peer}`, waiting);
    return row && Number(row['seq']);
  },
  joins: ((query, waiting) => ask((asker) => joinsOf(asker, query), waiting)) satisfies TwinStore['joins'],
  countJoins: (waiting?: Waiting) => ask(countJoinsIn, waiting),
  sourceState: (async (source, { after = '', first }, waiting) =>
    trusted(await ask(({ reading }) => reading.run(readSource(space, source, { after, limit: whole(first) })), waiting))) satisfies TwinStore['sourceState'],
  putImport: async ({ ...record }: ImportRecord, waiting: Waiting = {}) => {
    await untilAborted(waiting, lane.drained());
    const row = { key: importKey(record.source), startedAt: record.startedAt, doc: JSON.stringify(record) };
    await told(
      connection.write(async (run) => {
        await lock(run, space);
        await run(putImport(space, row));
      }),
    );
  },
  lastImport: async (source: string, waiting?: Waiting): Promise<ImportRecord | undefined> => {
    const row = await readOne(ask, importKey(source), waiting);
    return row && trusted(JSON.parse(String(row['doc'])));
  },
});

const headOf = (ask: Ask, column: 'seq' | 'writes', waiting?: Waiting): Promise<number> =>
  ask(async ({ reading, space }) => Number((await reading.run(readHead(space)))[0]?.[column] ?? 0), waiting);

const prunedAtOnce = 1_000;

/** The bound moves first, so that nobody reads what is half gone. The last change stays. */
const prune = async ({ connection, space, lane }: Sides, keepChanges: number, waiting: Waiting = {}): Promise<number> => {
  await untilAborted(waiting, lane.drained());
  const [upTo, before] = await connection.write(async (run) => {
    const head = await lock(run, space);
    const [row] = await run(readHead(space));
    const [oldest, was] = [Math.max(0, Math.min(head - keepChanges, head - 1)), Number(row?.['oldest'] ?? 0)];
    await run(moveOldest(space, whole(oldest)));
    return [oldest, was] as const;
  });
  for (let pruned = prunedAtOnce; pruned === prunedAtOnce; ) {
    const [row] = await connection.write((run) => run(pruneLog(space, whole(upTo), whole(prunedAtOnce))), waiting);
    pruned = Number(row?.['pruned'] ?? 0);
  }
  return Math.max(0, upTo - before);
};

const maintain = async (sides: Sides, retention: Retention, waiting?: Waiting): Promise<MaintenanceReport> => {
  const { keepChanges, foldBefore } = retention;
  const forgetting = forgettingOf(retention);
  const forgotten = forgetting ? await walkPasts(sides, forgetStep(forgetting), waiting) : 0;
  const before = foldBefore && msOfInstant(foldBefore);
  const folded = before ? await walkPasts(sides, (step, kept) => foldStep({ ...step, before }, kept), waiting) : 0;
  return { folded, forgotten, pruned: await prune(sides, keepChanges, waiting) };
};

/** A move into a store that others do not write to meanwhile. */
const createLoad = ({ connection, space, lane, writer }: Sides): TwinStore['load'] => {
  let calls = 0;
  return async (rows, waiting = {}) => {
    calls += 1;
    await untilAborted(waiting, lane.drained());
    try {
      const loaded = await loadRows({ connection, space, writer, noted: new Set() }, `load ${calls}`, rows);
      if (!loaded.ok) return loaded;
      lane.committed(loaded.value);
      return ok(true);
    } catch (cause) {
      const found = unansweredProblem(rejectionOf(cause));
      return found ? fail(found) : Promise.reject(cause);
    }
  };
};

/** A writer that said nothing for this long has ended without saying so. */
const writerSilentMs = 86_400_000;

const dayBefore = (now: Instant): Instant => instantOfMs(Date.parse(now) - writerSilentMs);

const closed = problem('unavailable', { subject: 'store', found: 'it is closed' });

const createVerbs = (sides: Sides, close: () => Promise<void>): TwinStore => {
  const reads = createReads();
  const ask: Ask = (work, waiting) =>
    sides.lane.isOpen()
      ? told(reads((signal) => sides.connection.read((reading) => work({ reading, space: sides.space }), { signal }), waiting))
      : Promise.reject(unanswered(closed));
  const asked = questions(sides, ask);
  return {
    engine: { name: sides.server, schema: newestSchema },
    ...(sides.otherFolder && { otherFolder: { path: sides.otherFolder.folder.path, at: sides.otherFolder.at } }),
    ...asked,
    ...byFinding(asked.find),
    ...registers(sides, ask),
    head: (waiting) => headOf(ask, 'seq', waiting),
    writes: (waiting) => headOf(ask, 'writes', waiting),
    health: (waiting) => healthOf({ clock: sides.clock, ask: (asker) => headOf(ask, 'seq', asker) }, problemOf, waiting),
    maintain: (retention, waiting) => told(maintain(sides, retention, waiting)),
    unload: (part, page, waiting) => ask((asker) => unload(asker, part, page), waiting),
    load: createLoad(sides),
    close,
  };
};

const askVersion = async (line: Line, { database }: Neo4jSettings): Promise<Result<string>> => checkServer(await askAgent(line, database));

/** How it is with a space that may be another process's: nothing is made, converted or noted in it. */
export const lookAtNeo4jStore = async ({ settings, authority, deps, drivers }: Neo4jStoreOptions): Promise<Result<Looked>> => {
  const { release, ...line } = drivers.take(settings);
  try {
    const server = await askVersion(line, settings);
    if (!server.ok) return server;
    const from = deps.clock.monotonicMs();
    const space = spaceOf(authority);
    const looked = await lookAtSchema(connect(line, settings.database), space);
    return looked.ok ? ok({ name: server.value, schema: newestSchema, latencyMs: deps.clock.monotonicMs() - from }) : looked;
  } catch (cause) {
    return fail(problemOfOpening(cause, settings.uri));
  } finally {
    await release();
  }
};

const start = async (options: Neo4jStoreOptions, line: Line): Promise<Result<Omit<Sides, 'lane'> & { readonly head: number }>> => {
  const { settings, authority, deps, folder } = options;
  const server = await askVersion(line, settings);
  if (!server.ok) return server;
  const space = spaceOf(authority);
  const connection = connect(line, settings.database);
  const head = await migrate(connection, space);
  if (!head.ok) return head;
  const writer = deps.ids.uuid();
  const at = deps.clock.now();
  // a database that may only be read tells so here
  const otherFolder = await connection.write(async (run) => {
    await run(forgetWriters(space, dayBefore(at)));
    await run(putRegisters(space, [{ key: writerKey(writer), properties: { at } }]));
    return folder && noteFolder(run, space, { folder, at });
  });
  return ok({ connection, space, writer, clock: deps.clock, server: server.value, otherFolder, head: head.value });
};

export const openNeo4jStore = async (options: Neo4jStoreOptions): Promise<Result<TwinStore>> => {
  const { settings, drivers } = options;
  const { release, ...line } = drivers.take(settings);
  const refuse = async (found: Problem): Promise<Result<never>> => {
    await release();
    return fail(found);
  };
  try {
    const started = await start(options, line);
    if (!started.ok) return await refuse(started.problem);
    const { head: from, ...sides } = started.value;
    const { connection, space, writer } = sides;
    const lane = createLane({ connection, space, writer }, from);
    const close = async (): Promise<void> => {
      const leave = async (): Promise<unknown> => {
        await lane.close();
        return connection.write((run) => run(deleteRegister(space, writerKey(writer))));
      };
      await connection.ending(leave());
      await release();
    };
    return ok(createVerbs({ ...sides, lane }, close));
  } catch (cause) {
    return refuse(problemOfOpening(cause, settings.uri));
  }
};
