/**
 * A file open for reading: its prepared statements, and what the statement now running asks of our functions.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Geometry, type PreparedArea, passesTest, type Reading } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { preparedArea } from '../area-memory.ts';
import { readSql } from '../sqlite/sql.ts';
import type { Asked, Sql } from '../sqlite/sql-filter.ts';
import { numberOf } from '../sqlite/sqlite-file.ts';
import { matchOfBeginnings } from '../sqlite-words/word-beginnings.ts';
import type { KnownChanges } from './known-twins.ts';

export type ReadingFile = {
  readonly file: DatabaseSync;
  readonly statement: (text: string) => StatementSync;
  /** rows as lists of their columns: for answers of many */
  readonly lists: (sql: Sql) => Lists;
  /** the same one after the other, for as long as they are wanted; of one statement at a time */
  readonly each: (sql: Sql) => Iterable<readonly unknown[]>;
  asked: Asked;
  areas: readonly (PreparedArea | undefined)[];
  /** what whoever asks has parsed already */
  known?: KnownChanges | undefined;
};

const statementsMax = 256;

const placeOfRow = (west: unknown, south: unknown, footprint: unknown): Geometry =>
  typeof footprint === 'string' ? JSON.parse(footprint) : { type: 'Point', coordinates: [Number(west), Number(south)] };

const registerFunctions = (reading: ReadingFile): void => {
  reading.file.function('area_holds', { varargs: true }, (...[index, west, south, footprint]) => {
    const area = reading.areas[Number(index)];
    return area?.holds(placeOfRow(west, south, footprint)) ? 1 : 0;
  });
  reading.file.function('test_holds', (index, text) => {
    const test = reading.asked.tests[Number(index)];
    const value: Reading | undefined = typeof text === 'string' ? JSON.parse(text) : undefined;
    return test && passesTest(test, value) ? 1 : 0;
  });
  reading.file.function('words_beginning', { deterministic: true }, (words) =>
    matchOfBeginnings(reading.statement(readSql.nextWord), String(words).split(' ')),
  );
};

const nothingAsked: Asked = { areas: [], tests: [] };

const createStatements = (prepare: (text: string) => StatementSync) => {
  const statements = new LRUCache<string, StatementSync>({ max: statementsMax });
  return (text: string): StatementSync => {
    const known = statements.get(text);
    if (known) return known;
    const prepared = prepare(text);
    statements.set(text, prepared);
    return prepared;
  };
};

const asLists = (statement: StatementSync): StatementSync => {
  statement.setReturnArrays(true);
  return statement;
};

export const createReading = (file: DatabaseSync): ReadingFile => {
  const statement = createStatements((text) => file.prepare(text));
  const listing = createStatements((text) => asLists(file.prepare(text)));
  // branding: so it was told to return them
  const lists = ({ text, params }: Sql) => listing(text).all(...params) as unknown as Lists;
  const each = ({ text, params }: Sql) => listing(text).iterate(...params) as unknown as ReturnType<ReadingFile['each']>;
  const reading: ReadingFile = { file, statement, lists, each, asked: nothingAsked, areas: [] };
  registerFunctions(reading);
  return reading;
};

export type Rows = readonly Record<string, unknown>[];
export type Lists = readonly (readonly unknown[])[];

export const rowsOf = ({ statement }: ReadingFile, { text, params }: Sql): Rows => statement(text).all(...params);

/** Our functions answer for this statement only. */
export const asking = <T>(reading: ReadingFile, asked: Asked, read: () => T): T => {
  reading.asked = asked;
  reading.areas = asked.areas.map(preparedArea);
  return read();
};

export const headOf = (reading: ReadingFile): number => numberOf(reading.statement(readSql.head).get(), 'head');
