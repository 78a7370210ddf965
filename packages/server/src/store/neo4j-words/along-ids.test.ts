/**
 * Pages along ids by the beginnings that an index knows, beside sorting all: over an index of words that holds ids and asks how they begin.
 */
import { compareText, type Twin, TwinId } from '@cityweave/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { twin } from '../twins.contract.ts';
import { type Asked, type Index, marksMax, nearestOfMany, type Scope } from './along-ids.ts';
import { beginningOf, keyPlacesMax, marksIn, marksOf, marksOfId } from './key-path.ts';

/** More than there can be ids that part no further. */
const few = 12;

type Page = Index['along'];

const inOrder = (ids: readonly string[], { after, down, limit }: Page): readonly string[] => {
  const sorted = ids.toSorted(compareText);
  const ahead = (down ? sorted.toReversed() : sorted).filter((id) => after === undefined || (down ? id < after : id > after));
  return ahead.slice(0, limit);
};

/** Knows of an id what the index is told of it: its marks. `walked` of the first twins along the ids are looked at before it is asked. */
const indexOf = (ids: readonly string[], along: Page, walked = 0) => {
  const begins = (id: string, beginning: string): boolean => {
    const marks = new Set(marksOfId(id));
    return marksOf(beginning).every((mark) => marks.has(mark));
  };
  // branding: only its id is looked at
  const twinsOf = (found: readonly string[]) => found.map((id): Twin => ({ ...twin(TwinId.parse(id)), version: 1, createdAt: '', updatedAt: '' }) as never);
  let [asked, looked] = [0, 0];
  const askPart = ({ among, without, sorted }: Scope): Asked => {
    const found = ids.filter((id) => (among.length === 0 || among.some((one) => begins(id, one))) && !without.some((one) => begins(id, one)));
    const most = Math.min(few, sorted);
    looked += Math.min(found.length, most);
    if (found.length >= most) return { twins: [], ids: found.filter((_, at) => at % Math.max(1, Math.floor(found.length / 50)) === 0) };
    return { twins: twinsOf(inOrder(found, along)), ids: [] };
  };
  const near = (from: string): readonly string[] => {
    const ahead = ids.filter((id) => (along.down ? id <= `${from}~` : id >= from));
    return inOrder(ahead, { ...along, limit: Math.min(walked, along.limit) });
  };
  const ask: Index['ask'] = async ({ others, from, parts }) => {
    asked += 1;
    const first = from === undefined ? [] : near(from);
    const nobody: Asked = { twins: [], ids: [] };
    const nearest = first.length >= along.limit ? [] : parts.slice(0, 1).map(askPart);
    const isFilled = nearest.length === 0 || nearest.some(({ twins, ids: sampled }) => twins.length >= along.limit || sampled.length > 0);
    return {
      others: others ? askPart(others) : nobody,
      first: twinsOf(first),
      parts: isFilled ? nearest : [...nearest, ...parts.slice(1).map(askPart)],
    };
  };
  return { ask, along, asked: () => asked, looked: () => looked };
};

const key = fc.string({ unit: fc.constantFrom('0', '1', '2', 'a'), minLength: 1, maxLength: 9 });
const id = fc.tuple(fc.constantFrom('a', 'ab', 'b'), key).map(([source, one]) => `urn:dtf:twin:a.example:${source}/${one}`);
const page = fc.record({ after: fc.option(id, { nil: undefined }), down: fc.boolean(), limit: fc.integer({ min: 1, max: 12 }) });

describe('a page along ids', () => {
  test('is what sorting all of them gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(id, { minLength: few, maxLength: 80 }), page, fc.integer({ max: 9 }), async (ids, along, walked) => {
        const found = await nearestOfMany(indexOf(ids, along, walked), ids);
        expect(found?.map((one) => one.id)).toEqual(inOrder(ids, along));
      }),
      { numRuns: 500 },
    );
  });

  test('takes no more questions the farther away it begins', async () => {
    const ids = Array.from({ length: 5_000 }, (_, index) => `urn:dtf:twin:a.example:a/${index}`);
    const last = ids.filter((one) => one >= 'urn:dtf:twin:a.example:a/47');
    for (const some of [ids, last]) {
      const index = indexOf(some, { after: undefined, down: false, limit: 5 });
      expect(await nearestOfMany(index, some.slice(-few))).toHaveLength(5);
      expect(index.asked()).toBeLessThan(10);
    }
  });

  test('is not told by an index that cannot tell the ids apart', async () => {
    const along = { after: undefined, down: false, limit: 2 };
    const alike = (characters: number) => Array.from({ length: few }, (_, at) => `urn:dtf:twin:a.example:a/${'x'.repeat(characters)}${10 + at}`);
    const known = keyPlacesMax;
    expect(await nearestOfMany(indexOf(alike(known - 2), along), alike(known - 2))).toHaveLength(2);
    expect(await nearestOfMany(indexOf(alike(known), along), alike(known))).toBeUndefined();
    const sources = (count: number) => Array.from({ length: count }, (_, at) => `urn:dtf:twin:a.example:s${at}/1`);
    expect(await nearestOfMany(indexOf(sources(marksMax), along), sources(marksMax))).toHaveLength(2);
    expect(await nearestOfMany(indexOf(sources(marksMax + 1), along), sources(marksMax + 1))).toBeUndefined();
  });
});

describe('a beginning', () => {
  test('is as long as its marks say, and ids that have it stand side by side', () => {
    const one = 'urn:dtf:twin:a.example:s/12345';
    expect([0, 1, 2, 6, 7].map((marks) => beginningOf(one, marks))).toEqual(['', 'urn:dtf:twin:a.example:s/', 'urn:dtf:twin:a.example:s/1', one, undefined]);
    expect(marksOfId(one)).toEqual(['_ua.example:s/', '_a1', '_b12', '_c123', '_d234', '_e345']);
    expect(marksOf(one)).toEqual(['_ua.example:s/', '_b12', '_e345']);
    expect([marksIn(one), marksIn(`${one}${'6'.repeat(40)}`), marksIn('urn:dtf:twin:a.example:agency')]).toEqual([6, 1 + keyPlacesMax, 1]);
    expect(marksOf('')).toEqual([]);
  });
});
