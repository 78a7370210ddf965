/**
 * Chunk: some hundred samples of one series as few bytes: columns of differences, what is said beside the number once, deflated.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { assert, instantOfMs, msOfInstant, type Said, type Sample } from '@cityweave/core';

export const chunkSamplesMax = 512;

/** What a chunk says of itself without being read. */
export type Chunk = { readonly first: number; readonly last: number; readonly known: number; readonly samples: number; readonly bytes: Uint8Array };

type Writer = { readonly parts: number[] };
type Reader = { readonly bytes: Uint8Array; at: number };

/** Base 128, lowest first; arithmetic instead of bits, as numbers go up to 2^53. */
const putVarint = ({ parts }: Writer, value: number): void => {
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) parts.push((left % 128) + 128);
  parts.push(left);
};

const takeVarint = (from: Reader): number => {
  let byte = from.bytes[from.at++] ?? 0;
  if (byte < 128) return byte;
  let value = byte - 128;
  for (let factor = 128; ; factor *= 128) {
    byte = from.bytes[from.at++] ?? 0;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
};

/** So many of them, unread. */
const skipVarints = (from: Reader, count: number): void => {
  const { bytes } = from;
  let { at } = from;
  for (let left = count; left > 0; at += 1) if ((bytes[at] ?? 0) < 128) left -= 1;
  from.at = at;
};

/** Signs in the lowest place, so that small differences are short either way. */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
/** Most are small enough for bits. */
const unzigzag = (value: number): number => (value < 2 ** 31 ? (value >> 1) ^ -(value & 1) : value % 2 === 0 ? value / 2 : -(value + 1) / 2);

const putDifferences = (to: Writer, values: readonly number[]): void => {
  let before = 0;
  for (const value of values) {
    putVarint(to, zigzag(value - before));
    before = value;
  }
};

const takeDifferences = (from: Reader, count: number): Float64Array => {
  const values = new Float64Array(count);
  let before = 0;
  for (let index = 0; index < count; index += 1) {
    before += unzigzag(takeVarint(from));
    values[index] = before;
  }
  return values;
};

/** Steps of a regular clock are equal, so that their differences vanish. */
const toSteps = (times: readonly number[]): readonly number[] => times.map((time, index) => (index === 0 ? time : time - (times[index - 1] ?? 0)));

const fromSteps = (steps: Float64Array): Float64Array => {
  for (let index = 1; index < steps.length; index += 1) steps[index] = (steps[index] ?? 0) + (steps[index - 1] ?? 0);
  return steps;
};

const decimalsMax = 9;
/** two of them and a sign fit in 2^53 */
const wholeMax = 2 ** 50;

const isWholeAt =
  (decimals: number) =>
  (value: number): boolean => {
    const whole = Math.round(value * 10 ** decimals);
    return Math.abs(whole) < wholeMax && whole / 10 ** decimals === value;
  };

/** How many decimals make all of them whole; undefined where none does. */
const decimalsOf = (numbers: readonly number[]): number | undefined => {
  for (let decimals = 0; decimals <= decimalsMax; decimals += 1) if (numbers.every(isWholeAt(decimals))) return decimals;
  return undefined;
};

const asFloats = decimalsMax + 1;

const putNumbers = (to: Writer, numbers: readonly number[]): void => {
  const decimals = decimalsOf(numbers);
  putVarint(to, decimals ?? asFloats);
  if (decimals === undefined) for (const byte of new Uint8Array(Float64Array.from(numbers).buffer)) to.parts.push(byte);
  else
    putDifferences(
      to,
      numbers.map((value) => Math.round(value * 10 ** decimals)),
    );
};

/** Each of them when it is asked for. */
const takeNumbers = (from: Reader, count: number): ((index: number) => number) => {
  const decimals = takeVarint(from);
  if (decimals !== asFloats) {
    const [wholes, factor] = [takeDifferences(from, count), 10 ** decimals];
    return (index) => (wholes[index] ?? 0) / factor;
  }
  const bytes = Uint8Array.from(from.bytes.subarray(from.at, from.at + 8 * count));
  const floats = new Float64Array(bytes.buffer);
  return (index) => floats[index] ?? 0;
};

/** What is said without its number, in the form in which equal ones are equal text. */
const formOf = (said: Said | undefined): string => {
  if (!said) return 'null';
  const { value, ...rest } = said;
  return JSON.stringify(typeof value === 'number' ? rest : [rest, value]);
};

const saidOf = (form: unknown, next: () => number): Said | undefined => {
  if (form === null) return undefined;
  if (!Array.isArray(form)) return { ...(form as Omit<Said, 'value'>), value: next() }; // branding: written by formOf
  const [rest, value] = form as [Omit<Said, 'value'>, Said['value']]; // branding: written by formOf
  return { ...rest, value };
};

const putText = (to: Writer, text: string): void => {
  const bytes = Buffer.from(text);
  putVarint(to, bytes.length);
  for (const byte of bytes) to.parts.push(byte);
};

const takeText = (from: Reader): string => {
  const length = takeVarint(from);
  from.at += length;
  return Buffer.from(from.bytes.subarray(from.at - length, from.at)).toString('utf8');
};

/** Samples of one series in the order of `compareSamples`. */
export const encodeChunk = (samples: readonly Sample[]): Chunk => {
  assert(samples.length > 0 && samples.length <= chunkSamplesMax, 'a chunk holds some samples, and no more than it may');
  const [observed, recorded] = [samples.map(({ observedAt }) => msOfInstant(observedAt)), samples.map(({ recordedAt }) => msOfInstant(recordedAt))];
  const forms = samples.map(({ said }) => formOf(said));
  const known = [...new Set(forms)];
  const places = new Map(known.map((form, index) => [form, index]));
  const to: Writer = { parts: [] };
  putVarint(to, samples.length);
  putDifferences(to, toSteps(observed));
  putDifferences(
    to,
    recorded.map((time, index) => time - (observed[index] ?? 0)),
  );
  putText(to, `[${known.join(',')}]`);
  for (const form of forms) putVarint(to, places.get(form) ?? 0);
  putNumbers(
    to,
    samples.flatMap(({ said }) => (typeof said?.value === 'number' ? [said.value] : [])),
  );
  const bytes = deflateRawSync(Uint8Array.from(to.parts), { level: 9 });
  return { first: observed[0] ?? 0, last: observed.at(-1) ?? 0, known: Math.min(...recorded), samples: samples.length, bytes };
};

/** A chunk that was opened: times in milliseconds, and each sample only when it is asked for. */
export type OpenChunk = { readonly observed: Float64Array; readonly recorded: Float64Array; readonly sample: (index: number) => Sample };

const isOfNumber = (form: unknown): boolean => form !== null && !Array.isArray(form);

/** Which form is said at each place, and which of the numbers. */
const takePlaces = (from: Reader, { count, forms }: { readonly count: number; readonly forms: readonly unknown[] }) => {
  const numbered = forms.map(isOfNumber);
  const [places, turns] = [new Uint32Array(count), new Uint32Array(count)];
  let numbers = 0;
  for (let index = 0; index < count; index += 1) {
    const place = takeVarint(from);
    places[index] = place;
    turns[index] = numbers;
    if (numbered[place]) numbers += 1;
  }
  return { places, turns, numbers };
};

/** Room for what is inflated: nearly every chunk comes out in one piece, and the platform's own size would be cleared and thrown away for each. */
const inflatedAtOnce = 4_096;

/** How many of them were not later. */
const countUntil = (times: Float64Array, until: number): number => {
  let count = times.length;
  while (count > 0 && (times[count - 1] ?? 0) > until) count -= 1;
  return count;
};

/** Of samples that were observed later than `until` nothing else is read. */
export const openChunk = (series: string, deflated: Uint8Array, until = Number.POSITIVE_INFINITY): OpenChunk => {
  const from: Reader = { bytes: inflateRawSync(deflated, { chunkSize: inflatedAtOnce }), at: 0 };
  const all = takeVarint(from);
  const times = fromSteps(takeDifferences(from, all));
  const count = countUntil(times, until);
  const observed = times.subarray(0, count);
  const recorded = takeDifferences(from, count);
  skipVarints(from, all - count);
  for (let index = 0; index < count; index += 1) recorded[index] = (recorded[index] ?? 0) + (observed[index] ?? 0);
  const forms: readonly unknown[] = JSON.parse(takeText(from));
  const { places, turns, numbers } = takePlaces(from, { count, forms });
  skipVarints(from, all - count);
  const numberAt = takeNumbers(from, numbers);
  const sample = (index: number): Sample => {
    const said = saidOf(forms[places[index] ?? 0], () => numberAt(turns[index] ?? 0));
    return { series, observedAt: instantOfMs(observed[index] ?? 0), recordedAt: instantOfMs(recorded[index] ?? 0), ...(said && { said }) };
  };
  return { observed, recorded, sample };
};

/** The last of the samples that were observed by a time that was known by another one: they stand in the order of `compareSamples`. */
export const sampleOfChunkAt = (
  series: string,
  deflated: Uint8Array,
  { valid, known }: { readonly valid: number; readonly known: number },
): Sample | undefined => {
  const { recorded, sample } = openChunk(series, deflated, valid);
  const last = recorded.findLastIndex((time) => time <= known);
  return last < 0 ? undefined : sample(last);
};

/** The samples that were observed at one of some times. */
export const samplesOfChunkThen = (series: string, deflated: Uint8Array, times: ReadonlySet<number>): readonly Sample[] => {
  const { observed, sample } = openChunk(series, deflated);
  return [...observed].flatMap((time, index) => (times.has(time) ? [sample(index)] : []));
};

export const decodeChunk = (series: string, deflated: Uint8Array): readonly Sample[] => {
  const { observed, sample } = openChunk(series, deflated);
  return Array.from(observed, (_, index) => sample(index));
};
