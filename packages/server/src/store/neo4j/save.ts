/**
 * Load and save: a group of batches as one transaction over Bolt. Everything that is loaded comes with one statement; what is saved goes with another one, and where it is much with several.
 */

import { setImmediate } from 'node:timers/promises';
import { linkIdOf, type TermId, type TwinId } from '@cityweave/core';
import { createInstants } from '../history/instants.ts';
import { loadPasts } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { inParts, type Parts, partsOf, statementRowsMax } from '../neo4j-cypher/parts.ts';
import { type Cypher, inTurn, type Space } from '../neo4j-cypher/space.ts';
import {
  createIdentifiers,
  createLog,
  createTwins,
  deleteIdentifiers,
  deleteJoins,
  deleteLinks,
  deleteTwins,
  loadSought,
  loadTwins,
  lockHead,
  noteTerms,
  putJoins,
  putLinks,
  putRegisters,
  sweepEnds,
  tallyKinds,
  updateTwins,
} from '../neo4j-cypher/write.ts';
import { loadSaid, type SaidThen, saidBy } from '../neo4j-history/said-before.ts';
import { savePasts } from '../neo4j-history/save-pasts.ts';
import { decodePast } from '../neo4j-history/tails.ts';
import type { Command } from '../store.ts';
import { unanswered } from '../unanswered.ts';
import { type Batch, joinKey } from './decide.ts';
import { checkSchema } from './failures.ts';
import { rowsOfLog } from './log.ts';
import { altsOf, identifiersOf, linkOf, propertiesOf, standingOf, trusted } from './neo4j-rows.ts';
import { type Ends, emptySet, endsKey, type LinkState, placeLink, type TwinState, type WorkingSet } from './working-set.ts';

export type Row = Readonly<Record<string, unknown>>;
/** Runs a statement in the transaction; what is asked without waiting goes out together. */
export type Run = (statement: Cypher) => Promise<readonly Row[]>;

/** One of several that go out together: a failure is told to whoever waits for it, and where nobody does any more another one was told. */
const send = (run: Run, statement: Cypher): Promise<readonly Row[]> => {
  const answer = run(statement);
  answer.catch(() => undefined);
  return answer;
};

const cursorKey = (peer: string): string => `cursor:${peer}`;
export const writerKey = (writer: string): string => `writer:${writer}`;

const sortedOnce = (ids: Iterable<string>): readonly string[] => [...new Set(ids)].toSorted();

type Op = Command['op'];
const idsIn = (commands: readonly Command[], idOf: Partial<{ [O in Op]: (command: Extract<Command, { op: O }>) => string }>): readonly string[] =>
  // one table of ops: each function is asked with the command of its own name
  sortedOnce(commands.flatMap((command) => trusted<((given: Command) => string) | undefined>(idOf[command.op])?.(command) ?? []));

/** Ids of what a transaction may look at. */
export type Wanted = Readonly<Record<'twins' | 'linked' | 'links' | 'joins' | 'peers', readonly string[]>> & {
  /** ends and kinds of links that are put */
  readonly between: readonly Omit<Ends, 'id'>[];
  /** what is said of series, and of when */
  readonly said: readonly SaidThen[];
};
export const nothing: Wanted = { twins: [], linked: [], links: [], joins: [], peers: [], between: [], said: [] };

const endsIn = (commands: readonly Command[]): Wanted['between'] => {
  const ends = commands.flatMap((command) => (command.op === 'putLink' ? [{ src: command.link.from, kind: command.link.kind, dst: command.link.to }] : []));
  const byKey = new Map(ends.map((one) => [endsKey(one), one]));
  return sortedOnce(byKey.keys()).flatMap((key) => byKey.get(key) ?? []);
};

