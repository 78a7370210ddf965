import { expect, it } from 'vitest';
import type { SourceStatus } from '../../graphql/answers.ts';
import { eachOnce, landmarksAfter, namesMax } from './landmarks.ts';

const agency = (id: string) => ({ id, name: id });
const node = (id: string, name: string, { by = 'a', kind = 'city:Park' } = {}) => ({
  ...{ id, name, kind: { id: kind, label: 'Park' }, representations: [{ agency: agency(by) }], properties: [] },
});
const page = (nodes: readonly ReturnType<typeof node>[], statuses: Readonly<Record<string, SourceStatus>> = {}) => ({
  nodes,
  sources: Object.entries(statuses).map(([id, status]) => ({ agency: agency(id), status })),
});
const names = (all: ReturnType<typeof landmarksAfter>) => all.map(({ name }) => name);

it('are what was told last: one that is called otherwise, came or went is seen', () => {
  const before = landmarksAfter([], page([node('1', 'North Park'), node('2', 'South Park')], { a: 'ANSWERED' }));
  expect(names(before)).toEqual(['North Park', 'South Park']);
  const after = page([node('1', 'Old Park'), node('3', 'East Park')], { a: 'ANSWERED' });
  expect(names(landmarksAfter(before, after))).toEqual(['Old Park', 'East Park']);
});

it('stay where their agency, or everybody, did not answer', () => {
  const before = landmarksAfter([], page([node('1', 'North Park'), node('2', 'West End', { by: 'b' })], { a: 'ANSWERED', b: 'ANSWERED' }));
  expect(landmarksAfter(before, undefined)).toBe(before);
  expect(names(landmarksAfter(before, page([node('3', 'East Park')], { a: 'ANSWERED', b: 'LATE' })))).toEqual(['East Park', 'West End']);
});

it('have no numbers of registers among them, a quarter weighs more than a park, and a name stands once', () => {
  const all = landmarksAfter([], page([node('1', '101'), node('2', 'Common'), node('3', 'Common'), node('4', 'West End', { kind: 'city:District' })]));
  expect(all.map(({ name, weight }) => [name, weight])).toEqual([
    ['Common', 3],
    ['Common', 3],
    ['West End', 6],
  ]);
  expect(eachOnce(all).map(({ id }) => id)).toEqual(['2', '4']);
});

it('are namesMax at most', () => {
  const many = (count: number) => page(Array.from({ length: count }, (_, at) => node(`${at}`, `Park of ${String.fromCodePoint(0x4e00 + at)}`)));
  expect([namesMax, namesMax + 1].map((count) => landmarksAfter([], many(count)).length)).toEqual([namesMax, namesMax]);
});
