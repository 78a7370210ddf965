/**
 * What a twin's history gains with each change of a batch.
 */
import {
  compareSamples,
  type LinkChange,
  linkIdOf,
  linkSeries,
  type Sample,
  samplesOfChange,
  samplesOfLink,
  type TwinChange,
  type TwinId,
} from '@cityweave/core';
import { seriesIn, type Working } from '../neo4j/working-set.ts';
import { seriesKey } from './samples.ts';

type Noting = { readonly working: Working; readonly id: string; readonly lasts: Map<string, Sample> };

const note = ({ working: { own }, id, lasts }: Noting, samples: readonly Sample[]): void => {
  for (const sample of samples) {
    const key = seriesKey(id, sample.series);
    own.samples.set(JSON.stringify([key, sample.observedAt, sample.recordedAt]), { key, sample });
    const last = lasts.get(sample.series);
    if (!last || compareSamples(sample, last) >= 0) lasts.set(sample.series, sample);
  }
};

/** A twin that is new, and of whose id nothing was ever said, says itself all there is to say. */
export const gain = (working: Working, id: TwinId, change: TwinChange): void => {
  const known = seriesIn(working, id);
  if (!change.before && known.size === 0) return;
  const lasts = new Map(known);
  for (const { begins, samples } of samplesOfChange(change, (name) => known.get(name))) note({ working, id, lasts }, begins ? [begins, ...samples] : samples);
  working.own.series.set(id, lasts);
};

/** A link is known by its ends and its kind, whatever id it has. */
export const gainLink = (working: Working, change: LinkChange): void => {
  const link = change.before ?? change.after;
  if (!link) return;
  const id = linkIdOf(link.from, link.kind, link.to);
  const lasts = new Map(seriesIn(working, id));
  const samples = samplesOfLink(change, lasts.get(linkSeries));
  if (samples.length === 0) return;
  note({ working, id, lasts }, samples);
  working.own.series.set(id, lasts);
  working.own.pastLinks.set(id, { src: link.from, kind: link.kind, dst: link.to });
};
