/**
 * Tails: what is not folded of the series of a twin or a link, all of them as one text: whatever a change adds to a history is one property of one node.
 */
import { compareSamples, type Instant, instantOfMs, isSameJson, msOfInstant, type Said, type Sample } from '@cityweave/core';
import type { InstantOf, MsOf } from '../history/instants.ts';
import { joinSamples } from '../history/joined.ts';
import { type ChunkRow, rowsOfChunks, seriesKey } from './samples.ts';

/** When, how much later it was known, which of the forms of the text it has, and the number in it. */
type SampleText = readonly [observed: number, lag: number, form: number, value?: number];
type TailText = readonly [series: string, chunks: number, until: number, loose: boolean, samples: readonly SampleText[]];

/** A number is told beside it. */
type Form = Said | null;

/** Samples as they were read, and those that came since. Most of them are only written again. */
type Read = {
  readonly series: string;
  readonly forms: readonly Form[];
  readonly texts: readonly SampleText[];
  readonly more: readonly Sample[];
  readonly instantOf: InstantOf;
};

/** The end of a series, which holds its last sample always. */
export type Tail = {
  /** in their order; as they were read, until somebody asks */
  readonly held: readonly Sample[] | Read;
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
export const noTail: Tail = { held: [], chunks: 0, until: neverMs, loose: false };

const isRead = (held: Tail['held']): held is Read => !Array.isArray(held);

const sampleOf = ({ series, forms, instantOf }: Read, [observed, lag, at, value]: SampleText): Sample => {
  const form = forms[at];
  const times = { series, observedAt: instantOf(observed), recordedAt: instantOf(observed + lag) };
  return form ? { ...times, said: value === undefined ? form : { ...form, value } } : times;
};

export const samplesOfTail = ({ held }: Tail): readonly Sample[] => (isRead(held) ? [...held.texts.map((text) => sampleOf(held, text)), ...held.more] : held);

/** The last that was true and known by then; no other one is made. */
export const sampleOfTailAt = ({ held }: Tail, { valid, known }: { readonly valid: number; readonly known: number }): Sample | undefined => {
  const isBy = (observed: number, recorded: number): boolean => observed <= valid && recorded <= known;
  const lastIn = (samples: readonly Sample[]) => samples.findLast(({ observedAt, recordedAt }) => isBy(msOfInstant(observedAt), msOfInstant(recordedAt)));
  if (!isRead(held)) return lastIn(held);
  const text = held.texts.findLast(([observed, lag]) => isBy(observed, observed + lag));
  return lastIn(held.more) ?? (text && sampleOf(held, text));
};

/** Those that were observed at one of some times; no other one is made. */
export const samplesOfTailThen = ({ held }: Tail, times: ReadonlySet<Instant>): readonly Sample[] => {
  const isThen = ({ observedAt }: Sample): boolean => times.has(observedAt);
  if (!isRead(held)) return held.filter(isThen);
  const ms = new Set([...times].map(msOfInstant));
  const read = held.texts.flatMap((text) => (ms.has(text[0]) ? [sampleOf(held, text)] : []));
  return [...read, ...held.more.filter(isThen)];
};

export const lastOf = (tail: Tail | undefined): Sample | undefined => {
  if (!tail || !isRead(tail.held)) return tail && samplesOfTail(tail).at(-1);
  const text = tail.held.texts.at(-1);
  return tail.held.more.at(-1) ?? (text && sampleOf(tail.held, text));
};

export const sizeOf = ({ held }: Tail): number => (isRead(held) ? held.texts.length + held.more.length : held.length);

const isLater = (samples: readonly Sample[], last: Sample | undefined): boolean =>
  samples.every((sample, at) => {
    const before = samples[at - 1] ?? last;
    return before === undefined || compareSamples(before, sample) < 0;
  });

const continued = (held: Tail['held'], samples: readonly Sample[]): Tail['held'] =>
  isRead(held) ? { ...held, more: [...held.more, ...samples] } : [...held, ...samples];

type Gained = { readonly series: string; readonly samples: readonly Sample[] };

export const withSamples = (past: Past, gained: readonly Gained[]): Past => {
  const tails = new Map(past);
  for (const { series, samples } of gained) {
    const tail = tails.get(series) ?? noTail;
    tails.set(series, { ...tail, held: isLater(samples, lastOf(tail)) ? continued(tail.held, samples) : joinSamples(samplesOfTail(tail), samples) });
  }
  return tails;
};

/** What is said of one sensor is the same but for the number. */
const formOf = (said: Said | undefined): readonly [form: Form, number?: number] => {
  if (typeof said?.value !== 'number') return [said ?? null];
  const { value, ...form } = said;
  return [form as Said, value]; // branding: a form of numbers
};

/** Forms by their places, each once. What is said was often said lately. */
const createForms = (kept: readonly Form[]) => {
  const forms = [...kept];
  let places: Map<string, number> | undefined;
  const placeOf = (form: Form, lately: readonly SampleText[] = []): number => {
    const said = lately.findLast(([, , at]) => isSameJson(forms[at], form));
    if (said) return said[2];
    places ??= new Map(forms.map((one, at) => [JSON.stringify(one), at]));
    const text = JSON.stringify(form);
    const at = places.get(text) ?? forms.push(form) - 1;
    places.set(text, at);
    return at;
  };
  return { forms, placeOf };
};

type Writing = { readonly placeOf: ReturnType<typeof createForms>['placeOf']; readonly msOf: MsOf };

const sampleText = ({ observedAt, recordedAt, said }: Sample, { placeOf, msOf }: Writing, lately?: readonly SampleText[]): SampleText => {
  const [observed, [form, ...number]] = [msOf(observedAt), formOf(said)];
  return [observed, msOf(recordedAt) - observed, placeOf(form, lately), ...number];
};

/** The forms of the text from which all of them were read: their places stay. Of other tails forms may be left that nobody says any more. */
const formsOf = (tails: readonly Tail[]): readonly Form[] | undefined => {
  const [{ held } = noTail] = tails;
  return isRead(held) && tails.every((tail) => isRead(tail.held) && tail.held.forms === held.forms) ? held.forms : undefined;
};

const latelySaid = 4;

const encodePast = (past: Past, msOf: MsOf): string => {
  const kept = formsOf([...past.values()]);
  const { forms, placeOf } = createForms(kept ?? []);
  const textsOf = (tail: Tail): readonly SampleText[] => {
    const { held } = tail;
    if (!kept || !isRead(held)) return samplesOfTail(tail).map((sample) => sampleText(sample, { placeOf, msOf }));
    const lately = held.texts.slice(-latelySaid);
    return held.more.length === 0 ? held.texts : [...held.texts, ...held.more.map((sample) => sampleText(sample, { placeOf, msOf }, lately))];
  };
  const tails = [...past].map(([series, tail]): TailText => [series, tail.chunks, tail.until, tail.loose, textsOf(tail)]);
  return JSON.stringify([forms, tails]);
};

/** Names of series that are searched, and of those that have chunks: both hardly ever become others. */
const lists: Readonly<Record<string, (past: Past) => readonly string[]>> = {
  names: (past) => [...past.keys()],
  chunked: (past) => [...past].flatMap(([series, { chunks }]) => (chunks > 0 ? [series] : [])),
};

const isSameList = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, at) => name === b[at]);

