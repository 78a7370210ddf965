import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as id from './id.ts';
import { limits } from './limits.ts';

const water = id.Authority.parse('water.town.example');
const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const hostile = [
  "a'b",
  'a"b',
  'a\\b',
  '__proto__',
  'constructor',
  '); DROP TABLE twin; --',
  '}) DETACH DELETE n //',
  '../../etc/passwd',
  'a b',
  'ä/ö?#%',
  '\u0000',
  '\ud800',
];

describe('a twin id', () => {
  test('is made of any key and says whose it is', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constantFrom(...hostile)), (key) => {
        const made = id.twinIdOf(water, 'register', key);
        expect(id.TwinId.safeParse(made).success).toBe(true);
        expect([id.authorityOf(made), id.agencyOf(made)]).toEqual([water, 'urn:dtf:agency:water.town.example']);
        expect(decodeURIComponent(made.slice(made.lastIndexOf('/') + 1))).toBe(key.toWellFormed());
      }),
    );
  });

  test('differs where keys differ', () => {
    const wellFormed = anyText.map((text) => text.toWellFormed());
    fc.assert(
      fc.property(wellFormed, wellFormed, (a, b) => {
        expect(id.twinIdOf(water, 's', a) === id.twinIdOf(water, 's', b)).toBe(a === b);
      }),
    );
  });

  test('is refused of another kind, without authority, with anything that could end a text', () => {
    const wrong = [
      'urn:dtf:feature:a:b',
      'urn:dtf:twin::b',
      'urn:dtf:twin:a:',
      'urn:dtf:twin:A:b',
      'urn:dtf:twin:-a:b',
      'urn:dtf:twin:a:b"',
      'urn:dtf:twin:a:b\\',
      'urn:dtf:twin:a:b c',
    ];
    expect(wrong.filter((text) => id.TwinId.safeParse(text).success)).toEqual([]);
  });

  test('is at most idCharactersMax long', () => {
    const head = 'urn:dtf:twin:a:';
    const ofLength = (length: number) => head + 'x'.repeat(length - head.length);
    expect(id.TwinId.safeParse(ofLength(limits.idCharactersMax)).success).toBe(true);
    expect(id.TwinId.safeParse(ofLength(limits.idCharactersMax + 1)).success).toBe(false);
  });
});

describe('the other identifiers', () => {
  test('are made of their parts', () => {
    expect(id.agencyTwinIdOf(water)).toBe('urn:dtf:twin:water.town.example:agency');
    expect([
      id.FeatureId.parse(id.featureIdOf(water, 'city:FloodZone')),
      id.AgreementId.parse(id.agreementIdOf(water, 'flood/b')),
      id.ConnectionId.parse(id.connectionIdOf(water, 'flood/b')),
      id.SubscriptionId.parse(id.subscriptionIdOf(water, '1')),
    ]).toEqual([
      'urn:dtf:feature:water.town.example:city%3AFloodZone',
      'urn:dtf:agreement:water.town.example:flood%2Fb',
      'urn:dtf:connection:water.town.example:flood%2Fb',
      'urn:dtf:subscription:water.town.example:1',
    ]);
    const federation = id.FederationId.parse(id.federationIdOf(water, 'flood'));
    expect(id.FederatedTwinId.parse(id.federatedTwinIdOf(federation))).toBe('urn:dtf:fdt:water.town.example:flood');
  });

  test('a link is known by its ends and its kind', () => {
    const [a, b] = ['a', 'b'].map((key) => id.twinIdOf(water, 'register', key));
    const kind = id.TermId.parse('city:feeds');
    expect(a && b && id.LinkId.parse(id.linkIdOf(a, kind, b))).not.toBe(a && b && id.linkIdOf(b, kind, a));
  });

  test('a message id is a UUID in lower case', () => {
    expect(id.MessageId.safeParse('urn:uuid:5b0f8a3e-5d1c-4c7e-9a44-0d5a4f1c2b3e').success).toBe(true);
    expect(
      ['5b0f8a3e-5d1c-4c7e-9a44-0d5a4f1c2b3e', 'urn:uuid:5B0F8A3E-5D1C-4C7E-9A44-0D5A4F1C2B3E', 'urn:uuid:1'].some(
        (text) => id.MessageId.safeParse(text).success,
      ),
    ).toBe(false);
  });
});

describe('a term', () => {
  test('has a prefix and a name, of any letters, without spaces', () => {
    expect(['city:FloodZone', 'x-1:ä', 'dct:title:sub'].every((text) => id.TermId.safeParse(text).success)).toBe(true);
    expect(['FloodZone', ':x', '1a:x', 'city:', 'city: x', 'city:a b', 'city::x'].filter((text) => id.TermId.safeParse(text).success)).toEqual([]);
  });

  test('is at most termCharactersMax long', () => {
    expect(id.TermId.safeParse(`a:${'x'.repeat(limits.termCharactersMax - 2)}`).success).toBe(true);
    expect(id.TermId.safeParse(`a:${'x'.repeat(limits.termCharactersMax - 1)}`).success).toBe(false);
  });
});

test('texts are ordered by code point, as every store orders them', () => {
  const codePoints = (text: string): readonly number[] => [...text].map((character) => character.codePointAt(0) ?? 0);
  const byCodePoint = (a: string, b: string): number => {
    const [left, right] = [codePoints(a), codePoints(b)];
    const at = left.findIndex((point, index) => point !== right[index]);
    return at < 0 ? left.length - right.length : at >= right.length ? 1 : (left[at] ?? 0) - (right[at] ?? 0);
  };
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.constantFrom('a', '\uE000', '\uFFFD', '\u{10000}', '\u{1F3E5}', 'b')).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(id.compareText(a, b))).toBe(Math.sign(byCodePoint(a, b)));
      expect(Math.sign(id.compareText(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
    { numRuns: 1_000 },
  );
});
