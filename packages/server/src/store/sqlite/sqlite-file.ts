/**
 * One SQLite file of a store: opened, marked, brought to the present version of its schema; refused where it is another's or newer.
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { brevityOf, fail, foldedNames, type Instant, ok, type Problem, problem, type Result } from '@cityweave/core';
import type { Shelf } from '../sqlite-words/shelves.ts';
import { type WrittenWords, wordsOfDoc } from '../sqlite-words/written-words.ts';
import { applicationId, pragmas, readerPragmas, schemaSql, writeSql } from './sql.ts';

export type Synchronous = 'full' | 'normal';

export type FileOptions = { readonly path: string; readonly synchronous: Synchronous; readonly migrations: readonly string[]; readonly at: Instant };

export const numberOf = (row: Record<string, unknown> | undefined, column: string): number => Number(row?.[column] ?? 0);

/** All or nothing; what the work gives is what is returned. */
export const inTransaction = <T>(file: DatabaseSync, work: () => T): T => {
  file.exec(schemaSql.begin);
  let done = false;
  try {
    const value = work();
    file.exec(schemaSql.commit);
    done = true;
    return value;
  } finally {
    if (!done && file.isTransaction) file.exec(schemaSql.rollback);
  }
};

/** Whatever is read sees one state of the file. */
export const inSnapshot = <T>(file: DatabaseSync, read: () => T): T => {
  file.exec(schemaSql.beginRead);
  try {
    return read();
  } finally {
    file.exec(schemaSql.commit);
  }
};

/** What statements of the writer ask of core. */
const registerFunctions = (file: DatabaseSync): void => {
  file.function('folded_names', { deterministic: true }, (doc) => foldedNames(JSON.parse(String(doc))));
  file.function('brevity_of', { deterministic: true }, (folded) => brevityOf(String(folded)));
  file.function('words_of', { deterministic: true }, (doc) => wordsOfDoc(String(doc)));
};

const tooNew = (version: number, newest: number): Problem =>
  problem('unsupportedVersion', { subject: 'file of the store', found: `schema ${version}`, accepted: `up to schema ${newest}: use a newer cityweave` });

const migrate = (file: DatabaseSync, { migrations, at }: FileOptions): Result<true> => {
  file.exec(schemaSql.setApplicationId);
  file.exec(schemaSql.create);
  const version = numberOf(file.prepare(schemaSql.version).get(), 'version');
  if (version > migrations.length) return fail(tooNew(version, migrations.length));
  for (const [index, step] of migrations.slice(version).entries()) {
    file.exec(step);
    file.prepare(schemaSql.note).run(version + index + 1, at);
  }
  return ok(true);
};

/** An empty file becomes ours; one with other content is left alone. */
const isOurs = (file: DatabaseSync): boolean => {
  const id = numberOf(file.prepare(schemaSql.applicationId).get(), 'application_id');
  return id === applicationId || (id === 0 && numberOf(file.prepare(schemaSql.tables).get(), 'tables') === 0);
};

const ofNode = 'a file that a node made, or none: it makes a new one';

const ofAnotherProgram = problem('badFile', { subject: 'file of the store', found: 'a database of another program', accepted: ofNode });

const prepareFile = (file: DatabaseSync, options: FileOptions): Result<DatabaseSync> => {
  if (!isOurs(file)) return fail(ofAnotherProgram);
  file.exec(pragmas(options.synchronous));
  registerFunctions(file);
  const migrated = inTransaction(file, () => migrate(file, options));
  return migrated.ok ? ok(file) : migrated;
};

/** Primary result codes of SQLite: busy, locked, no memory, read-only, input or output, corrupt, full, cannot be opened, not a database. */
const awayCodes: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26]);

/** The file or the machine is at fault, not what was asked. */
export const isAway = (cause: unknown): boolean =>
  cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number' && awayCodes.has(cause.errcode & 0xff);

/** What SQLite says names no path; what the file system says does, so only its code is told. */
const reasonOf = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return cause instanceof Error && code === 'ERR_SQLITE_ERROR' ? cause.message : code || 'cannot be opened';
};

