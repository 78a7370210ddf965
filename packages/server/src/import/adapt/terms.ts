/**
 * Terms: the names under which columns are kept that no property declares: `<vocabulary>:<column>`, one term a column of the file.
 */
import { type Authority, fail, limits, ok, type Problem, problem, type Reading, type Result } from '@cityweave/core';
import { importLimits } from '../limits.ts';
import type { Source } from '../source.ts';
import { isBlank, looksPersonal, type Row, wellFormed } from './columns.ts';
import { shortDigest } from './digest.ts';

export type TermTable = {
  /** adds the values of columns that are declared nowhere */
  readonly keepOthers: (columns: Row, values: Record<string, Reading>) => Result<true, Problem>;
  /** terms whose values are no part of a change */
  readonly ignored: ReadonlySet<string>;
  readonly warnings: () => readonly string[];
};

export const createTermTable = (source: Source, authority: Authority): TermTable => {
  const vocabulary = source.vocabulary ?? vocabularyOf(authority);
  const left = new Set([...source.drop, ...source.properties.map(({ column }) => column)]);
  const ignoredColumns = new Set(source.ignore);
  const ignored = new Set<string>(source.properties.filter(({ column }) => ignoredColumns.has(column)).map(({ term }) => term));
  const termByColumn = new Map<string, string>();
  const taken = new Set<string>();

  const addTerm = (column: string): string => {
    const term = termOf(vocabulary, column, taken);
    termByColumn.set(column, term);
    taken.add(term);
    if (ignoredColumns.has(column)) ignored.add(term);
    return term;
  };
  const keepOthers = (columns: Row, values: Record<string, Reading>): Result<true, Problem> => {
    if (source.otherColumns === 'drop') return ok(true);
    for (const column of Object.keys(columns)) {
      const value = columns[column];
      if (value === undefined || isBlank(value) || left.has(column)) continue;
      const term = termByColumn.get(column) ?? (termByColumn.size < importLimits.columnsMax ? addTerm(column) : undefined);
      if (term === undefined)
        return fail(problem('tooLarge', { subject: 'different columns', path: `column ${column.slice(0, 80)}`, limit: importLimits.columnsMax }));
      values[term] = { value: wellFormed(value) };
    }
    return ok(true);
  };
  const warnings = (): readonly string[] => {
    const kept = [...termByColumn.keys(), ...source.properties.map(({ column }) => column)];
    return kept.filter(looksPersonal).map((column) => `column ${column} looks as if it held personal data and is kept; list it under drop to leave it out`);
  };
  return { keepOthers, ignored, warnings };
};

/** The first label of the authority, as a prefix of terms; `city` is the name of the vocabulary that all share. */
const vocabularyOf = (authority: Authority): string => {
  const label = authority.split('.')[0] ?? '';
  return !/^[a-z]/.test(label) || label === 'city' ? `own-${label}` : label;
};

/** A column name as the local part of a term; two names that become one are told apart. */
const termOf = (vocabulary: string, column: string, taken: ReadonlySet<string>): string => {
  const plain =
    column
      .toWellFormed()
      .replace(/[\s\p{C}]+/gu, '_')
      .replace(/^:+/, '_') || '_';
  const term = `${vocabulary}:${plain}`;
  const isSound = term.length <= limits.termCharactersMax && !taken.has(term);
  return isSound ? term : `${term.slice(0, limits.termCharactersMax - 20)}~${shortDigest(column).slice(0, 16)}`;
};
