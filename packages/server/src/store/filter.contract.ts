/**
 * What filters and orders mean to every store: the pure functions of core are the measure.
 */
import { compareText, type Json, type Link, matchesFilter, type Order, type PageKey, relevanceOf, type Twin, type TwinFilter, textIn } from '@cityweave/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ends, filter, keys, links, placed } from './filter-drawn.contract.ts';
import { holds, holdsWithinMs } from './holding.contract.ts';
import type { TwinStore } from './store.ts';
import { accepted, at, keysOf, link, put, type Sketch, term, twin, twinId } from './twins.contract.ts';

/** Fills the store anew and gives what is in it. */
const fill = async (store: TwinStore, sketches: readonly Sketch[], all: readonly Link[]): Promise<readonly Twin[]> => {
  const ids = keys.map(twinId);
  const old = await store.adjacent([...ids, ...ends], { direction: 'both', limit: 1_000 });
  await accepted(
    store,
    old.map(({ id }) => ({ op: 'deleteLink', id })),
  );
  await store.apply(
    ids.map((id) => ({ op: 'deleteTwin', id })),
    { at, atomic: false },
  );
  const twins = sketches.map((one, index) => twin(ids[index] ?? twinId('none'), one));
  await accepted(
    store,
    twins.map((one) => ({ op: 'putTwin', twin: one })),
  );
  await accepted(
    store,
    all.map((one) => ({ op: 'putLink', link: one })),
  );
  return [...(await store.get(ids)).values()];
};

const keyOf = (one: Twin, order: Order): string | number | null => {
  if (order.by === 'id' || order.by === 'kind' || order.by === 'updatedAt') return one[order.by];
  if (order.by === 'name') return textIn(one.name);
  if ('text' in order.by) return relevanceOf(one, order.by.text);
  const value = one.values[order.by.term]?.value;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
};

/** Numbers before texts, missing ones last whatever the direction, ties by id. */
const compareKeys = (a: PageKey['value'], b: PageKey['value'], descending: boolean): number => {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  const rank =
    typeof a === 'string' && typeof b === 'string'
      ? compareText(a, b)
      : typeof a === 'number' && typeof b === 'number'
        ? a - b
        : typeof a === 'number'
          ? -1
          : 1;
  return descending ? -rank : rank;
};

const sorted = (twins: readonly Twin[], order: Order): readonly string[] =>
  keysOf(
    twins.toSorted(
      (a, b) => compareKeys(keyOf(a, order), keyOf(b, order), order.descending) || (order.by === 'id' && order.descending ? -1 : 1) * compareText(a.id, b.id),
    ),
  );

type Walk = { readonly order: Order; readonly backwards?: boolean; readonly filter?: TwinFilter };

const walk = async (store: TwinStore, asked: Walk): Promise<readonly string[]> => {
  const found: Twin[] = [];
  let after: PageKey | undefined;
  do {
    const page = await store.find({ ...asked, first: 2, after });
    found.push(...page.twins);
    after = page.next;
  } while (after);
  return keysOf(found);
};

const order = fc.record({
  by: fc.constantFrom<Order['by']>(
    'id',
    'name',
    'kind',
    'updatedAt',
    { term: term('p') },
    { term: term('q') },
    { text: 'pump' },
    { text: '791' },
    { text: '' },
  ),
  descending: fc.boolean(),
});

