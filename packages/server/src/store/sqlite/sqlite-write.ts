/**
 * The writer's side of the embedded store: batches in, outcomes out, one durable transaction for all that waited.
 */
import type { StatementSync } from 'node:sqlite';
import { type Box, brevityOf, type Instant, patchTwin, problem, type TwinId, type TwinInput } from '@cityweave/core';
import { checkVersion, notThere } from '../keepable.ts';
import { gainHistory } from '../sqlite-history/gain.ts';
import { lastVersion, noteGone } from '../sqlite-history/gone.ts';
import { flushShelves, leaveStand, takeStand } from '../sqlite-words/shelves.ts';
import { stepOf } from '../sqlite-words/sql-shelves.ts';
import { flushWords, putWords, removeWords } from '../sqlite-words/written-words.ts';
import type { Command, Outcome } from '../store.ts';
import { schemaSql } from './sql.ts';
import { countTwins, flushTally, inTransaction, isAway, noteChange, noteTerm, numberOf, type Writing } from './sqlite-file.ts';
import { deleteLink, deleteLinksOf, putJoins, putLink, settleJoin } from './sqlite-links.ts';
import { type Batch, type RowCommand, type TermUse, type TwinRow, toTwinRow } from './sqlite-rows.ts';

type Row = NonNullable<ReturnType<StatementSync['get']>>;

const paddingDegrees = 0.001;

const padded = ([west, south, east, north]: Box): Box => [west - paddingDegrees, south - paddingDegrees, east + paddingDegrees, north + paddingDegrees];

const padOf = (row: Row): Box | undefined =>
  row['pad_west'] === null ? undefined : [numberOf(row, 'pad_west'), numberOf(row, 'pad_south'), numberOf(row, 'pad_east'), numberOf(row, 'pad_north')];

const lies = (inner: Box, outer: Box): boolean => inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];

/** What never moved has its exact box in the tree. What leaves its box gets a padded one, so that the next steps cost nothing. */
const nextPad = (box: Box | null, before: Box | undefined): Box | null => {
  if (box === null || before === undefined) return box;
  return lies(box, before) ? before : padded(box);
};

const putPlace = (to: Writing, n: number | bigint, [pad, before]: readonly [Box | null, Box | undefined]): void => {
  if (pad === before) return;
  if (pad) to.statement(before ? 'putPlace' : 'insertPlace').run(n, pad[0], pad[2], pad[1], pad[3]);
  else if (before) to.statement('deletePlace').run(n);
};

const altPairs = (alts: unknown): readonly (readonly [string, string])[] => (typeof alts === 'string' ? JSON.parse(alts) : []);

export const putAlts = (to: Writing, n: number | bigint, [alts, before]: readonly [string | null, unknown]): void => {
  if (alts === before) return;
  for (const [value, scheme] of altPairs(before)) to.statement('deleteAlt').run(value, scheme, n);
  for (const [value, scheme] of altPairs(alts)) to.statement('putAlt').run(value, scheme, n);
};

const putShapes = (to: Writing, n: number | bigint, [shapes, found]: readonly [string | null | undefined, Row | undefined]): void => {
  if (typeof shapes === 'string') to.statement('putShape').run(n, shapes);
  else if (shapes === null && numberOf(found, 'shaped') === 1) to.statement('deleteShape').run(n);
};

type Put = Omit<Extract<RowCommand, { op: 'putRow' }>, 'op' | 'expected'>;

type Pads = { readonly pad: Box | null; readonly before: Box | undefined };

const noBox = [null, null, null, null] as const;

/** A twin stays where it stands, unless its names became shorter or longer by a step. */
export const standOf = (to: Writing, { id, folded }: Pick<TwinRow, 'id' | 'folded'>, found?: Row): number => {
  const step = brevityOf(folded);
  const before = found && numberOf(found, 'stand');
  if (before !== undefined && stepOf(before) === step) return before;
  if (before !== undefined) leaveStand(to, before);
  return takeStand(to, step, id);
};

const keyColumns = ({ row, source }: Put, found: Row | undefined, stand: number) =>
  [row.id, row.kind, row.object, source ?? found?.['source'] ?? null, stand] as const;

const plainColumns = (to: Writing, { row, shapes, digest }: Put, [found, version, { pad }]: readonly [Row | undefined, number, Pads]) => {
  const shaped = shapes === undefined ? numberOf(found, 'shaped') : shapes === null ? 0 : 1;
  const times = [version, found?.['created_at'] ?? to.at, to.at];
  return [
    row.agency,
    row.name,
    ...times,
    ...(row.box ?? noBox),
    ...(pad ?? noBox),
    row.alts,
    row.wordsHash,
    shaped,
    digest ?? found?.['digest'] ?? null,
    row.folded,
    to.head + 1,
  ];
};

