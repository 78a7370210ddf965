import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import type { PageKey, TwinRow } from '../twin/query.ts';
import { agencyIdOfName, termOf, trialRow, trialTwin, twinIdOfName } from '../twin/trial-twin.ts';
import type { Twin } from '../twin/twin.ts';
import { comparePageKeys, identityOf, mergeTwins, mergeValue, newestRows, orderValueOf, pageKeyOf, termsOf } from './federated-twin.ts';
import type { MergeRules } from './federation.ts';

const [ash, birch, cedar] = ['ash', 'birch', 'cedar'].map((agency) => twinIdOfName(agency, 'house')) as [Twin['id'], Twin['id'], Twin['id']];
const height = termOf('city:height');
const rules: MergeRules = { authoritative: {}, tolerance: {} };

const ids = ['ash', 'birch', 'cedar'].flatMap((agency) => ['1', '2', '3'].map((key) => twinIdOfName(agency, key)));
const anyRow: fc.Arbitrary<TwinRow> = fc
  .record({
    id: fc.constantFrom(...ids),
    sameAs: fc.subarray(ids, { maxLength: 2 }),
    object: fc.option(fc.constantFrom('urn:x:1', 'urn:x:2'), { nil: undefined, freq: 2 }),
    version: fc.integer({ min: 1, max: 3 }),
    height: fc.nat({ max: 3 }),
  })
  .map(({ id, sameAs, object, version, height: metres }) => {
    const row = trialRow(
      id,
      { kind: 'city:Building', object, height: metres },
      sameAs.filter((other) => other !== id),
    );
    return { ...row, twin: { ...row.twin, version } };
  });
const anyRows = fc.array(anyRow, { maxLength: 8 });
const text = (rows: readonly TwinRow[]): string => canonicalJson(mergeTwins(rows));

describe('merging twins', () => {
  test('does not depend on order', () => {
    const shuffled = anyRows.chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    fc.assert(
      fc.property(shuffled, ([rows, others]) => {
        expect(text(others)).toBe(text(rows));
      }),
      { numRuns: 500 },
    );
  });

  test('does not depend on grouping or repetition', () => {
    fc.assert(
      fc.property(anyRows, anyRows, anyRows, (a, b, c) => {
        const all = text([...a, ...b, ...c]);
        expect(text([...newestRows([...a, ...b]), ...c])).toBe(all);
        expect(text([...a, ...newestRows([...b, ...c])])).toBe(all);
        expect(text([...a, ...b, ...c, ...b, ...a])).toBe(all);
      }),
      { numRuns: 300 },
    );
  });

  test('keeps every twin exactly once', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const kept = mergeTwins(rows).flatMap(({ representations }) => representations.map(({ id }) => id));
        expect(kept.toSorted()).toEqual([...new Set(rows.map(({ twin }) => twin.id))].toSorted());
      }),
    );
  });

  test('joins along links and shared objects, however long the chain', () => {
    const [merged, ...others] = mergeTwins([
      trialRow(ash, { kind: 'city:Building', object: 'urn:x:1' }),
      trialRow(birch, { kind: 'city:Building', object: 'urn:x:1' }, [cedar]),
      trialRow(cedar, { kind: 'city:Park' }),
    ]);
    expect([merged?.id, merged?.representations.map(({ id }) => id), others]).toEqual(['urn:x:1', [ash, cedar, birch], []]);
  });

  test('names an object that nobody declared by the representation that others point to', () => {
    const [merged] = mergeTwins([trialRow(ash, { kind: 'city:Building' }, [birch]), trialRow(birch, { kind: 'city:Building' })]);
    expect(merged?.id).toBe(birch);
  });

  test('tells what is still to be asked for, until nothing is', () => {
    const row = trialRow(ash, { kind: 'city:Building', object: 'urn:x:1' }, [birch]);
    const first = identityOf([row]);
    expect(first).toEqual({ ids: [ash, birch], objects: ['urn:x:1'] });
    expect(identityOf([row, trialRow(birch, { kind: 'city:Building' }, [cedar])], [first])).toEqual({ ids: [cedar], objects: [] });
    expect(identityOf([row], [first])).toEqual({ ids: [], objects: [] });
  });
});

const metres = (id: Twin['id'], value: number | string | null, changes: Partial<Twin['values'][string]> = {}): Twin => ({
  ...trialTwin(id, { kind: 'city:Building' }),
  values: { [height]: { value, unit: 'm', ...changes } },
});

