/**
 * What a twin's history gains with each change of a batch.
 */
import { compareSamples, instantOfMs, msOfInstant, type Sample, samplesOfChange, type TwinChange, type TwinId } from '@cityweave/core';
import { seriesIn, type Working } from '../neo4j/working-set.ts';
import { whole } from '../neo4j-cypher/parameters.ts';

export const seriesKey = (id: string, name: string): string => `${id}\u0000${name}`;

type Row = Readonly<Record<string, unknown>>;

export const sampleOfRow = (series: string, { observed, recorded, said }: Row): Sample => ({
  series,
  observedAt: instantOfMs(Number(observed)),
  recordedAt: instantOfMs(Number(recorded)),
  ...(typeof said === 'string' && { said: JSON.parse(said) }),
});

export const rowOfSample = ({ observedAt, recordedAt, said }: Sample) => ({
  observed: whole(msOfInstant(observedAt)),
  recorded: whole(msOfInstant(recordedAt)),
  said: said ? JSON.stringify(said) : null,
});

/** A twin that is new, and of whose id nothing was ever said, says itself all there is to say. */
export const gain = (working: Working, id: TwinId, change: TwinChange): void => {
  const known = seriesIn(working, id);
  if (!change.before && known.size === 0) return;
  const lasts = new Map(known);
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
