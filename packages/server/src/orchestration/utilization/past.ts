/**
 * Past: the history of twins, within what an asker may see.
 */
import {
  type Alignment,
  addMs,
  alignSamples,
  type HistoryQuery,
  type Instant,
  limits,
  msOfDuration,
  type Sample,
  type SamplePage,
  type Twin,
  type TwinQuery,
  type TwinRow,
} from '@cityweave/core';
import { isShown, type Reading } from './sight.ts';

/** Partners are told of properties; where a twin was is judged by where it is. */
const mayTell = (reading: Reading, { kind }: Twin, { series }: Sample): boolean =>
  reading.sight === undefined || (!series.startsWith('@') && isShown(reading, kind, series));

const historyOf = async (reading: Reading, twin: Twin, query: HistoryQuery): Promise<SamplePage> => {
  const page = await reading.room.store.history(twin.id, query, { signal: reading.signal });
  return { ...page, samples: page.samples.filter((sample) => mayTell(reading, twin, sample)) };
};

/** Samples of a series from so long before the first slot that what is carried into it is known, `slotSamplesMax` at most. */
const samplesFor = async (reading: Reading, twin: Twin, { history, align }: Aligned): Promise<readonly Sample[]> => {
  const back = align.maxAge === undefined ? undefined : addMs(history.from, -(msOfDuration(align.maxAge) ?? 0));
  const samples: Sample[] = [];
  let after: HistoryQuery['after'];
  do {
    const page = await historyOf(reading, twin, { ...history, from: back, first: limits.pageMax, after });
    samples.push(...page.samples);
    after = page.next;
  } while (after && samples.length < limits.slotSamplesMax);
  return samples;
};

type Aligned = { readonly history: HistoryQuery & { readonly from: Instant; readonly to: Instant }; readonly align: Alignment };

const slotsOf = async (reading: Reading, row: TwinRow, asked: Aligned): Promise<TwinRow> => ({
  ...row,
  slots: [...alignSamples(await samplesFor(reading, row.twin, asked), asked.align, asked.history)],
});

export const withHistory = async (reading: Reading, { history, align }: TwinQuery, rows: readonly TwinRow[]): Promise<readonly TwinRow[]> => {
  if (!history) return rows;
  const { from, to } = history;
  if (align && from && to) return Promise.all(rows.map((row) => slotsOf(reading, row, { history: { ...history, from, to }, align })));
  return Promise.all(rows.map(async (row) => ({ ...row, history: await historyOf(reading, row.twin, history) })));
};