/** What a node keeps, its private key among it, is for its owner alone; SQLite gives the files beside it the same mode. */
const makeFile = (path: string): void => {
  // so SQLite calls a file that no disk holds
  if (path === ':memory:') return;
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, 'a', 0o600));
};

/** For writing: there is one such connection to a file. */
export const openFile = (options: FileOptions): Result<DatabaseSync> => {
  const { path } = options;
  try {
    makeFile(path);
    const file = new DatabaseSync(path);
    const prepared = prepareFile(file, options);
    if (!prepared.ok) file.close();
    return prepared;
  } catch (cause) {
    return fail(problem('badFile', { subject: 'file of the store', path: basename(path), found: reasonOf(cause), accepted: ofNode }));
  }
};

const notOfThisVersion = (found: string, newest: number): Problem =>
  problem('notFound', { subject: 'file of the store of this version', found, accepted: `schema ${newest}: the node makes it when it starts` });

const checkLooked = (file: DatabaseSync, newest: number): Result<true> => {
  if (!isOurs(file)) return fail(ofAnotherProgram);
  const version = numberOf(file.prepare(schemaSql.version).get(), 'version');
  if (version > newest) return fail(tooNew(version, newest));
  return version < newest ? fail(notOfThisVersion(`schema ${version}`, newest)) : ok(true);
};

/** How it is with a file of a node that does not run: nothing is made or brought to another version. */
export const lookAtFile = (path: string, newest: number): Result<true> => {
  if (!existsSync(path)) return fail(notOfThisVersion('none', newest));
  try {
    const file = openForReading(path, 'thread');
    const checked = checkLooked(file, newest);
    file.close();
    return checked;
  } catch (cause) {
    return fail(problem('badFile', { subject: 'file of the store', path: basename(path), found: reasonOf(cause), accepted: ofNode }));
  }
};

/** For reading: on a thread of its own, where it may wait for the file, or on the thread that asks, where it may not. */
export const openForReading = (path: string, where: keyof typeof readerPragmas): DatabaseSync => {
  const file = new DatabaseSync(path, { readOnly: true });
  file.exec(readerPragmas[where]);
  return file;
};

/** An open file and what is remembered of it between batches. */
export type Writing = {
  readonly file: DatabaseSync;
  readonly statement: (name: keyof typeof writeSql) => StatementSync;
  head: number;
  /** true once something changed that tells how many twins have an identity */
  identityTouched: boolean;
  at: string;
  /** twins more or fewer of each kind since the batch began */
  readonly tally: Map<string, number>;
  /** kinds and terms that are noted in the file for sure */
  readonly knownTerms: Set<string>;
  /** shelves of the full-text index that are being filled, by step */
  readonly shelves: Map<number, Shelf>;
  /** words by stand that are not in the index yet */
  readonly words: Map<number, WrittenWords>;
};

export const createWriting = (file: DatabaseSync): Writing => {
  const prepared = new Map<string, StatementSync>();
  const statement = (name: keyof typeof writeSql): StatementSync => {
    const known = prepared.get(name) ?? file.prepare(writeSql[name]);
    prepared.set(name, known);
    return known;
  };
  const nothing = { tally: new Map(), knownTerms: new Set<string>(), shelves: new Map(), words: new Map() };
  return { file, statement, head: numberOf(statement('head').get(), 'head'), identityTouched: false, at: '', ...nothing };
};

export const noteChange = (to: Writing, change: { readonly id: string; readonly op: string; readonly link?: string; readonly kind?: string }): number => {
  to.head += 1;
  to.statement('putChange').run(to.head, change.id, change.op, to.at, change.link ?? null, change.kind ?? null);
  return to.head;
};

export const noteTerm = (to: Writing, kind: string, [term, unit]: readonly [string, string | null]): void => {
  const key = `${kind} ${term}`;
  if (to.knownTerms.has(key)) return;
  to.statement('putKindTerm').run(kind, term, unit);
  to.knownTerms.add(key);
};

export const countTwins = (to: Writing, kind: string, more: number): void => {
  to.tally.set(kind, (to.tally.get(kind) ?? 0) + more);
};

export const flushTally = (to: Writing): void => {
  for (const [kind, more] of to.tally) if (more !== 0) to.statement('tallyKind').run(kind, more);
  to.tally.clear();
};
