import { expect, it } from 'vitest';
import { inParts, statementRowsMax } from './parts.ts';
import { cypher } from './space.ts';

const rows = (count: number) => Array.from({ length: count }, (_, index) => index);
const statement = (ids: readonly number[]) => cypher('UNWIND $ids AS id RETURN id', { ids, kind: 'a' });
const idsOf = ({ params }: ReturnType<typeof statement>) => params['ids'];

it('a statement takes statementRowsMax rows, and those of a larger batch go in further ones, each once and in their order', () => {
  const parts = (count: number) => [...inParts(rows(count), statement)];
  expect(parts(0)).toEqual([]);
  expect(parts(statementRowsMax).map(idsOf)).toEqual([rows(statementRowsMax)]);
  expect(parts(statementRowsMax + 1).map(idsOf)).toEqual([rows(statementRowsMax), [statementRowsMax]]);
  expect(parts(10 * statementRowsMax).flatMap(idsOf)).toEqual(rows(10 * statementRowsMax));
});

it('no statement is made before it is asked for', () => {
  let made = 0;
  const parts = inParts(rows(3 * statementRowsMax), (some) => {
    made += 1;
    return statement(some);
  });
  parts.next();
  expect(made).toBe(1);
});