export const filterContract = (store: () => TwinStore): void => {
  test('finds, counts and groups exactly what the filter means', { timeout: holdsWithinMs }, async () => {
    const city = fc.record({
      sketches: fc.array(placed, { minLength: 1, maxLength: keys.length }),
      links,
      filters: fc.array(filter, { minLength: 4, maxLength: 8 }),
    });
    await holds(
      fc.asyncProperty(city, async ({ sketches, links: all, filters }) => {
        const twins = await fill(store(), sketches, all);
        const byId = new Map(twins.map((one) => [one.id, one]));
        const context = { twin: (id: Twin['id']) => byId.get(id), linksOf: (id: Twin['id']) => all.filter(({ from, to }) => from === id || to === id) };
        for (const asked of filters) {
          const expected = keysOf(twins.filter((each) => matchesFilter(asked, each, context))).toSorted();
          expect(keysOf((await store().find({ filter: asked, first: 100 })).twins), JSON.stringify(asked)).toEqual(expected);
          expect(await store().count(asked)).toBe(expected.length);
          expect((await store().summarise(asked, ['agency'])).reduce((sum, { count }) => sum + count, 0)).toBe(expected.length);
        }
      }),
    );
  });

  test('links of links are looked at also where only core can say what is at their end', async () => {
    const long = { property: [{ term: term('p'), op: 'gte' as const, value: 1, unit: 'km' }] };
    await accepted(store(), [put('c', { values: { 'city:p': { value: 2_000, unit: 'm' } } }), put('d', { values: { 'city:p': { value: 2, unit: 'm' } } })]);
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'c'],
      ['x', 'y'],
      ['y', 'd'],
    ] as const)
      await accepted(store(), [...(from === 'a' || from === 'x' ? [put(from), put(to)] : []), { op: 'putLink', link: link(twinId(from), twinId(to)) }]);
    const outward = (to: TwinFilter): TwinFilter => ({ linked: [{ direction: 'out', to }] });
    const found = async (asked: TwinFilter) => keysOf((await store().find({ filter: asked, first: 10 })).twins);
    expect(await found(outward(long))).toEqual(['b']);
    expect(await found(outward(outward(long)))).toEqual(['a']);
    expect(await store().count(outward(outward(long)))).toBe(1);
    expect(await found(outward({ not: outward(long) }))).toEqual(['b', 'x', 'y']);
  });

  test('walks in every order, forwards and backwards, page by page', { timeout: holdsWithinMs }, async () => {
    await holds(
      fc.asyncProperty(
        fc.array(placed, { minLength: 1, maxLength: keys.length }),
        fc.array(order, { minLength: 3, maxLength: 3 }),
        async (sketches, orders) => {
          const twins = await fill(store(), sketches, []);
          for (const one of orders) {
            const expected = sorted(twins, one);
            expect(await walk(store(), { order: one }), JSON.stringify(one)).toEqual(expected);
            expect(await walk(store(), { order: one, backwards: true }), JSON.stringify(one)).toEqual(expected.toReversed());
          }
        },
      ),
    );
  });

  test('walks what matches a text, by id and best first, forwards and backwards, page by page', { timeout: holdsWithinMs }, async () => {
    const alone = { linksOf: () => [], twin: () => undefined };
    const texts = fc.array(fc.constantFrom('p', 'pump', '12', 'pump 12', 'sta pu', 'well', "o'brien's well", '7', '791', 'k-1', 'x'), {
      minLength: 3,
      maxLength: 3,
    });
    const kinds = fc.constantFrom<TwinFilter>({}, { kinds: [term('A')] }, { property: [{ term: term('p'), op: 'exists', value: true }] });
    await holds(
      fc.asyncProperty(fc.array(placed, { minLength: 1, maxLength: keys.length }), texts, kinds, async (sketches, asked, more) => {
        const twins = await fill(store(), sketches, []);
        for (const text of asked) {
          const filter = { ...more, text };
          const found = twins.filter((one) => matchesFilter(filter, one, alone));
          for (const by of ['id', { text }] as const) {
            const expected = sorted(found, { by, descending: false });
            expect(await walk(store(), { filter, order: { by, descending: false } }), JSON.stringify({ filter, by })).toEqual(expected);
            expect(await walk(store(), { filter, order: { by, descending: false }, backwards: true })).toEqual(expected.toReversed());
          }
        }
      }),
    );
  });

  test('ids and names sort by code point', async () => {
    const texts = ['Z', 'a', 'é', '\uffee', '\u{1F300}', 'z'];
    await accepted(
      store(),
      texts.map((text, index) => put(`${index}`, { name: text })),
    );
    const { twins } = await store().find({ order: { by: 'name', descending: false }, first: 10 });
    expect(twins.map(({ name }) => name['en'])).toEqual(texts.toSorted(compareText));
  });

  test('the edge of a box belongs to it, one step beyond does not', async () => {
    await accepted(store(), [put('1', { position: [4.5, 45.7] })]);
    const meets = (...of: readonly [number, number, number, number]) => store().count({ box: [...of] });
    expect(await meets(4.5, 45.7, 5, 46)).toBe(1);
    expect(await meets(4, 45, 4.5, 45.7)).toBe(1);
    expect(await meets(4.500001, 45.7, 5, 46)).toBe(0);
    expect(await meets(4, 45, 4.5, 45.699999)).toBe(0);
  });

  test('a twin that moves within and out of its padded box is found where it is and nowhere else', async () => {
    for (const [step, east] of [0, 0.0004, 0.0009, 0.0011, 0.5, 0.5001].entries()) {
      await accepted(store(), [put('1', { position: [4 + east, 45] })]);
      expect(await store().count({ box: [4 + east, 45, 4 + east, 45] }), `step ${step}`).toBe(1);
      expect(await store().count({ box: [4 + east + 0.00001, 44, 5, 46] })).toBe(0);
    }
    await accepted(store(), [put('1')]);
    expect(await store().count({ box: [-180, -90, 180, 90] })).toBe(0);
  });

  test('a box across the antimeridian has two sides, and at the poles every longitude is near', async () => {
    await accepted(store(), [
      put('east', { position: [179.9999, 0] }),
      put('west', { position: [-179.9999, 0] }),
      put('pole', { position: [12, 89.9999] }),
      put('mid', { position: [0, 0] }),
    ]);
    const keysIn = async (one: TwinFilter) => keysOf((await store().find({ filter: one, first: 10 })).twins);
    expect(await keysIn({ box: [179, -1, -179, 1] })).toEqual(['east', 'west']);
    expect(await keysIn({ areas: [{ relation: 'nearerThan', geometry: { type: 'Point', coordinates: [180, 0] }, metres: 100 }] })).toEqual(['east', 'west']);
    expect(await keysIn({ areas: [{ relation: 'nearerThan', geometry: { type: 'Point', coordinates: [-100, 89.9999] }, metres: 100 }] })).toEqual(['pole']);
  });

  test('a value that is null is there, one that is missing is not', async () => {
    await accepted(store(), [put('null', { values: { 'city:p': { value: null } } }), put('none'), put('one', { values: { 'city:p': { value: 1 } } })]);
    const keysIn = async (op: 'eq' | 'ne' | 'exists' | 'lt', value: null | number | boolean) =>
      keysOf((await store().find({ filter: { property: [{ term: term('p'), op, value }] }, first: 10 })).twins);
    expect(await keysIn('exists', true)).toEqual(['null', 'one']);
    expect(await keysIn('exists', false)).toEqual(['none']);
    expect(await keysIn('eq', null)).toEqual(['null']);
    expect(await keysIn('ne', 1)).toEqual(['null']);
    expect(await keysIn('lt', 5)).toEqual(['one']);
  });

  test('a value is flagged by itself, else by its twin, else as measured', async () => {
    await accepted(store(), [
      put('own', { values: { 'city:p': { value: 1, flag: 'CARRIED' } }, flag: 'INTERPOLATED' }),
      put('twin', { values: { 'city:p': { value: 2 } }, flag: 'INTERPOLATED' }),
      put('plain', { values: { 'city:p': { value: 3 } } }),
      put('gone', { values: { 'city:p': { value: null, flag: 'MISSING' } } }),
      put('none'),
    ]);
    const keysIn = async (value: Json) => keysOf((await store().find({ filter: { property: [{ term: term('p'), op: 'flagged', value }] }, first: 10 })).twins);
    expect(await keysIn(['CARRIED'])).toEqual(['own']);
    expect(await keysIn(['INTERPOLATED', 'MISSING'])).toEqual(['gone', 'twin']);
    expect(await keysIn(['MEASURED'])).toEqual(['plain']);
    for (const nothing of [[], 'MEASURED', null, [null, 5]]) expect(await keysIn(nothing)).toEqual([]);
    expect(await store().count({ not: { property: [{ term: term('p'), op: 'flagged', value: [null, 'CARRIED'] }] } })).toBe(4);
  });

  test('text that looks like a query is only words', async () => {
    await accepted(store(), [put('1', { name: 'near OR "far" (NOT) * ^ :' })]);
    for (const text of ['"', '* OR', 'NEAR(', 'found:x', '-far', "'", 'far"', '(', 'a AND', '\u0000', '^near', '{near}', 'x'.repeat(200)])
      expect(await store().count({ text })).toBeLessThanOrEqual(1);
    expect(await store().count({ text: 'FAR near' })).toBe(1);
    expect(await store().count({ text: 'far nowhere' })).toBe(0);
  });
};
