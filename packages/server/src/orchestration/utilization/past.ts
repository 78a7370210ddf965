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
  type Sample,
  type SamplePage,
  slotStart,
  standingSample,
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

type Aligned = { readonly history: HistoryQuery & { readonly from: Instant; readonly to: Instant }; readonly align: Alignment };

/** What stood as the first slot began, which may be carried into it. */
const sampleBefore = async ({ room, signal }: Reading, { id }: Twin, { history, align }: Aligned): Promise<readonly Sample[]> => {
  const valid = addMs(slotStart(align, history.from), -1);
  const then = (await room.store.stateAt([id], { valid, known: history.known ?? room.deps.clock.now() }, { signal })).get(id);
  const sample = then && history.series !== undefined && standingSample(then, history.series);
  return sample ? [sample] : [];
};

/** Samples of a series from the first slot on: one more than `slotSamplesMax` at least, where there are so many. */
const samplesFrom = async (reading: Reading, twin: Twin, { history, align }: Aligned): Promise<readonly Sample[]> => {
  const from = slotStart(align, history.from);
  const samples: Sample[] = [];
  let after: HistoryQuery['after'];
  do {
    const page = await historyOf(reading, twin, { ...history, from, first: limits.pageMax, after });
    samples.push(...page.samples);
    after = page.next;
  } while (after && samples.length <= limits.slotSamplesMax);
  return samples;
};

const slotsOf = async (reading: Reading, row: TwinRow, asked: Aligned): Promise<TwinRow> => {
  const [before, from] = await Promise.all([sampleBefore(reading, row.twin, asked), samplesFrom(reading, row.twin, asked)]);
  const told = before.filter((sample) => mayTell(reading, row.twin, sample));
  const term = reading.room.vocabulary().term(asked.history.series ?? '');
  return { ...row, ...alignSamples([...told, ...from], asked.align, { ...asked.history, term }) };
};

export const withHistory = async (reading: Reading, { history, align }: TwinQuery, rows: readonly TwinRow[]): Promise<readonly TwinRow[]> => {
  if (!history) return rows;
  const { from, to } = history;
  if (align && from && to) return Promise.all(rows.map((row) => slotsOf(reading, row, { history: { ...history, from, to }, align })));
  return Promise.all(rows.map(async (row) => ({ ...row, history: await historyOf(reading, row.twin, history) })));
};
