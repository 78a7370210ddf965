/**
 * Pages along ids by the beginnings that an index knows, beside sorting all: over an index of words that holds ids and asks how they begin.
 */
import { compareText, type Twin, TwinId } from '@cityweave/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { twin } from '../twins.contract.ts';
import { type Index, marksMax, nearestOfMany } from './along-ids.ts';
import { beginningOf, keyPlacesMax, marksIn, marksOf } from './key-path.ts';

/** More than there can be ids that part no further. */
const few = 12;

type Page = Index['along'];

const inOrder = (ids: readonly string[], { after, down, limit }: Page): readonly string[] => {
  const sorted = ids.toSorted(compareText);
  const ahead = (down ? sorted.toReversed() : sorted).filter((id) => after === undefined || (down ? id < after : id > after));
  return ahead.slice(0, limit);
};

/** Knows of an id what the index is told of it: its marks. */
const indexOf = (ids: readonly string[], along: Page) => {
  const begins = (id: string, beginning: string): boolean => {
    const marks = marksOf(beginning);
    return marksOf(id).slice(0, marks.length).join(' ') === marks.join(' ');
  };
  const asked: number[] = [];
  const ask: Index['ask'] = async ({ among, without }) => {
    const found = ids.filter((id) => (among.length === 0 || among.some((one) => begins(id, one))) && !without.some((one) => begins(id, one)));
    asked.push(found.length);
    if (found.length >= few) return { twins: [], looked: found.length, ids: found.filter((_, at) => at % Math.max(1, Math.floor(found.length / 50)) === 0) };
    return {
      twins: inOrder(found, along).map((id): Twin => ({ ...twin(TwinId.parse(id)), version: 1, createdAt: '', updatedAt: '' }) as never),
      looked: found.length,
      ids: [],
    }; // branding: only its id is looked at
  };
  return { ask, along, asked };
};

const key = fc.string({ unit: fc.constantFrom('0', '1', '2', 'a'), minLength: 1, maxLength: 9 });
const id = fc.tuple(fc.constantFrom('a', 'ab', 'b'), key).map(([source, one]) => `urn:dtf:twin:a.example:${source}/${one}`);
const page = fc.record({ after: fc.option(id, { nil: undefined }), down: fc.boolean(), limit: fc.integer({ min: 1, max: 12 }) });

describe('a page along ids', () => {
  test('is what sorting all of them gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(id, { minLength: few, maxLength: 80 }), page, async (ids, along) => {
        const found = await nearestOfMany(indexOf(ids, along), ids);
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
      expect(index.asked.length).toBeLessThan(20);
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
    expect(marksOf(one)).toEqual(['_ua.example:s/', '_a1', '_b2', '_c3', '_d4', '_e5']);
    expect([marksIn(one), marksIn(`${one}${'6'.repeat(40)}`), marksIn('urn:dtf:twin:a.example:agency')]).toEqual([6, 1 + keyPlacesMax, 1]);
    expect(marksOf('')).toEqual([]);
  });
});
