/**
 * Log: what a transaction adds to the change log, some hundred changes a node and each node one text. Numbers follow one another, so only the first of a node is kept with the last.
 */
import type { Change } from '@cityweave/core';
import { whole } from '../neo4j-cypher/parameters.ts';
import { logChangesMax } from '../neo4j-cypher/write.ts';
import { trusted } from './neo4j-rows.ts';
import type { ChangeRow } from './working-set.ts';

type ChangeText = readonly [id: string, op: string, at: string, link: string | null, kind: string | null];

const textOf = ({ id, op, at, link, kind }: ChangeRow): ChangeText => [id, op, at, link ?? null, kind ?? null];

/** Of changes whose numbers follow one another. */
export const rowsOfLog = (changes: readonly ChangeRow[]): readonly object[] =>
  Array.from({ length: Math.ceil(changes.length / logChangesMax) }, (_, index) => {
    const some = changes.slice(index * logChangesMax, (index + 1) * logChangesMax);
    const first = some[0]?.seq ?? 0;
    return { first: whole(first), last: whole(first + some.length - 1), doc: JSON.stringify(some.map(textOf)) };
  });

export type LogRow = readonly [first: number, doc: string];

export const changesOfLog = ([first, doc]: LogRow): readonly Change[] =>
  trusted<readonly ChangeText[]>(JSON.parse(doc)).map(([id, op, at, link, kind], index) =>
    trusted({ seq: first + index, id, op, at, ...(link !== null && { link }), ...(kind !== null && { kind }) }),
  );