describe('merging the values of a property', () => {
  test('does not depend on who speaks first', () => {
    const twins = fc.array(
      fc
        .record({
          id: fc.constantFrom(...ids),
          value: fc.nat({ max: 2 }),
          unit: fc.constantFrom('m', 'cm'),
          flag: fc.constantFrom('MEASURED' as const, 'MISSING' as const),
          later: fc.boolean(),
        })
        .map(({ id, value, unit, flag, later }) =>
          metres(id, value, { unit, flag, ...(later && { observedAt: trialTwin(id, { kind: 'a:b', observed: 9 }).updatedAt }) }),
        ),
      { maxLength: 5 },
    );
    const authority = fc.constantFrom({}, { [height]: agencyIdOfName('birch') });
    fc.assert(
      fc.property(twins, authority, (given, authoritative) => {
        const one = mergeValue(height, given, { ...rules, authoritative });
        expect(mergeValue(height, given.toReversed(), { ...rules, authoritative })).toEqual(one);
        if (one) expect(one.alternatives.length + 1).toBe(given.length);
      }),
      { numRuns: 500 },
    );
  });

  test('prefers the authoritative agency, then the newest, then the better', () => {
    const old = metres(ash, 1);
    const young = metres(birch, 2, { observedAt: trialTwin(ash, { kind: 'a:b', observed: 5 }).updatedAt });
    expect(mergeValue(height, [old, young], rules)).toMatchObject({ winner: { value: 2 }, rule: 'NEWEST', conflict: true });
    expect(mergeValue(height, [old, young], { ...rules, authoritative: { [height]: agencyIdOfName('ash') } })).toMatchObject({
      winner: { value: 1 },
      rule: 'AUTHORITATIVE',
    });
    expect(mergeValue(height, [old, metres(birch, 2, { quality: { accuracy: 1 } })], rules)).toMatchObject({ winner: { value: 2 }, rule: 'QUALITY' });
    expect(mergeValue(height, [old], rules)).toMatchObject({ rule: 'ONLY', alternatives: [], conflict: false });
    expect(mergeValue(termOf('city:use'), [old], rules)).toBeUndefined();
  });

  test('never lets a missing value win, nor be a conflict', () => {
    const missing = metres(birch, null, { flag: 'MISSING', observedAt: trialTwin(ash, { kind: 'a:b', observed: 5 }).updatedAt });
    expect(mergeValue(height, [missing, metres(ash, 1)], { ...rules, authoritative: { [height]: agencyIdOfName('birch') } })).toMatchObject({
      winner: { value: 1 },
      conflict: false,
    });
  });

  test('is a conflict beyond the tolerance, in one unit, and at the tolerance none', () => {
    const differs = (value: number, unit: string, tolerance: number) =>
      mergeValue(height, [metres(ash, 10), metres(birch, value, { unit })], { ...rules, tolerance: { [height]: tolerance } })?.conflict;
    expect([differs(1000, 'cm', 0), differs(1050, 'cm', 0.5), differs(1051, 'cm', 0.5), differs(10, 'kg', 5)]).toEqual([false, false, true, true]);
  });

  test('lists every term once, in order', () =>
    expect(termsOf([metres(ash, 1), metres(birch, 2), trialTwin(cedar, { kind: 'a:b', storeys: 3 })])).toEqual(['city:height', 'city:storeys']));
});

describe('the order of a page', () => {
  const key: fc.Arbitrary<PageKey> = fc.record({
    value: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 2 }), fc.constantFrom('', 'a', '\uFB01', '\u{1F3E5}')),
    id: fc.constantFrom(...ids),
  });

  test('is total in both directions', () => {
    fc.assert(
      fc.property(fc.tuple(key, key, key), fc.boolean(), ([a, b, c], descending) => {
        const compare = (left: PageKey, right: PageKey): number => Math.sign(comparePageKeys(left, right, descending));
        expect(compare(a, b)).toBe(0 - compare(b, a));
        if (compare(a, b) === 0) expect(a).toEqual(b);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test('puts numbers before texts and nothing last, whichever way', () => {
    const sorted = (descending: boolean) =>
      [null, 'a', 2, 1, 'b']
        .map((value) => ({ value, id: ash }))
        .toSorted((a, b) => comparePageKeys(a, b, descending))
        .map(({ value }) => value);
    expect([sorted(false), sorted(true)]).toEqual([
      [1, 2, 'a', 'b', null],
      [2, 1, 'b', 'a', null],
    ]);
  });

  test('goes by id, name, kind, change or a property', () => {
    const twin = { ...metres(ash, 7), name: { de: 'Haus' } };
    expect(['id', 'name', 'kind', 'updatedAt'].map((by) => orderValueOf(twin, { by: by as 'id', descending: false }))).toEqual([
      ash,
      'Haus',
      'city:Building',
      twin.updatedAt,
    ]);
    expect([
      orderValueOf(twin, { by: { term: height }, descending: false }),
      orderValueOf(metres(ash, null), { by: { term: height }, descending: false }),
    ]).toEqual([7, null]);
    expect(pageKeyOf(twin, undefined)).toEqual({ value: ash, id: ash });
  });
});

test('representations are asked for in identityRoundsMax rounds, not in one beyond', () => {
  const row = trialRow(twinIdOfName('planning', 'ash'), { kind: 'city:Building' });
  const rounds = (count: number) => Array(count).fill({ ids: [], objects: [] });
  const open = (count: number) => identityOf([row], rounds(count)).ids.length;
  expect([open(limits.identityRoundsMax - 1), open(limits.identityRoundsMax)]).toEqual([1, 0]);
});
