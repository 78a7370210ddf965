import { expect, it } from 'vitest';
import { takeGroup } from './waiting.ts';

const batch = (commands: number) => ({ batch: { commands: { length: commands } } });
const sizesOf = (group: readonly ReturnType<typeof batch>[]) => group.map((one) => one.batch.commands.length);

it.each([
  { what: 'all that fit', waiting: [3, 4, 3], taken: [3, 4, 3], left: [] },
  { what: 'not the one that is beyond the bound', waiting: [3, 4, 4], taken: [3, 4], left: [4] },
  { what: 'no later one in its place', waiting: [8, 3, 1], taken: [8], left: [3, 1] },
  { what: 'one that is larger than the bound, by itself', waiting: [11, 1], taken: [11], left: [1] },
  { what: 'nothing of nothing', waiting: [], taken: [], left: [] },
])('a group of ten commands takes $what', ({ waiting, taken, left }) => {
  const queue = waiting.map(batch);
  expect(sizesOf(takeGroup(queue, 10))).toEqual(taken);
  expect(sizesOf(queue)).toEqual(left);
});