export const wantedBy = (batches: readonly Batch[]): Wanted => {
  const commands = batches.flatMap((batch) => batch.commands);
  return {
    twins: idsIn(commands, { putTwin: ({ twin }) => twin.id, patchTwin: ({ id }) => id, deleteTwin: ({ id }) => id }),
    linked: idsIn(commands, { deleteTwin: ({ id }) => id }),
    links: idsIn(commands, { deleteLink: ({ id }) => id }),
    between: endsIn(commands),
    said: saidBy(batches),
    joins: idsIn(commands, { deleteTwin: ({ id }) => id, putJoins: ({ from }) => from, settleJoin: ({ join }) => join.from }),
    peers: sortedOnce(batches.flatMap(({ cursor }) => (cursor ? [cursor.peer] : []))),
  };
};

export type Loaded = { readonly set: WorkingSet; readonly mark: unknown };

const twinState = (doc: string): TwinState => {
  const { input, ...standing } = standingOf(doc);
  return { ...standing, input, kind: input.kind, object: input.objectOfInterest ?? null, alts: altsOf(input), fresh: false };
};

const linkState = (row: LinkRow): LinkState => {
  const link = linkOf(row);
  return { id: link.id, src: link.from, kind: link.kind, dst: link.to, link, written: false };
};

const pastKey = ({ src, kind, dst }: Omit<Ends, 'id'>): string => linkIdOf(trusted<TwinId>(src), trusted<TermId>(kind), trusted<TwinId>(dst));

type LinkRow = readonly unknown[];
type TextRow = readonly [id: string, doc: string];
/** With the version that what is gone ended with. */
type PastRow = readonly [...TextRow, gone: number | null];

/** As `loadSought` tells it; what was not sought is absent. */
type Found = { readonly seq: number; readonly schema: unknown } & Partial<{
  readonly registers: readonly (readonly [key: string, seq: number, mark: unknown])[];
  readonly twins: readonly TextRow[];
  readonly pasts: readonly PastRow[];
  readonly linked: readonly LinkRow[];
  readonly links: readonly LinkRow[];
  readonly between: readonly LinkRow[];
  readonly joins: readonly string[];
}>;

const fillPasts = ({ pasts, gone }: WorkingSet, rows: readonly PastRow[]): void => {
  const instantOf = createInstants();
  for (const [id, doc, version] of rows) {
    pasts.set(id, decodePast(doc, instantOf));
    if (version !== null) gone.set(id, version);
  }
};

const fillJoins = ({ joins }: WorkingSet, docs: readonly string[]): void => {
  for (const doc of docs) {
    const join = JSON.parse(doc);
    joins.set(join.from, new Map(joins.get(join.from)).set(joinKey(join), join));
  }
};

const fill = (set: WorkingSet, { registers = [], twins = [], pasts = [], linked = [], links = [], between = [], joins = [] }: Found): void => {
  for (const [id, doc] of twins) set.twins.set(id, twinState(doc));
  fillPasts(set, pasts);
  for (const state of [...linked, ...links, ...between].map(linkState)) placeLink(set, state);
  fillJoins(set, joins);
  for (const [key, seq] of registers) if (key.startsWith('cursor:')) set.cursors.set(key.slice('cursor:'.length), seq);
};

/** Of links that are known only once they were loaded, what was said of them before comes in a second round. */
const loadPastsMet = async (
  run: Run,
  { space, set }: { readonly space: Space; readonly set: WorkingSet },
  { linked = [], links = [] }: Found,
): Promise<void> => {
  const met = sortedOnce([...linked, ...links].map((row) => pastKey(linkState(row))));
  if (met.length === 0) return;
  const rows = await run(loadPasts(space, met));
  fillPasts(
    set,
    rows.map(({ id, doc }) => [String(id), String(doc), null]),
  );
};

/** Rejected where a newer program has converted the space. */
const known = async ({ schema }: { readonly schema?: unknown }): Promise<void> => {
  const checked = checkSchema(schema);
  return checked.ok ? undefined : Promise.reject(unanswered(checked.problem));
};

/** The lock alone, for whoever writes without loading a batch; where the log stands under it. */
export const lock = async (run: Run, space: Space): Promise<number> => {
  const [row = {}] = await run(lockHead(space));
  await known(row);
  return Number(row['seq'] ?? 0);
};

