import { expect, it } from 'vitest';
import { Instant } from '../../ground/instant.ts';
import type { Sample } from './history.ts';
import { thinSamples } from './thinning.ts';

const sample = (series: string, time: string, recorded = time): Sample => ({
  series,
  observedAt: Instant.parse(`2026-05-04T12:${time}Z`),
  recordedAt: Instant.parse(`2026-05-04T12:${recorded}Z`),
});

it('keeps of each series the last sample of a slot, and of two of the same time the one that was learnt last', () => {
  const [a, b] = ['city:a', 'city:b'];
  const samples = [
    ...[sample(a, '00:00'), sample(b, '00:10'), sample(a, '00:59.999')],
    ...[sample(a, '01:00'), sample(a, '01:00', '05:00'), sample(b, '03:30')],
  ];
  expect(thinSamples(samples, 60_000)).toEqual([samples[1], samples[2], samples[4], samples[5]]);
  expect(thinSamples(samples, 1)).toEqual(samples.filter((_, index) => index !== 3));
  expect(thinSamples([], 1)).toEqual([]);
});
