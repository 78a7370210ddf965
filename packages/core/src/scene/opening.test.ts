import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOpening, encodeOpeningPart, openingParts } from './opening.ts';

const parts = fc.array(
  fc.record({ what: fc.constantFrom(...openingParts), layer: fc.nat(999), offset: fc.nat(1_000_000), bytes: fc.uint8Array({ maxLength: 40 }) }),
  { maxLength: 6 },
);
const bytesOf = (given: Parameters<typeof encodeOpeningPart>[0][]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(given.flatMap((part) => [...encodeOpeningPart(part)]));

describe('an opening', () => {
  it('gives back its parts, and is refused when cut off within one', () => {
    fc.assert(
      fc.property(parts, fc.nat(), (given, at) => {
        const whole = given.map((part) => ({ ...part, bytes: Uint8Array.from(part.bytes) }));
        const bytes = bytesOf(whole);
        expect(decodeOpening(bytes)).toEqual({ ok: true, value: whole });
        const ends = whole.map((_, count) => bytesOf(whole.slice(0, count)).length);
        const cut = at % Math.max(1, bytes.length);
        expect(decodeOpening(bytes.slice(0, cut)).ok).toBe(cut === 0 || ends.includes(cut));
      }),
    );
  });

  it('of any bytes at all is an answer, never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const read = decodeOpening(Uint8Array.from(bytes));
        if (!read.ok) expect(read.problem).toMatchObject({ kind: 'malformed', subject: 'opening' });
      }),
    );
  });
});