/** Those that a statement takes with all else, and the rest by parts: the server looks for one while the one before is read. */
const soughtIn = ({ twins, between, joins, peers, linked, links }: Wanted, writer: string) => {
  const [first = [], ...rest] = partsOf(twins);
  const registers = [writerKey(writer), ...peers.map(cursorKey)];
  const sought = { registers, twins: first, pasts: [...first, ...between.map(pastKey)], linked, links, between, joins: joins.map((id) => `${id}\u0000`) };
  return { sought, rest };
};

/** Locks the head of the log, then loads. */
export const load = async (run: Run, { space, writer }: { readonly space: Space; readonly writer: string }, wanted: Wanted): Promise<Loaded> => {
  const { sought, rest } = soughtIn(wanted, writer);
  const first = send(run, loadSought(space, sought));
  const others = rest.map((ids) => send(run, loadTwins(space, { twins: ids, pasts: ids })));
  const found = trusted<Found>((await first)[0]);
  await known(found);
  const set = emptySet(found.seq);
  fill(set, found);
  for (const other of others) fill(set, trusted<Found>((await other)[0]));
  await loadPastsMet(run, { space, set }, found);
  await loadSaid(run, { space, set }, wanted.said);
  return { set, mark: found.registers?.find(([key]) => key === writerKey(writer))?.[2] };
};

/** What there was when the batch began, to tell what is new and what is gone. */
export type Before = {
  readonly twins: ReadonlyMap<string, TwinState | null>;
  readonly links: ReadonlyMap<string, Ends | null>;
  readonly joins: WorkingSet['joins'];
  readonly pasts: WorkingSet['pasts'];
  readonly gone: WorkingSet['gone'];
};

export const before = ({ twins, links, joins, pasts, gone }: WorkingSet): Before => ({
  twins: new Map(twins),
  links: new Map(links),
  joins: new Map(joins),
  pasts: new Map(pasts),
  gone: new Map(gone),
});

type Twins = readonly (readonly [string, TwinState])[];

const twinRows = (twins: Twins, was: Before['twins'] = new Map()) =>
  twins.flatMap(([id, { written, body, input }]) => (written ? [{ id, properties: propertiesOf(input, written, { body, before: was.get(id)?.input }) }] : []));

const identifierRows = (twins: Twins) => twins.flatMap(([id, twin]) => identifiersOf(twin).map((identifier) => ({ id, ...identifier })));

function* saveTwins(space: Space, { twins }: WorkingSet, was: Before): Parts {
  const written = [...twins].flatMap(([id, twin]): Twins => (twin?.written ? [[id, twin]] : [])).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const gone = sortedOnce([...was.twins].flatMap(([id, twin]) => (twin && (twins.get(id)?.fresh ?? true) ? [id] : [])));
  const [created, updated] = [written.filter(([, { fresh }]) => fresh), written.filter(([, { fresh }]) => !fresh)];
  const renamed = updated.filter(([id, { alts, object }]) => was.twins.get(id)?.alts !== alts || was.twins.get(id)?.object !== object);
  const renamedIds = renamed.map(([id]) => id);
  yield* inParts(gone, (ids) => deleteTwins(space, ids));
  yield* inParts(created, (some) => createTwins(space, twinRows(some)));
  yield* inParts(updated, (some) => updateTwins(space, twinRows(some, was.twins)));
  yield* inParts(renamedIds, (ids) => deleteIdentifiers(space, ids));
  yield* inParts(identifierRows([...created, ...renamed]), (rows) => createIdentifiers(space, rows));
}

function* dropLinks(space: Space, { links }: WorkingSet, was: Before): Parts {
  const gone = [...was.links].flatMap(([key, link]) => (link && links.get(key) === null ? [link] : []));
  const rows = gone.map(({ src, kind, dst }) => ({ src, kind, dst })).toSorted((a, b) => (a.src < b.src ? -1 : 1));
  const ends = sortedOnce(gone.flatMap(({ src, dst }) => [src, dst]));
  yield* inParts(rows, (some) => deleteLinks(space, some));
  yield* inParts(ends, (ids) => sweepEnds(space, ids));
}

