/**
 * Span: which samples a question about history looks at, in milliseconds, and what it is told of them: the same for every store.
 */
import { type HistoryQuery, msOfInstant, type Sample, type SamplePage, seriesOf, standingSample, standingTimes, type Twin } from '@cityweave/core';

export type Span = { readonly from: number; readonly fromRecorded: number; readonly to: number; readonly known: number; readonly limit: number };

const farthestMs = 8_640_000_000_000_000;

export const spanOf = ({ from, to, known, first, after }: HistoryQuery): Span => {
  const start = [from, after?.observedAt]
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1);
  return {
    from: start === undefined ? -farthestMs : msOfInstant(start),
    fromRecorded: after && after.observedAt === start ? msOfInstant(after.recordedAt) : -farthestMs,
    to: to === undefined ? farthestMs : msOfInstant(to),
    known: known === undefined ? farthestMs : msOfInstant(known),
    // the last one seen comes again and is left out, and one more tells whether more follow
    limit: first + 2,
  };
};

export const holdsTimes = ({ from, fromRecorded, to, known }: Span, observed: number, recorded: number): boolean =>
  (observed > from || (observed === from && recorded >= fromRecorded)) && observed <= to && recorded <= known;

type Bounds = Omit<HistoryQuery, 'first'>;

const isWithin = ({ observedAt, recordedAt }: Pick<Sample, 'observedAt' | 'recordedAt'>, { from, to, known }: Bounds): boolean =>
  (from === undefined || observedAt >= from) && (to === undefined || observedAt <= to) && (known === undefined || recordedAt <= known);

/** What the twin itself says where nothing else was ever said. */
export const standing = (twin: Twin | undefined, known: { readonly has: (series: string) => boolean }, query: Bounds): readonly Sample[] =>
  twin
    ? seriesOf(twin)
        .filter((series) => !known.has(series) && (query.series ?? series) === series && isWithin(standingTimes(twin, series), query))
        .flatMap((series) => standingSample(twin, series) ?? [])
    : [];

/** One sample more than asked for tells whether more follow. */
export const pageOf = (samples: readonly Sample[], first: number): SamplePage => {
  const last = samples[first - 1];
  const next = samples.length > first && last && { observedAt: last.observedAt, recordedAt: last.recordedAt, series: last.series };
  return { samples: samples.slice(0, first), ...(next && { next }) };
};
