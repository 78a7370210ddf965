/**
 * The SQL of who may have matched a filter: twins that pass now what is left of it, and those of which something else was said.
 */
import type { PastSieve } from '@cityweave/core';
import type { Compiled, Sql } from '../sqlite/sql-filter.ts';

const others = ({ series, ids }: PastSieve): Sql => {
  if (ids) return { text: 'SELECT value FROM json_each(?)', params: [JSON.stringify(ids)] };
  if (series) return { text: 'SELECT id FROM series WHERE name IN (SELECT value FROM json_each(?))', params: [JSON.stringify(series)] };
  return { text: "SELECT id FROM series WHERE name <> '@link'", params: [] };
};

/** Their ids in order, each once, those behind one. */
export const candidatesSql = ({ from, where }: Compiled, sieve: PastSieve, after: string): Sql => {
  const past = others(sieve);
  return {
    text: `SELECT id FROM (SELECT t.id FROM ${from} WHERE ${where.text} UNION ${past.text}) WHERE id > ? ORDER BY id`,
    params: [...where.params, ...past.params, after],
  };
};
