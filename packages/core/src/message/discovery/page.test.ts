import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../ground/limits.ts';
import { pageOf } from './page.ts';

describe('pages', () => {
  const item = fc.record({
    id: fc.string({ minLength: 1, maxLength: 5 }).map((text) => `urn:${text}`),
    attributes: fc.record({ of: fc.option(fc.oneof(fc.integer(), fc.string()), { nil: undefined }) }),
  });

  test('walked to their end tell every item once, whichever way they are sorted', () => {
    const items = fc.uniqueArray(item, { selector: ({ id }) => id, maxLength: 20 });
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 7 }), fc.constantFrom(undefined, true, false), (all, limit, descending) => {
        const sort = descending === undefined ? {} : { sort: { path: 'of', descending } };
        const told: string[] = [];
        let cursor: string | null | undefined;
        do {
          const page = pageOf(all, { limit, ...sort, ...(cursor && { cursor }) });
          told.push(...page.items.map(({ id }) => id));
          cursor = page.next;
        } while (cursor !== null);
        expect(told.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
      }),
    );
  });

  test('end at discoverPageBytesMax and no sooner, with one item at least', () => {
    const ofBytes = (id: string, bytes: number) => ({ id, attributes: { text: 'x'.repeat(bytes - JSON.stringify({ id, attributes: { text: '' } }).length) } });
    const half = limits.discoverPageBytesMax / 2;
    const told = (...items: readonly ReturnType<typeof ofBytes>[]) => pageOf(items, { limit: 9 });
    expect(told(ofBytes('a', half), ofBytes('b', half))).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }], next: null });
    expect(told(ofBytes('a', half), ofBytes('b', half + 1))).toMatchObject({ total: 2, items: [{ id: 'a' }], next: 'a' });
    expect(told(ofBytes('a', 3 * half), ofBytes('b', half)).items).toHaveLength(1);
  });
});