type Kept = { readonly before?: Past | undefined; readonly msOf?: MsOf };

/** What its node is to be given, where it had `before`. Who writes many pasts together reads their times once. */
export const rowOfPast = (id: string, past: Past, { before = noPast, msOf = msOfInstant }: Kept = {}) => {
  const changed = Object.entries(lists).flatMap(([list, of]) => (isSameList(of(past), of(before)) ? [] : [[list, of(past)]]));
  return { id, properties: { doc: encodePast(past, msOf), ...Object.fromEntries(changed) } };
};

/** Many pasts have the same times: who reads them together spells them once. */
export const decodePast = (text: string, instantOf: InstantOf = instantOfMs): Past => {
  const [forms, tails]: readonly [readonly Form[], readonly TailText[]] = JSON.parse(text);
  return new Map(tails.map(([series, chunks, until, loose, texts]) => [series, { held: { series, forms, texts, more: [], instantOf }, chunks, until, loose }]));
};

/** A tail that is longer is written anew too often: all but its last sample goes into loose chunks. */
const tailSamplesMax = 64;

const spillTail = (key: string, tail: Tail): { readonly tail: Tail; readonly chunks: readonly ChunkRow[] } => {
  if (sizeOf(tail) <= tailSamplesMax) return { tail, chunks: [] };
  const samples = samplesOfTail(tail);
  const spilled = samples.slice(0, -1);
  const chunks = rowsOfChunks(key, spilled, { made: tail.chunks, loose: true });
  const until = Math.max(tail.until, ...spilled.slice(-1).map(({ observedAt }) => msOfInstant(observedAt)));
  return { tail: { held: samples.slice(-1), chunks: tail.chunks + chunks.length, until, loose: true }, chunks };
};

/** A past as it is kept, and the chunks that are made of what was too much. */
export const spillPast = (id: string, past: Past): { readonly past: Past; readonly chunks: readonly ChunkRow[] } => {
  if ([...past.values()].every((tail) => sizeOf(tail) <= tailSamplesMax)) return { past, chunks: [] };
  const spilled = [...past].map(([series, tail]) => [series, spillTail(seriesKey(id, series), tail)] as const);
  return { past: new Map(spilled.map(([series, { tail }]) => [series, tail])), chunks: spilled.flatMap(([, { chunks }]) => chunks) };
};
