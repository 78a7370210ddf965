import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgencyId, linkIdOf, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { cutLinks, type Link, normaliseKey } from './link.ts';

describe('links of which one more of each is asked for than is wanted', () => {
  const id = (key: string): TwinId => TwinId.parse(`urn:dtf:twin:water.example:layer/${key}`);
  const kind = TermId.parse('city:feeds');
  const link = (from: string, to: string): Link => ({
    id: linkIdOf(id(from), kind, id(to)),
    kind,
    from: id(from),
    to: id(to),
    source: AgencyId.parse('urn:dtf:agency:water.example'),
    recordedAt: Instant.parse('2026-01-01T00:00:00Z'),
  });
  const all = [link('a', 'x'), link('a', 'y'), link('b', 'x'), link('z', 'b')];
  const ids = ['a', 'b'].map(id);

  test('are cut to so many each way, and it is told of which twins there are more', () => {
    const cut = (direction: 'out' | 'in' | 'both', limit: number) => {
      const { links, beyond } = cutLinks(all, { ids, direction, limit });
      return [links.map(({ from, to }) => `${from.at(-1)}${to.at(-1)}`).join(' '), [...beyond]];
    };
    expect(cut('out', 1)).toEqual(['ax bx', [id('a')]]);
    expect(cut('out', 2)).toEqual(['ax ay bx', []]);
    expect(cut('in', 1)).toEqual(['zb', []]);
    expect(cut('both', 1)).toEqual(['ax bx zb', [id('a')]]);
  });
});

describe('a key', () => {
  test('is one, however a register wrote it', () => {
    expect(['791', '791.0', '791.000', ' 791 ', 791, 791.0].map((raw) => normaliseKey(raw))).toEqual(Array(6).fill('791'));
    expect(normaliseKey('Cafe\u0301')).toBe(normaliseKey('Café'));
  });

  test('keeps what tells keys apart: leading zeros, case, fractions, signs', () => {
    expect(['0791', '791.5', 'B-00123', 'b-00123', '-7.0', '1e3', '7.0.0', '.0'].map((raw) => normaliseKey(raw))).toEqual([
      '0791',
      '791.5',
      'B-00123',
      'b-00123',
      '-7',
      '1e3',
      '7.0.0',
      '.0',
    ]);
  });

  test('is the same after it was made the same', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.integer(),
          fc.tuple(fc.integer(), fc.nat({ max: 4 })).map(([whole, zeros]) => `${whole}.${'0'.repeat(zeros)}`),
        ),
        (raw) => {
          expect(normaliseKey(normaliseKey(raw))).toBe(normaliseKey(raw));
        },
      ),
    );
  });

  test('of a number is that of its text', () => {
    fc.assert(
      fc.property(fc.integer(), (raw) => {
        expect(new Set([normaliseKey(raw), normaliseKey(String(raw)), normaliseKey(`${raw}.0`), normaliseKey(` ${raw}.00`)]).size).toBe(1);
      }),
    );
  });
});
