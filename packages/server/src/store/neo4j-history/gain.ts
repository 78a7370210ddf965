/**
 * What a twin's history gains with each change of a batch.
 */
import { compareSamples, type Sample, samplesOfChange, type TwinChange, type TwinId } from '@cityweave/core';
import { seriesIn, type Working } from '../neo4j/working-set.ts';
import { seriesKey } from './samples.ts';

/** A twin that is new, and of whose id nothing was ever said, says itself all there is to say. */
export const gain = (working: Working, id: TwinId, change: TwinChange): void => {
  const known = seriesIn(working, id);
  if (!change.before && known.size === 0) return;
  const lasts = new Map<string, Sample>(known);
  const { own } = working;
  for (const { series, begins, samples } of samplesOfChange(change, (name) => known.get(name)))
    for (const sample of begins ? [begins, ...samples] : samples) {
      const key = seriesKey(id, series);
      own.samples.set(JSON.stringify([key, sample.observedAt, sample.recordedAt]), { key, sample });
      const last = lasts.get(series);
      if (!last || compareSamples(sample, last) >= 0) lasts.set(series, sample);
    }
  own.series.set(id, lasts);
};
