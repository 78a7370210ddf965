/**
 * What a twin's history gains with each change, on the writer's side of the embedded store.
 */
import { compareSamples, type Gained, type Instant, msOfInstant, type Sample, samplesOfChange, type TwinChange, type TwinId } from '@cityweave/core';
import { samplesOfChunkThen } from '../history/chunk.ts';
import { joinSamples } from '../history/joined.ts';
import type { Writing } from '../sqlite/sqlite-file.ts';
import { foldSamples } from './fold.ts';
import { bytesOf, putSample, sampleOfRow, seriesById } from './rows.ts';

/** So many samples at once are a recording that is caught up with: they are folded straight away. */
const foldAtOnceFrom = 64;

const putMany = (to: Writing, s: number, samples: readonly Sample[]): void => {
  const sorted = samples.toSorted(compareSamples);
  const last = sorted.pop();
  foldSamples(to, s, { newer: sorted });
  if (last) putSample(to, s, last);
};

const putGained = (to: Writing, id: TwinId, { s, begins, samples, series }: Gained & { readonly s: number | undefined }): void => {
  const number = s ?? Number(to.statement('addSeries').run(id, series).lastInsertRowid);
  if (begins) putSample(to, number, begins);
  if (samples.length >= foldAtOnceFrom) putMany(to, number, samples);
  else for (const sample of samples) putSample(to, number, sample);
};

/** What is kept of some times: of samples that are one that of the chunk made last, and before all of them the row. */
const observedIn = (to: Writing, s: number, { series, times }: { readonly series: string; readonly times: ReadonlySet<Instant> }): readonly Sample[] => {
  const wanted = new Set([...times].map(msOfInstant));
  const chunks = to.statement('chunksBetween').all(s, Math.min(...wanted), Math.max(...wanted));
  const folded = chunks.map((chunk) => samplesOfChunkThen(series, bytesOf(chunk), wanted));
  const rows = [...wanted].flatMap((observed) => to.statement('samplesOf').all(s, observed));
  return joinSamples(
    ...folded,
    rows.map((row) => sampleOfRow(series, row)),
  );
};

/** Whether it gained anything. */
export const gainHistory = (to: Writing, id: TwinId, change: TwinChange): boolean => {
  const known = seriesById(to.statement('seriesOf').all(id));
  const last = (series: string): Sample | undefined => {
    const s = known.get(series);
    const row = s === undefined ? undefined : to.statement('lastSample').get(s);
    return row && sampleOfRow(series, row);
  };
  if (!change.before && known.size === 0) return false;
  const has = (series: string): boolean => last(series) !== undefined;
  const observed = (series: string, times: ReadonlySet<Instant>): readonly Sample[] => {
    const s = known.get(series);
    return s === undefined ? [] : observedIn(to, s, { series, times });
  };
  const all = samplesOfChange(change, { has, last, observed });
  for (const gained of all) putGained(to, id, { ...gained, s: known.get(gained.series) });
  return all.length > 0;
};