const writeTwin = (to: Writing, put: Put, [found, version]: readonly [Row | undefined, number]): { readonly n: number | bigint; readonly stand: number } => {
  const before = found && padOf(found);
  const pads = { pad: nextPad(put.row.box, before), before };
  const stand = standOf(to, put.row, found);
  const keys = keyColumns(put, found, stand);
  const plain = plainColumns(to, put, [found, version, pads]);
  const n = found ? numberOf(found, 'n') : to.statement('insertTwin').run(...keys, ...plain).lastInsertRowid;
  const [, kind, object, source] = keys;
  if (found && found['kind'] === kind && found['object'] === object && found['source'] === source && found['stand'] === stand)
    to.statement('updatePlain').run(...plain, n);
  else if (found) to.statement('updateTwin').run(...keys, ...plain, n);
  putPlace(to, n, [pads.pad, before]);
  return { n, stand };
};

const noteWords = (to: Writing, stand: number, [row, found]: readonly [TwinRow, Row | undefined]): void => {
  const before = found && numberOf(found, 'stand');
  if (found && before === stand && numberOf(found, 'words_hash') === row.wordsHash) return;
  if (before !== undefined) removeWords(to, before);
  putWords(to, stand, row.words);
};

/** Keeps the list of kinds and their terms true. */
const tell = (to: Writing, { row, terms }: Put, found: Row | undefined): void => {
  if (found?.['kind'] !== row.kind) {
    countTwins(to, row.kind, 1);
    if (found) countTwins(to, String(found['kind']), -1);
  }
  for (const term of terms) noteTerm(to, row.kind, term);
};

const put = (to: Writing, command: Put, found: Row | undefined): Outcome => {
  const { row } = command;
  const version = (found ? numberOf(found, 'version') : lastVersion(to, row.id)) + 1;
  const { n, stand } = writeTwin(to, command, [found, version]);
  if (found) to.statement('updateBody').run(row.doc, row.footprint, n);
  else to.statement('insertBody').run(n, row.doc, row.footprint);
  putAlts(to, n, [row.alts, found?.['alts'] ?? null]);
  noteWords(to, stand, [row, found]);
  putShapes(to, n, [command.shapes, found]);
  tell(to, command, found);
  if (row.object !== (found?.['object'] ?? null)) to.identityTouched = true;
  const left = found && found['kind'] !== row.kind && { kind: String(found['kind']) };
  return { ok: true, version, seq: noteChange(to, { id: row.id, op: 'put', ...left }) };
};

const twinOfBody = (body: Pick<TwinRow, 'doc' | 'footprint'> | Row | undefined): TwinInput => {
  const footprint = typeof body?.['footprint'] === 'string' ? { footprint: JSON.parse(body['footprint']) } : {};
  return { ...JSON.parse(String(body?.['doc'])), ...footprint };
};

/** Most often the same is said again, and nothing has to be read. */
const gainOfPut = (to: Writing, { row }: Put, found: Row | undefined): void => {
  const body = found && to.statement('readBody').get(numberOf(found, 'n'));
  if (body && body['doc'] === row.doc && body['footprint'] === row.footprint) return;
  const at = to.at as Instant; // branding: instants cross the thread as text
  gainHistory(to, row.id as TwinId, { before: body && twinOfBody(body), after: twinOfBody(row), at }); // branding: a row is made of a twin
};

const putRow = (to: Writing, command: Extract<RowCommand, { op: 'putRow' }>): Outcome => {
  const found = to.statement('findTwin').get(command.row.id);
  const refused = checkVersion(command.row.id, command.expected, numberOf(found, 'version'));
  if (refused) return refused;
  gainOfPut(to, command, found);
  return put(to, command, found);
};

const notFound = (id: string): Outcome => ({ ok: false, problem: notThere.twin(id), current: 0 });

type Patch = Extract<Command, { op: 'patchTwin' }>;

const applyPatch = (to: Writing, command: Patch): Outcome => {
  const found = to.statement('findTwin').get(command.id);
  if (!found) return notFound(command.id);
  const refused = checkVersion(command.id, command.expected, numberOf(found, 'version'));
  if (refused) return refused;
  const before = twinOfBody(to.statement('readBody').get(numberOf(found, 'n')));
  const at = to.at as Instant; // branding: instants cross the thread as text
  const { after, late } = patchTwin(before, command, at);
  const gains = gainHistory(to, command.id, { before, after, at, late, placedAt: command.position && (command.placedAt ?? at) });
  if (after === before && !gains) return { ok: true, version: numberOf(found, 'version'), seq: to.head };
  const terms = Object.entries(after.values).map(([term, reading]): TermUse => [term, reading.unit ?? null]);
  return put(to, { row: toTwinRow(after), terms, shapes: undefined, source: undefined, digest: undefined }, found);
};

