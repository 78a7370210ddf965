/**
 * Tails: what is not folded of the series of a twin or a link, all of them as one text: whatever a change adds to a history is one property of one node.
 */
import { compareSamples, instantOfMs, msOfInstant, type Said, type Sample } from '@cityweave/core';
import { type ChunkRow, rowsOfChunks, seriesKey, spotOf } from './samples.ts';

/** The end of a series, which holds its last sample always. */
export type Tail = {
  /** in their order */
  readonly samples: readonly Sample[];
  /** how many chunks were ever made of what came before: their numbers */
  readonly chunks: number;
  /** when the latest sample in a chunk was observed, in ms */
  readonly until: number;
  /** whether chunks may be loose: made because the tail was long, and not folded yet */
  readonly loose: boolean;
};

/** Tails by the names of their series. */
export type Past = ReadonlyMap<string, Tail>;

export const noPast: Past = new Map();

/** Before all times. */
export const neverMs = -8_640_000_000_000_001;
const noTail: Tail = { samples: [], chunks: 0, until: neverMs, loose: false };

/** Of two samples that are one the later given stays. */
export const joinSamples = (...given: readonly (readonly Sample[])[]): readonly Sample[] =>
  [...new Map(given.flat().map((sample) => [spotOf(sample), sample])).values()].toSorted(compareSamples);

export const withSamples = (past: Past, series: string, samples: readonly Sample[]): Past => {
  const tail = past.get(series) ?? noTail;
  return new Map(past).set(series, { ...tail, samples: joinSamples(tail.samples, samples) });
};

/** When, how much later it was known, which of the forms of the text it has, and the number in it. */
type SampleText = readonly [observed: number, lag: number, form: number, value?: number];
type TailText = readonly [series: string, chunks: number, until: number, loose: boolean, samples: readonly SampleText[]];

/** What is said of one sensor is the same but for the number. */
const formOf = (said: Said | undefined): string => {
  if (typeof said?.value !== 'number') return JSON.stringify(said ?? null);
  const { value, ...rest } = said;
  return JSON.stringify(rest);
};

const encodePast = (past: Past): string => {
  const forms = new Map<string, number>();
  const place = (form: string): number => {
    const known = forms.get(form) ?? forms.size;
    forms.set(form, known);
    return known;
  };
  const sampleText = ({ observedAt, recordedAt, said }: Sample): SampleText => {
    const observed = msOfInstant(observedAt);
    const spot = [observed, msOfInstant(recordedAt) - observed, place(formOf(said))] as const;
    return typeof said?.value === 'number' ? [...spot, said.value] : spot;
  };
  const tails = [...past].map(([series, { samples, chunks, until, loose }]): TailText => [series, chunks, until, loose, samples.map(sampleText)]);
  return `[[${[...forms.keys()].join(',')}],${JSON.stringify(tails)}]`;
};

export const rowOfPast = (id: string, past: Past) => ({ id, names: [...past.keys()], doc: encodePast(past) });

type Form = Said | null;

export const decodePast = (text: string): Past => {
  const [forms, tails]: readonly [readonly Form[], readonly TailText[]] = JSON.parse(text);
  const sampleOf = (series: string, [observed, lag, at, value]: SampleText): Sample => {
    const form = forms[at];
    const times = { series, observedAt: instantOfMs(observed), recordedAt: instantOfMs(observed + lag) };
    return form ? { ...times, said: value === undefined ? form : { ...form, value } } : times;
  };
  return new Map(
    tails.map(([series, chunks, until, loose, samples]) => [series, { chunks, until, loose, samples: samples.map((one) => sampleOf(series, one)) }]),
  );
};

/** A tail that is longer is written anew too often: all but its last sample goes into loose chunks. */
const tailSamplesMax = 64;

const spillTail = (key: string, tail: Tail): { readonly tail: Tail; readonly chunks: readonly ChunkRow[] } => {
  if (tail.samples.length <= tailSamplesMax) return { tail, chunks: [] };
  const spilled = tail.samples.slice(0, -1);
  const chunks = rowsOfChunks(key, spilled, { made: tail.chunks, loose: true });
  const until = Math.max(tail.until, ...spilled.slice(-1).map(({ observedAt }) => msOfInstant(observedAt)));
  return { tail: { samples: tail.samples.slice(-1), chunks: tail.chunks + chunks.length, until, loose: true }, chunks };
};

/** A past as it is kept, and the chunks that are made of what was too much. */
export const spillPast = (id: string, past: Past): { readonly past: Past; readonly chunks: readonly ChunkRow[] } => {
  const spilled = [...past].map(([series, tail]) => [series, spillTail(seriesKey(id, series), tail)] as const);
  return { past: new Map(spilled.map(([series, { tail }]) => [series, tail])), chunks: spilled.flatMap(([, { chunks }]) => chunks) };
};
