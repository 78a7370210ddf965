import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection, Count, Link, Member, TwinRow } from '../../graphql/answers.ts';
import { labelOf, toSpots } from './federation-drawing.ts';
import { linkedTo } from './linked-to.ts';
import { emptyListing } from './listing.ts';
import { movedBetween, silencesOf, withFiguresOf } from './silence.ts';
import { type Forest, kindKey, rootKey, toLines } from './tree.ts';

const member = (id: string, state: Member['state'] = 'ACTIVE'): Member => ({ agency: { id }, name: id, state, since: '2026-01-01T00:00:00Z', reason: null });
const line = (id: string, state: Connection['state'], lastSeen: string | null = '2026-01-01T14:02:00Z'): Connection => ({
  ...{ agency: { id }, state, lastSeen, since: '2026-01-01T14:03:00Z', latency: 'PT0.02S' },
});

describe('silence', () => {
  it('is told of a line that is interrupted, with when the agency was last heard of', () => {
    const silences = silencesOf({ members: [member('a'), member('b')], connections: [line('a', 'INTERRUPTED'), line('b', 'CONNECTED')] });
    expect([...silences]).toEqual([['a', { since: '2026-01-01T14:03:00Z', lastSeen: '2026-01-01T14:02:00Z' }]]);
    expect(silencesOf({ members: [member('a', 'INTERRUPTED')], connections: [] }).get('a')?.lastSeen).toBe('2026-01-01T00:00:00Z');
    expect(silencesOf({ members: [], connections: [line('a', 'INTERRUPTED', null)] }).get('a')?.lastSeen).toBe('2026-01-01T14:03:00Z');
  });
  it('begins and ends once', () => {
    const [none, one] = [silencesOf({ members: [], connections: [] }), silencesOf({ members: [], connections: [line('a', 'INTERRUPTED')] })];
    expect(movedBetween(none, one)).toEqual({ silent: ['a'], back: [] });
    expect(movedBetween(one, one)).toEqual({ silent: [], back: [] });
    expect(movedBetween(one, none)).toEqual({ silent: [], back: ['a'] });
  });
});

it('lines stand as they do now, with the figures that were told before; a new one with its own', () => {
  const now = [{ ...line('a', 'INTERRUPTED'), latency: 'PT3S' }, line('b', 'CONNECTED')];
  expect(withFiguresOf([line('a', 'CONNECTED')], now).map(({ agency, state, latency }) => [agency.id, state, latency])).toEqual([
    ['a', 'INTERRUPTED', 'PT0.02S'],
    ['b', 'CONNECTED', 'PT0.02S'],
  ]);
});

describe('the drawing of a federation', () => {
  it('has a spot a member, apart from one another and inside its frame', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
        const members = Array.from({ length: count }, (_, at) => member(`m${at}`));
        const spots = toSpots({ members, connections: [], groups: [], sources: [], silences: new Map(), nameOf: (id) => id });
        expect(new Set(spots.map(({ x, y }) => `${x.toFixed(3)} ${y.toFixed(3)}`)).size).toBe(count);
        expect(spots.every(({ x, y }) => x >= 0 && x <= 100 && y >= 0 && y <= 100)).toBe(true);
      }),
    );
  });
  it('has names that do not lie over one another, nor over the initiator, in a city of up to 18 members', () => {
    const [scale, character, line] = [3.6, 7.4, 13];
    type Box = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
    const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const boxOf = (spot: Parameters<typeof labelOf>[0]): Box => {
      const { anchor, dx, dy, characters } = labelOf(spot);
      const [wide, x, y] = [characters * character, spot.x * scale + dx, spot.y * scale + dy];
      const left = anchor === 'start' ? x : anchor === 'end' ? x - wide : x - wide / 2;
      return { left, right: left + wide, top: y - line + 3, bottom: y + 3 };
    };
    const initiator = { left: 180 - (17 * character) / 2, right: 180 + (17 * character) / 2, top: 200, bottom: 213 };
    for (let count = 1; count <= 18; count += 1) {
      const members = Array.from({ length: count }, (_, at) => member(`m${at}`));
      const boxes = toSpots({ members, connections: [], groups: [], sources: [], silences: new Map(), nameOf: (id) => id }).map(boxOf);
      const all = [initiator, ...boxes];
      expect(all.flatMap((one, at) => all.slice(at + 1).filter((other) => meet(one, other)))).toEqual([]);
      expect(boxes.every(({ left, right, top, bottom }) => left >= -46 && right <= 406 && top >= 0 && bottom <= 360)).toBe(true);
    }
  });
  it('says who is silent', () => {
    const connections = [line('a', 'INTERRUPTED')];
    const silences = silencesOf({ members: [], connections });
    const [spot] = toSpots({ members: [member('a')], connections, groups: [], sources: [], silences, nameOf: () => 'A' });
    expect(spot).toMatchObject({ standing: 'silent', name: 'A', lastSeen: '2026-01-01T14:02:00Z' });
  });
});

