import { expect, it } from 'vitest';
import { inParts, statementRowsMax } from './parts.ts';
import { cypher } from './space.ts';

it('a statement takes statementRowsMax rows, and those of a larger batch go in further ones, each once and in their order', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => index);
  const lengths = (count: number) =>
    inParts(cypher('UNWIND $ids AS id RETURN id', { ids: rows(count), kind: 'a' })).map(({ params }) => (params['ids'] as unknown[]).length);
  expect(lengths(statementRowsMax)).toEqual([statementRowsMax]);
  expect(lengths(statementRowsMax + 1)).toEqual([statementRowsMax, 1]);
  const parts = inParts(cypher('', { rows: rows(2_500) }));
  expect(parts.flatMap(({ params }) => params['rows'])).toEqual(rows(2_500));
});
