/**
 * Staging: the rows of one file between reading and applying, in a temporary SQLite file of their own. The live store is not touched before the file is sound.
 */
import { rmSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { type Join, type Link, problem, type Shape, type TwinId, type TwinInput } from '@cityweave/core';
import { stagingPragmas, stagingSql, stagingTables } from '../../store/sqlite/sql-staging.ts';
import { type NotedTerms, newTerms, noteTerms, toTwinRow } from '../../store/sqlite/sqlite-rows.ts';
import { ordinalIdOf } from '../adapt/key.ts';
import type { Refusal } from '../record.ts';
import type { Source } from '../source.ts';

export const stagingLimits = {
  /** rows of one transaction while staging, and of one step while comparing */
  batchRows: 1_000,
  /** JSON text of the rows held at once while applying */
  batchCharactersMax: 8 * 1024 * 1024,
  refusalsListedMax: 100,
} as const;

type Statements = Readonly<Record<keyof typeof stagingSql, StatementSync>>;

export type Staging = {
  readonly path: string;
  readonly db: DatabaseSync;
  readonly run: (name: keyof typeof stagingSql) => StatementSync;
  /** terms of kinds that are written down already */
  readonly noted: NotedTerms;
};

/** A row as it is staged: the twin, and what its row declares beside it in its final form. */
export type Staged = {
  readonly where: string;
  readonly digest: string;
  readonly twin: TwinInput;
  readonly shapes: readonly Shape[];
  readonly joins: readonly Join[];
  readonly links: readonly Link[];
};

export const removeStaging = (path: string): void => {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
};

/** Statements are prepared when first used: most imports need few of them. */
const openAt = (path: string): Staging => {
  const db = new DatabaseSync(path);
  db.exec(stagingPragmas);
  const ready: Partial<Record<keyof Statements, StatementSync>> = {};
  const run = (name: keyof Statements): StatementSync => {
    const statement = ready[name] ?? db.prepare(stagingSql[name]);
    ready[name] = statement;
    return statement;
  };
  return { path, db, run, noted: new Map() };
};

export const createStaging = (path: string): Staging => {
  removeStaging(path);
  const staging = openAt(path);
  staging.db.exec(stagingTables);
  return staging;
};

export const reopenStaging = openAt;

export const closeStaging = (staging: Staging): void => staging.db.close();

/** Several statements as one transaction: without it every one of them is its own. */
export const inTransaction = <T>(staging: Staging, work: () => T): T => {
  staging.db.exec(stagingSql.begin);
  const result = work();
  staging.db.exec(stagingSql.commit);
  return result;
};

const noBox = [null, null, null, null] as const;

/** The twin becomes text once, here: what is new goes from this file into the store as it is. */
export const stageRow = (staging: Staging, row: number, { where, digest, twin, shapes, joins, links }: Staged): void => {
  const { id, kind, name, object, alts, box, wordsHash, words, folded, doc, footprint } = toTwinRow(twin);
  const shaped = shapes.length > 0 ? JSON.stringify(shapes) : null;
  const declared = joins.length + links.length > 0 ? JSON.stringify({ joins, links }) : null;
  const size = doc.length + (footprint?.length ?? 0) + (shaped?.length ?? 0) + (declared?.length ?? 0);
  const columns = [kind, name, object, alts, ...(box ?? noBox), wordsHash, words, folded, doc, footprint, shaped, declared];
  staging.run('addRow').run(row, id, digest, where, size, ...columns);
  const terms = newTerms(twin, staging.noted);
  for (const [term, unit] of terms) staging.run('addUsed').run(kind, term, unit);
  noteTerms(staging.noted, kind, terms);
};

export const textOf = (value: SQLOutputValue | undefined): string => String(value ?? '');

export type Duplicates = { readonly count: number; readonly refused: number; readonly refusals: readonly Refusal[] };

type Surplus = { readonly row: number; readonly bare: TwinId; readonly digest: string; readonly where: string };

const toSurplus = (found: Readonly<Record<string, SQLOutputValue>>): Surplus => ({
  row: Number(found['row']),
  bare: textOf(found['bare']) as TwinId, // branding: written from the id of a staged twin
  digest: textOf(found['digest']),
  where: textOf(found['place']),
});

const refusalOf = (surplus: Surplus): Refusal => ({
  where: surplus.where,
  problem: problem('duplicateKey', {
    subject: decodedKey(surplus.bare),
    path: surplus.where,
    accepted: 'one row a key; add columns to key.columns, or say onDuplicate: ordinal or first',
  }),
});

const decodedKey = (id: TwinId): string => decodeURIComponent(id.slice(id.indexOf('/') + 1));

/** Rows after the first of their key get ordinals, group by group. The rows are sorted before the first is seen, so naming them meanwhile is safe. */
const numberSurplus = (staging: Staging): number => {
  let [count, group, ordinal] = [0, '', 1];
  for (const found of staging.run('surplusByDigest').iterate()) {
    const { row, bare, digest } = toSurplus(found);
    ordinal = bare === group ? ordinal + 1 : 2;
    group = bare;
    staging.run('addName').run(ordinalIdOf(bare, ordinal), row, digest);
    count += 1;
  }
  return count;
};

const listSurplus = (staging: Staging): { readonly count: number; readonly refusals: readonly Refusal[] } => {
  const refusals: Refusal[] = [];
  let count = 0;
  for (const found of staging.run('surplusByRow').iterate()) {
    if (refusals.length < stagingLimits.refusalsListedMax) refusals.push(refusalOf(toSurplus(found)));
    count += 1;
  }
  return { count, refusals };
};

/** Gives every row its id, once all rows are there: equal keys are numbered, refused, or counted and left out, as declared. */
export const nameRows = (staging: Staging, rows: number, onDuplicate: Source['key']['onDuplicate']): Duplicates =>
  inTransaction(staging, () => {
    staging.run(onDuplicate === 'ordinal' ? 'nameFirstByDigest' : 'nameFirstByRow').run();
    if (countNamed(staging) === rows) return { count: 0, refused: 0, refusals: [] };
    if (onDuplicate === 'ordinal') return { count: numberSurplus(staging), refused: 0, refusals: [] };
    const { count, refusals } = listSurplus(staging);
    return onDuplicate === 'refuse' ? { count, refused: count, refusals } : { count, refused: 0, refusals: [] };
  });

export const countNamed = (staging: Staging): number => Number(staging.run('countNamed').get()?.['n'] ?? 0);

type Found = Readonly<Record<string, SQLOutputValue>>;

const parsed = (text: SQLOutputValue | undefined): unknown => (typeof text === 'string' ? JSON.parse(text) : undefined);

const toStaged = (found: Found): Staged => {
  const footprint = parsed(found['footprint']);
  const twin = { ...JSON.parse(textOf(found['doc'])), ...(footprint !== undefined && { footprint }) } as TwinInput; // branding: written by stageRow
  const { joins, links } = (parsed(found['declared']) ?? { joins: [], links: [] }) as Pick<Staged, 'joins' | 'links'>; // branding: written by stageRow
  const shapes = (parsed(found['shapes']) ?? []) as Staged['shapes']; // branding: written by stageRow
  return { where: textOf(found['place']), digest: textOf(found['digest']), twin, shapes, joins, links };
};

export const stagedRow = (staging: Staging, row: number): Staged => toStaged(staging.run('row').get(row) ?? {});

export type ChangeRow = Staged & { readonly id: TwinId; readonly op: 'add' | 'change' };

/** The next changes in id order: at most `rows`, and no more text than fits the batch. */
export const nextChanges = (staging: Staging, after: string, rows: number): readonly ChangeRow[] => {
  const page: ChangeRow[] = [];
  let characters = 0;
  for (const found of staging.run('changes').iterate(after, rows)) {
    const id = textOf(found['id']) as TwinId; // branding: an id of a staged twin or of the store
    page.push({ ...toStaged(found), id, op: found['op'] === 'add' ? 'add' : 'change' });
    characters += Number(found['size']);
    if (characters > stagingLimits.batchCharactersMax) break;
  }
  return page;
};