describe('the tree', () => {
  const count = (agency: string, kind: string, n: number): Count => ({ agency: { id: agency, name: agency }, kind: { id: kind, label: kind }, count: n });
  const twin = (id: string): TwinRow => ({ id, name: id, kind: { id: 'k', label: 'k' }, position: null, address: null, representations: [], properties: [] });
  const forest = (open: readonly string[], branches: Forest['branches'] = new Map()): Forest => ({
    name: 'F',
    total: 5,
    counts: [count('b', 'k', 2), count('a', 'm', 1), count('a', 'k', 3)],
    open: new Set(open),
    branches,
  });
  it('shows only what is open, with level and place among its sisters', () => {
    expect(toLines(forest([])).map(({ key }) => key)).toEqual([rootKey]);
    const lines = toLines(forest([rootKey, 'a']));
    expect(lines.map(({ level, position, size }) => [level, position, size])).toEqual([
      [1, 1, 1],
      [2, 1, 2],
      [3, 1, 2],
      [3, 2, 2],
      [2, 2, 2],
    ]);
    expect(lines.slice(0, 2)).toMatchObject([{ count: 5 }, { count: 4 }]);
  });
  it('has its twins, and a line for more while there are more', () => {
    const key = kindKey('a', 'k');
    const kinds = (state: 'more' | 'all') => toLines(forest([rootKey, 'a', key], new Map([[key, { listing: { ...emptyListing, rows: [twin('1')] }, state }]])));
    expect(kinds('more').map(({ type }) => type)).toEqual(['federation', 'agency', 'kind', 'twin', 'more', 'kind', 'agency']);
    expect(kinds('all').find(({ type }) => type === 'twin')).toMatchObject({ level: 4, position: 1, size: 3, parent: key });
    expect(kinds('all').some(({ type }) => type === 'more')).toBe(false);
  });
});

describe('links of a twin', () => {
  const end = (id: string, agency: string): Link['to'] => ({ id, name: id, kind: null, agency: { id: agency, name: agency } });
  const link = (from: Link['from'], to: Link['to']): Link => ({ id: `${from.id}>${to.id}`, kind: { id: 'l', label: 'l' }, from, to, source: from.agency });
  it('lead to their far ends; those between its own representations say nothing new', () => {
    const representations = ['1', '2'].map((id, at) => ({ id, agency: { id: `a${at}`, name: '' }, updatedAt: '', altIds: [] }));
    const nodes = [link(end('1', 'a0'), end('9', 'b')), link(end('8', 'a1'), end('2', 'a1')), link(end('1', 'a0'), end('2', 'a1'))];
    expect(linkedTo({ representations, links: { totalCount: 3, nodes } }).map(({ end: { id }, isOutward, crosses }) => [id, isOutward, crosses])).toEqual([
      ['9', true, true],
      ['8', false, false],
    ]);
  });
});