const linkRow = ({ id, src, kind, dst, link: { source, recordedAt, evidence, observedAt, version } }: LinkState) => ({
  ...{ id, src, kind, dst, source, recordedAt },
  ...{ evidence: evidence ?? null, observedAt: observedAt ?? null, version: version === undefined ? null : whole(version) },
});

const saveLinks = (space: Space, { links }: WorkingSet): Parts => {
  const written = [...links].flatMap(([, state]) => (state?.written ? [state] : [])).toSorted((a, b) => (a.src < b.src ? -1 : 1));
  return inParts(written, (some) => putLinks(space, some.map(linkRow)));
};

function* saveJoins(space: Space, { joins }: WorkingSet, was: Before): Parts {
  const all = [...joins].map(([from, now]) => ({ now, had: was.joins.get(from) ?? new Map() }));
  const gone = all.flatMap(({ now, had }) => [...had.keys()].filter((key) => !now.has(key)));
  const put = all.flatMap(({ now, had }) => [...now].filter(([key, join]) => had.get(key) !== join));
  const rows = put.map(([key, join]) => ({ key, state: join.state, agency: join.agency, doc: JSON.stringify(join) }));
  yield* inParts(sortedOnce(gone), (keys) => deleteJoins(space, keys));
  yield* inParts(rows, (some) => putJoins(space, some));
}

function* saveRegisters(space: Space, set: WorkingSet, { writer, mark, at }: Marking): Parts {
  const kinds = [...set.tally].flatMap(([kind, more]) => (more === 0 ? [] : [{ key: `kind:${kind}`, kind, more: whole(more) }]));
  const terms = [...set.terms].map(([key, row]) => ({ key: `term:${key}`, ...row }));
  const cursors = [...set.cursors].map(([peer, seq]) => ({ key: cursorKey(peer), properties: { seq: whole(seq) } }));
  const head = set.changes.length === 0 ? [] : [{ key: 'head', properties: { seq: whole(set.head) } }];
  const marked = { key: writerKey(writer), properties: { mark, ...(at !== undefined && { at }) } };
  yield* inParts(kinds, (some) => tallyKinds(space, some));
  yield* inParts(terms, (some) => noteTerms(space, some));
  yield* inParts([...cursors, ...head, marked], (some) => putRegisters(space, some));
}

/** Which attempt this is: a connection that is lost at the commit leaves open whether it was made, and the mark tells. */
export type Marking = { readonly writer: string; readonly mark: string; readonly at: string | undefined };

type Saving = { readonly space: Space; readonly set: WorkingSet; readonly was: Before; readonly marking: Marking };

/** Each is put together when it is asked for. */
function* statementsOf({ space, set, was, marking }: Saving): Parts {
  yield* dropLinks(space, set, was);
  yield* saveTwins(space, set, was);
  yield* saveLinks(space, set);
  yield* saveJoins(space, set, was);
  yield* savePasts(space, set, was);
  yield* saveRegisters(space, set, marking);
  yield* inParts(rowsOfLog(set.changes), (rows) => createLog(space, rows));
}

/** Of more of them no two parts go as one: in which order they come differs, and the server makes a plan for each. */
const isMuch = ({ twins, links, pasts, changes }: WorkingSet): boolean => Math.max(twins.size, links.size, pasts.size, changes.length) > statementRowsMax;

/** As one statement; of much each part by itself, which the server is at work on while the next is put together. */
export const save = async (run: Run, saving: Saving): Promise<void> => {
  const sent: Promise<unknown>[] = [];
  const parts = isMuch(saving.set) ? statementsOf(saving) : [inTurn([...statementsOf(saving)])];
  for (const part of parts) {
    sent.push(send(run, part));
    await setImmediate(); // it goes out
  }
  await Promise.all(sent);
};
