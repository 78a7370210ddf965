import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, isSameJson, Json, nestedDeeperThan, utf8Bytes } from './json.ts';

describe('the canonical form', () => {
  test('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 }), (value) => {
        expect(canonicalJson(Object.fromEntries(Object.entries(value).toReversed()))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('is that of RFC 8785', () => {
    expect(canonicalJson({ b: [1e21, 4.5, 0.002, -0], a: { '\u20ac': 'Euro', '\r': 1 }, c: undefined })).toBe(
      '{"a":{"\\r":1,"€":"Euro"},"b":[1e+21,4.5,0.002,0]}',
    );
  });

  test('is what an independent implementation writes', () => {
    const geometry = {
      type: 'Polygon',
      coordinates: [
        [
          [1e-7, -0],
          [4.35, 52.1],
          [1e21, 3],
        ],
        [],
      ],
    };
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(canonicalJson([value, geometry])).toBe(canonicalize([value, geometry]));
      }),
    );
  });

  test('is of numbers that are finite only', () => expect(() => canonicalJson({ coordinates: [1, Number.NaN] })).toThrow('broken promise'));

  test('is of JSON values only', () => expect(() => canonicalJson(undefined)).toThrow('broken promise'));
});

test('values are the same where their canonical forms are', () => {
  const shuffled = (value: unknown): unknown =>
    typeof value !== 'object' || value === null
      ? value
      : Array.isArray(value)
        ? value.map(shuffled)
        : Object.fromEntries([
            ...Object.entries(value)
              .toReversed()
              .map(([name, part]) => [name, shuffled(part)]),
            ['absent', undefined],
          ]);
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect([isSameJson(one, shuffled(one)), isSameJson(shuffled(one), one)]).toEqual([true, true]);
      expect(isSameJson(one, other)).toBe(canonicalJson(one) === canonicalJson(other));
    }),
  );
  const different = [
    [[], {}],
    [['a'], { 0: 'a' }],
    [null, {}],
    [[1, 2], [1]],
    [{ a: 1 }, { b: 1 }],
    [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
    [JSON.parse('{"__proto__":{}}'), { a: 1 }],
    [{ constructor: 1 }, {}],
  ];
  for (const [one, other] of different) expect([isSameJson(one, other), isSameJson(other, one)]).toEqual([false, false]);
});

test('bytes are counted as they are sent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Bytes(text.toWellFormed())).toBe(Buffer.byteLength(text));
    }),
  );
});

test('depth is measured without recursion: at the bound, one beyond, and 200,000 levels', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let at = 0; at < depth; at += 1) value = at % 2 === 0 ? [value] : { value };
    return value;
  };
  expect([0, 1, 5].map((depth) => nestedDeeperThan(nested(depth), 5))).toEqual([false, false, false]);
  expect([6, 7, 200_000].map((depth) => nestedDeeperThan(nested(depth), 5))).toEqual([true, true, true]);
});

test('what is no JSON is no value', () => {
  expect([undefined, Number.NaN, 1n, () => 1, new Date(0)].filter((value) => Json.safeParse(value).success)).toEqual([]);
});
