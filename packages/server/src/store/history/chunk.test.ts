import { AgencyId, instantOfMs, type Said, type Sample } from '@cityweave/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkSamplesMax, decodeChunk, encodeChunk, openChunk, sampleOfChunkAt } from './chunk.ts';

const source = AgencyId.parse('urn:dtf:agency:water.example');
const origin = Date.UTC(2026, 4, 4);

const sample = (ms: number, value: Said['value'] | undefined, lagMs = 0): Sample => ({
  series: 'city:level',
  observedAt: instantOfMs(ms),
  recordedAt: instantOfMs(ms + lagMs),
  ...(value !== undefined && { said: { value, unit: 'm', source, flag: 'MEASURED' } }),
});

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
  fc.maxSafeInteger(),
  fc.integer({ min: -1000, max: 1000 }).map((number) => number / 100),
  fc.jsonValue().map((one) => JSON.parse(JSON.stringify(one)) as Said['value']),
  fc.constant(undefined),
);

test('what goes into a chunk comes out of it, whatever is said', () => {
  const one = fc.tuple(fc.integer({ min: -4e12, max: 8e12 }), value, fc.integer({ min: -1e9, max: 1e9 })).map(([ms, said, lag]) => sample(ms, said, lag));
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 60 }), (samples) => {
      const sorted = samples.toSorted((a, b) => Date.parse(a.observedAt) - Date.parse(b.observedAt));
      const chunk = encodeChunk(sorted);
      expect(decodeChunk('city:level', chunk.bytes)).toEqual(sorted);
      expect(chunk).toMatchObject({
        first: Date.parse(sorted[0]?.observedAt ?? ''),
        last: Date.parse(sorted.at(-1)?.observedAt ?? ''),
        samples: sorted.length,
      });
    }),
    { numRuns: 300 },
  );
});

test('of a chunk what was observed by a time is read alone, and of it the last that was known by another', () => {
  const one = fc.tuple(fc.integer({ min: 0, max: 99 }), value, fc.integer({ min: 0, max: 99 })).map(([ms, said, lag]) => sample(origin + ms, said, lag));
  const time = fc.integer({ min: -1, max: 100 }).map((ms) => origin + ms);
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 60 }), time, time, (samples, valid, known) => {
      const sorted = samples.toSorted((a, b) => Date.parse(a.observedAt) - Date.parse(b.observedAt));
      const { bytes } = encodeChunk(sorted);
      const observed = sorted.filter(({ observedAt }) => Date.parse(observedAt) <= valid);
      const opened = openChunk('city:level', bytes, valid);
      expect(observed.map((_, index) => opened.sample(index))).toEqual(observed);
      expect(opened.observed).toHaveLength(observed.length);
      expect(sampleOfChunkAt('city:level', bytes, { valid, known })).toEqual(observed.findLast(({ recordedAt }) => Date.parse(recordedAt) <= known));
    }),
    { numRuns: 300 },
  );
});

test('a full chunk of a sensor takes five bytes a sample, and one more than full is a bug', () => {
  const chance = (index: number, below: number): number => (Math.imul(index + 1, 2_654_435_761) >>> 9) % below;
  const noise = (index: number): number => Math.round(Math.sin(index / 20) * 400 + chance(index, 20)) / 100;
  const samples = Array.from({ length: chunkSamplesMax + 1 }, (_, index) => sample(origin + index * 60_000, noise(index), 2_000 + chance(index, 900)));
  expect(encodeChunk(samples.slice(0, chunkSamplesMax)).bytes.length / chunkSamplesMax).toBeLessThan(5);
  expect(() => encodeChunk(samples)).toThrow();
  expect(() => encodeChunk([])).toThrow();
});
