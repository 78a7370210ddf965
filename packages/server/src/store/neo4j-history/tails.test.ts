import { AgencyId, instantOfMs, type Said, type Sample, sampleAt } from '@cityweave/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { samplesOfChunk } from './samples.ts';
import { decodePast, noPast, type Past, rowOfPast, sampleOfTailAt, samplesOfTail, spillPast, withSamples } from './tails.ts';

const source = AgencyId.parse('urn:dtf:agency:water.example');
const sample = (series: string, minute: number, { value, lag = 0 }: { readonly value: Said['value'] | undefined; readonly lag?: number }): Sample => ({
  series,
  observedAt: instantOfMs(minute * 60_000),
  recordedAt: instantOfMs((minute + lag) * 60_000),
  ...(value !== undefined && { said: { value, unit: 'm', source, flag: 'MEASURED' } }),
});

/** Tails with their samples made. */
const told = (past: Past) => [...past].map(([name, { held, ...tail }]) => [name, tail, samplesOfTail({ held, ...tail })]);

const value = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
  fc.jsonValue(),
  fc.constant(undefined),
);
const level = (minute: number, value: number): Sample => sample('s', minute, { value });
const withLevels = (past: Past, samples: readonly Sample[]): Past => withSamples(past, [{ series: 's', samples }]);

const minutes = (count: number): readonly Sample[] => Array.from({ length: count }, (_, minute) => level(minute, minute));

const series = fc.constantFrom('city:level', '@place', 'x:a\'"`$)DETACH/**/DELETE', '__proto__');

test('whatever was said comes back from the text of a past', () => {
  const given = fc.tuple(series, fc.integer({ min: -1e6, max: 1e6 }), value, fc.nat(100)).map(([name, minute, said, lag]) => {
    const plain = said === undefined ? undefined : (JSON.parse(JSON.stringify(said)) as Said['value']); // branding: what JSON can say
    return sample(name, minute, { value: plain, lag });
  });
  fc.assert(
    fc.property(fc.array(given, { maxLength: 40 }), (samples) => {
      let past = noPast;
      for (const one of samples) past = withSamples(past, [{ series: one.series, samples: [one] }]);
      const again = decodePast(rowOfPast('a', past).properties.doc);
      expect(told(again)).toEqual(told(past));
      const more = (known: Past) => withSamples(known, [{ series: 'city:level', samples: [sample('city:level', 2e6, { value: 1 })] }]);
      expect(told(decodePast(rowOfPast('a', more(again)).properties.doc))).toEqual(told(more(past)));
    }),
    { numRuns: 200 },
  );
});

test('of a tail the last that was true and known by a time is told, as it was read and as more came', () => {
  const given = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(given, given, fc.tuple(fc.nat(20), fc.nat(20)), (first, more, [valid, known]) => {
      const join = (past: Past, some: readonly (readonly [number, number])[]) =>
        withLevels(
          past,
          some.map(([minute, lag], index) => sample('s', minute, { value: index, lag })),
        );
      const past = join(decodePast(rowOfPast('a', join(noPast, first)).properties.doc), more);
      const moment = { valid: instantOfMs(valid * 60_000), known: instantOfMs(known * 60_000) };
      for (const tail of past.values())
        expect(sampleOfTailAt(tail, { valid: valid * 60_000, known: known * 60_000 })).toEqual(sampleAt(samplesOfTail(tail), moment));
    }),
  );
});

test('the node of a past has the names of its series, and of those with chunks, where they became others', () => {
  const past = withLevels(noPast, [level(1, 1)]);
  expect(rowOfPast('a', past).properties).toEqual({ names: ['s'], doc: expect.any(String) });
  const spilt = spillPast('a', withLevels(noPast, minutes(65))).past;
  expect(rowOfPast('a', spilt).properties).toMatchObject({ names: ['s'], chunked: ['s'] });
  expect(Object.keys(rowOfPast('a', spilt, { before: past }).properties)).toEqual(['doc', 'chunked']);
  expect(Object.keys(rowOfPast('a', withLevels(spilt, [level(99, 9)]), { before: spilt }).properties)).toEqual(['doc']);
});

test('samples stand in their order, and of two that are one the later given stays', () => {
  const past = withLevels(withLevels(noPast, [level(3, 3), level(1, 1)]), [level(2, 2), level(3, 30)]);
  expect([...past.values()].flatMap(samplesOfTail).map(({ said }) => said?.value)).toEqual([1, 2, 30]);
});

test('a tail keeps 64 samples; of one more all but the last go into a loose chunk', () => {
  const kept = spillPast('a', withLevels(noPast, minutes(64)));
  expect([[...kept.past.values()].flatMap(samplesOfTail).length, kept.chunks]).toEqual([64, []]);
  const { past, chunks } = spillPast('a', withLevels(noPast, minutes(65)));
  expect(past.get('s')).toEqual({ held: minutes(65).slice(-1), chunks: 1, until: 63 * 60_000, loose: true });
  expect(chunks.map((row) => [row.loose, samplesOfChunk('s', row)])).toEqual([[true, minutes(64)]]);
});

test('more than a chunk holds goes into several, numbered on from those that were made', () => {
  const first = spillPast('a', withLevels(noPast, minutes(65))).past;
  const { past, chunks } = spillPast('a', withLevels(first, minutes(1_200)));
  expect(chunks.map(({ number }) => Number(number))).toEqual([2, 3, 4]);
  expect([past.get('s')?.chunks, [...past.values()].flatMap(samplesOfTail)]).toEqual([4, minutes(1_200).slice(-1)]);
});