const deleteTwin = (to: Writing, { id, expected }: Extract<Command, { op: 'deleteTwin' }>): Outcome => {
  const found = to.statement('findTwin').get(id);
  if (!found) return notFound(id);
  const refused = checkVersion(id, expected, numberOf(found, 'version'));
  if (refused) return refused;
  const n = numberOf(found, 'n');
  gainHistory(to, id, { before: twinOfBody(to.statement('readBody').get(n)), at: to.at as Instant }); // branding: instants cross the thread as text
  deleteLinksOf(to, id);
  putJoins(to, { from: id, joins: [] });
  putAlts(to, n, [null, found['alts']]);
  putPlace(to, n, [null, padOf(found)]);
  removeWords(to, numberOf(found, 'stand'));
  leaveStand(to, numberOf(found, 'stand'));
  for (const name of ['deleteBody', 'deleteShape', 'deleteTwin'] as const) to.statement(name).run(n);
  if (found['object'] !== null) to.identityTouched = true;
  countTwins(to, String(found['kind']), -1);
  const version = noteGone(to, id, numberOf(found, 'version') + 1);
  return { ok: true, version, seq: noteChange(to, { id, op: 'delete', kind: String(found['kind']) }) };
};

const applyCommand = (to: Writing, command: RowCommand): Outcome => {
  switch (command.op) {
    case 'putRow':
      return putRow(to, command);
    case 'patchTwin':
      return applyPatch(to, command);
    case 'deleteTwin':
      return deleteTwin(to, command);
    case 'putLink':
      return putLink(to, command);
    case 'deleteLink':
      return deleteLink(to, command);
    case 'putJoins':
      return putJoins(to, command);
    case 'settleJoin':
      return settleJoin(to, command.join);
    case 'refused':
      return { ok: false, problem: command.problem };
  }
};

/** A peer's batch that came before changes nothing and is acknowledged again. */
const replayed = (to: Writing, { cursor, commands }: Batch): readonly Outcome[] | undefined => {
  if (!cursor) return undefined;
  const seen = to.statement('cursor').get(cursor.peer);
  if (!seen || numberOf(seen, 'seq') < cursor.seq) {
    to.statement('putCursor').run(cursor.peer, cursor.seq);
    return undefined;
  }
  return commands.map(() => ({ ok: true, version: 0, seq: to.head }));
};

const applyAll = (to: Writing, { commands, atomic }: Batch): readonly Outcome[] => {
  const outcomes: Outcome[] = [];
  for (const command of commands) {
    const outcome = applyCommand(to, command);
    outcomes.push(outcome);
    if (atomic && !outcome.ok) return commands.map((_, index) => (index === outcomes.length - 1 ? outcome : { ok: false, problem: outcome.problem }));
  }
  return outcomes;
};

/** What was gathered since the transaction, or the batch in it, began. */
export const flush = (to: Writing): void => {
  flushTally(to);
  flushShelves(to);
  flushWords(to);
};

/** What was gathered, or remembered of a file that is now as it was before, is forgotten. */
export const forget = ({ knownTerms, tally, shelves, words }: Writing): void => {
  for (const gathered of [knownTerms, tally, shelves, words]) gathered.clear();
};

/** What a bug of ours said: none of the batch is kept. */
type Defect = { readonly defect: string };

const fateOf = ({ commands }: Batch, cause: unknown): readonly Outcome[] | Defect => {
  const found = cause instanceof Error ? cause.message : String(cause);
  return isAway(cause) ? commands.map(() => ({ ok: false, problem: problem('unavailable', { subject: 'store', found }) })) : { defect: found };
};

/** A batch keeps its own fate inside the common transaction. */
const applyBatch = (to: Writing, batch: Batch): readonly Outcome[] | Defect => {
  const { head, identityTouched } = to;
  const undo = () => {
    to.file.exec(schemaSql.rollbackTo);
    Object.assign(to, { head, identityTouched });
    forget(to);
  };
  to.at = batch.at;
  to.file.exec(schemaSql.savepoint);
  try {
    const outcomes = replayed(to, batch) ?? applyAll(to, batch);
    if (batch.atomic && outcomes.some((outcome) => !outcome.ok)) undo();
    flush(to);
    to.file.exec(schemaSql.release);
    return outcomes;
  } catch (cause) {
    undo();
    to.file.exec(schemaSql.release);
    return fateOf(batch, cause);
  }
};

export type Written = { readonly outcomes: readonly (readonly Outcome[] | Defect)[]; readonly head: number; readonly identityTouched: boolean };

/** Group commit: all batches in one transaction, durable when this returns. */
export const writeBatches = (to: Writing, batches: readonly Batch[]): Written => {
  const { head } = to;
  to.identityTouched = false;
  try {
    const outcomes = inTransaction(to.file, () => batches.map((batch) => applyBatch(to, batch)));
    return { outcomes, head: to.head, identityTouched: to.identityTouched };
  } catch (cause) {
    to.head = head;
    forget(to);
    return { outcomes: batches.map((batch) => fateOf(batch, cause)), head, identityTouched: false };
  }
};
