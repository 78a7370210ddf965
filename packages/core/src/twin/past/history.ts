/**
 * History: what was true when (`observedAt`) and what was known when (`recordedAt`), of properties, place and the twin itself, as samples in series.
 * The last sample of a series, by observation, then by record, is what stands; stores keep samples, these functions say which.
 */
import { z } from 'zod';
import { compareText } from '../../ground/id.ts';
import { Instant } from '../../ground/instant.ts';
import { isSameJson } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import type { TwinInput } from '../twin.ts';
import { type Reading, Value, type ValueFlag, valueOf } from '../value.ts';

/** Series beside those of properties, which are named by their terms: where the twin is, and that it is there, with kind and names. */
export const placeSeries = '@place';
export const twinSeries = '@twin';

/** What is said, without its times: those are the sample's. */
export const Said = Value.omit({ observedAt: true, recordedAt: true });
export type Said = z.infer<typeof Said>;

/** One entry of a series: holds from `observedAt` on, as far as was known from `recordedAt` on. Without `said` the property, the place or the twin was gone. */
export const Sample = z.object({ series: z.string(), observedAt: Instant, recordedAt: Instant, said: Said.optional() });
export type Sample = z.infer<typeof Sample>;

/** Where a sample stands in the order in which history is told. */
export const SampleKey = Sample.pick({ series: true, observedAt: true, recordedAt: true });
export type SampleKey = z.infer<typeof SampleKey>;

/** A part of a twin's history: of one series or of all, observed from `from` to `to`, both included, as far as was known at `known`. */
export const HistoryQuery = z.strictObject({
  series: z.string().max(limits.termCharactersMax).optional(),
  from: Instant.optional(),
  to: Instant.optional(),
  known: Instant.optional(),
  /** one sample of each series in so many milliseconds at most, the last of them: `thinSamples` */
  everyMs: z.int().positive().optional(),
  first: z.int().min(0).max(limits.pageMax),
  /** the last sample seen */
  after: SampleKey.optional(),
});
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** Samples in the order of `compareSamples`; `next` is there where more follow. */
export const SamplePage = z.object({ samples: z.array(Sample).readonly(), next: SampleKey.optional() });
export type SamplePage = z.infer<typeof SamplePage>;

/** A moment on both axes: what was true at `valid`, as far as it was known at `known`. */
export const Moment = z.strictObject({ valid: Instant, known: Instant });
export type Moment = z.infer<typeof Moment>;

/** By observation, then by record, then by series: the order in which history is told. Two samples that are equal here are one, and the later given stands. */
export const compareSamples = (a: SampleKey, b: SampleKey): number =>
  compareText(a.observedAt, b.observedAt) || compareText(a.recordedAt, b.recordedAt) || compareText(a.series, b.series);

/** Whether it was true and known by then. */
export const isBy = ({ observedAt, recordedAt }: Pick<Sample, 'observedAt' | 'recordedAt'>, { valid, known }: Moment): boolean =>
  observedAt <= valid && recordedAt <= known;

/** The sample of one series that held at a moment. */
export const sampleAt = (samples: Iterable<Sample>, moment: Moment): Sample | undefined => {
  let found: Sample | undefined;
  for (const sample of samples) if (isBy(sample, moment) && (!found || compareSamples(sample, found) >= 0)) found = sample;
  return found;
};

type Stated = Pick<TwinInput, 'provenance' | 'values' | 'position' | 'footprint' | 'agency' | 'kind' | 'name' | 'altIds' | 'objectOfInterest'>;

const toSample = (series: string, { observedAt, recordedAt, ...said }: Value): Sample => ({ series, observedAt, recordedAt, said });

/** Of parts those that there are. */
const framed = (parts: object, { provenance }: Stated): Value =>
  valueOf({ value: Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) }, provenance);

const placeValue = (twin: Stated): Value | undefined =>
  twin.position || twin.footprint ? framed({ position: twin.position, footprint: twin.footprint }, twin) : undefined;

const twinValue = (twin: Stated): Value =>
  framed({ agency: twin.agency, kind: twin.kind, name: twin.name, altIds: twin.altIds, objectOfInterest: twin.objectOfInterest }, twin);

const readingOf = (twin: Stated, term: string): Reading | undefined => (Object.hasOwn(twin.values, term) ? twin.values[term] : undefined);

const valueIn = (twin: Stated, series: string): Value | undefined => {
  if (series === placeSeries) return placeValue(twin);
  if (series === twinSeries) return twinValue(twin);
  const reading = readingOf(twin, series);
  return reading && valueOf(reading, twin.provenance);
};

/** What a twin says of a series now: the only sample of a series that never changed. */
export const standingSample = (twin: Stated, series: string): Sample | undefined => {
  const value = valueIn(twin, series);
  return value && toSample(series, value);
};

/** The times of that sample. */
export const standingTimes = (twin: Stated, series: string): Pick<Sample, 'observedAt' | 'recordedAt'> => {
  const reading = readingOf(twin, series);
  const { observedAt, recordedAt } = twin.provenance;
  return { observedAt: reading?.observedAt ?? observedAt, recordedAt: reading?.recordedAt ?? recordedAt };
};

export const seriesOf = (twin: Stated): readonly string[] => [
  twinSeries,
  ...(twin.position || twin.footprint ? [placeSeries] : []),
  ...Object.keys(twin.values),
];

export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

/** What a series gains: `begins` comes first where the store has no sample of it yet. */
export type Gained = { readonly series: string; readonly begins?: Sample | undefined; readonly samples: readonly Sample[] };

export type TwinChange = {
  readonly before?: Stated | undefined;
  readonly after?: Stated | undefined;
  readonly at: Instant;
  /** samples that came too late to stand */
  readonly late?: readonly Sample[] | undefined;
  /** when it came to where it is, where that is not what the twin's provenance says */
  readonly placedAt?: Instant | undefined;
};

/** Whether the store has samples of a series, the last of them, and those observed at some times: of two that are one, the later given. */
type Known = {
  readonly has: (series: string) => boolean;
  readonly last: (series: string) => Sample | undefined;
  readonly observed: (series: string, times: ReadonlySet<Instant>) => readonly Sample[];
};

const flagOf = ({ provenance }: Stated, reading?: Reading): ValueFlag => reading?.flag ?? provenance.flag ?? 'MEASURED';

const saysTheSame = (before: Stated, after: Stated, parts: readonly (keyof Stated)[]): boolean =>
  flagOf(before) === flagOf(after) && parts.every((part) => isSameJson(before[part], after[part]));

/** Who says it and where it comes from may change: that is the same value said again. */
const repeats = (before: Stated, after: Stated, series: string): boolean => {
  if (series === twinSeries) return saysTheSame(before, after, ['agency', 'kind', 'name', 'altIds', 'objectOfInterest']);
  if (series === placeSeries) return saysTheSame(before, after, ['position', 'footprint']);
  const [old, now] = [readingOf(before, series), readingOf(after, series)];
  if (!old || !now) return !(old || now);
  const isTimedAnew = now.observedAt !== undefined && now.observedAt !== standingTimes(before, series).observedAt;
  const isAsBefore = old.unit === now.unit && old.datum === now.datum && flagOf(before, old) === flagOf(after, now);
  return !isTimedAnew && isAsBefore && isSameJson(old.value, now.value);
};

/** What takes the place of a sample observed later stands from that one's time on as well: a correction. */
const afterLast = (sample: Sample, last: Sample, at: Instant): readonly Sample[] =>
  compareSamples(sample, last) >= 0 ? [sample] : [sample, { ...sample, observedAt: last.observedAt, recordedAt: later(at, last.recordedAt) }];

const gone = (series: string, { observedAt, recordedAt }: Sample, at: Instant): Sample => ({
  series,
  observedAt: later(at, observedAt),
  recordedAt: later(at, recordedAt),
});

/** One series in a change: what stood, where the store has no sample of it, and the last sample that it has. */
type Turn = {
  readonly change: TwinChange;
  readonly series: string;
  readonly old: Sample | undefined;
  readonly last: Sample | undefined;
};

const givenBy = ({ change: { after, at, placedAt }, series }: Turn): Sample | undefined => {
  const now = after && standingSample(after, series);
  return now && placedAt !== undefined && series === placeSeries ? { ...now, observedAt: placedAt, recordedAt: at } : now;
};

const changedBy = (turn: Turn): readonly Sample[] => {
  const { series, old, last = old } = turn;
  const { before, after, at, late = [] } = turn.change;
  if (before && after && repeats(before, after, series)) return [];
  const given = givenBy(turn);
  if (last) return given ? afterLast(given, last, at) : [gone(series, last, at)];
  return given && late.some((sample) => sample.series === series) ? [given] : [];
};

const isSameTime = (before: Stated, after: Stated, series: string): boolean => {
  const [old, now] = [standingTimes(before, series), standingTimes(after, series)];
  return old.observedAt === now.observedAt && old.recordedAt === now.recordedAt;
};

/** The same value said again at another time: the twin forgets since when it holds, so history has to know, unless it does. */
const rests = ({ before, after }: TwinChange, series: string, known: Known): boolean =>
  before !== undefined && after !== undefined && repeats(before, after, series) && (isSameTime(before, after, series) || known.has(series));

/** Of samples that come late those that say something: not what was already known of that time when they were recorded. */
const untold = (late: readonly Sample[], last: Sample | undefined, { observed }: Pick<Known, 'observed'>): readonly Sample[] => {
  if (late.length === 0) return late;
  const times = new Set(late.flatMap(({ observedAt }) => (last && observedAt <= last.observedAt ? [observedAt] : [])));
  const told = Map.groupBy(times.size > 0 && last ? observed(last.series, times) : [], ({ observedAt }) => observedAt);
  return late.filter((sample) => {
    const { observedAt, recordedAt } = sample;
    const said = told.get(observedAt) ?? [];
    const before = sampleAt(said, { valid: observedAt, known: recordedAt });
    const isTold = before !== undefined && isSameJson(before.said, sample.said);
    if (!isTold) told.set(observedAt, [...said, sample]);
    return !isTold;
  });
};

const gainedBy = (change: TwinChange, series: string, known: Known): readonly Gained[] => {
  const given = (change.late ?? []).filter((sample) => sample.series === series);
  const isAtRest = rests(change, series, known);
  if (given.length === 0 && isAtRest) return [];
  const last = known.last(series);
  const late = untold(given, last, known);
  if (late.length === 0 && isAtRest) return [];
  const old = last || !change.before ? undefined : standingSample(change.before, series);
  const samples = [...late, ...changedBy({ change, series, old, last })];
  return samples.length === 0 && !old ? [] : [{ series, begins: old, samples }];
};

/** What history gains when a twin is put, changed or deleted. A value that is only said again gains nothing; where the twin says all there is to say, a series has no samples of its own. */
export const samplesOfChange = (change: TwinChange, known: Known): readonly Gained[] => {
  const { before, after } = change;
  const all = new Set([...(before ? seriesOf(before) : []), ...(after ? seriesOf(after) : [])]);
  return [...all].flatMap((series) => gainedBy(change, series, known));
};

/** Readings of the values of a twin, null where one is taken away; `samples` are more of them in any order. What was observed before what stands goes to the history only. */
export type TwinPatch = {
  readonly values: Readonly<Record<string, Reading | null>>;
  readonly samples?: Readonly<Record<string, readonly Reading[]>> | undefined;
  readonly position?: TwinInput['position'];
  /** when it came to `position`; the time of the change where absent */
  readonly placedAt?: Instant | undefined;
};

/** A value that says when it was true never gives way to one that was true earlier, or that was recorded earlier of the same time. */
const isLate = (given: Reading, standing: Reading | undefined): boolean => {
  if (given.observedAt === undefined || standing?.observedAt === undefined) return false;
  const order = compareText(given.observedAt, standing.observedAt);
  return order < 0 || (order === 0 && given.recordedAt !== undefined && standing.recordedAt !== undefined && given.recordedAt < standing.recordedAt);
};

const readingsOf = ({ values, samples }: TwinPatch, term: string): readonly Reading[] => {
  const [given, more] = [values[term], samples && Object.hasOwn(samples, term) ? samples[term] : undefined];
  return [...(more ?? []), ...(given && Object.hasOwn(values, term) ? [given] : [])];
};

type Patching = { readonly standing: Reading | undefined; readonly provenance: TwinInput['provenance']; readonly at: Instant };

/** The same said of the same time: known since it was said first. */
const isSaidAgain = (timed: Reading, stands: Reading | undefined, { provenance }: Pick<Patching, 'provenance'>): boolean => {
  if (timed.observedAt !== (stands?.observedAt ?? provenance.observedAt) || !stands) return false;
  const [{ recordedAt: _again, ...again }, { recordedAt: _first, ...first }] = [valueOf(timed, provenance), valueOf(stands, provenance)];
  return isSameJson(again, first);
};

const patchTerm = (
  given: readonly Reading[],
  { standing, provenance, at }: Patching,
): { readonly stands: Reading | undefined; readonly late: readonly Reading[] } => {
  let stands = standing;
  const late: Reading[] = [];
  for (const reading of given) {
    const timed = { ...reading, observedAt: reading.observedAt ?? at, recordedAt: reading.recordedAt ?? at };
    if (isLate(reading, stands)) late.push(timed);
    else if (!isSaidAgain(timed, stands, { provenance })) {
      if (stands && stands !== standing) late.push(stands);
      stands = timed;
    }
  }
  return { stands, late };
};

/** `after` is the very twin that was there where the patch takes nothing from it and tells nothing that stands. */
export type Patched = { readonly after: TwinInput; readonly late: readonly Sample[] };

const patchValues = (before: TwinInput, patch: TwinPatch, at: Instant): { readonly values: ReadonlyMap<string, Reading>; readonly late: readonly Sample[] } => {
  const { provenance } = before;
  const late: Sample[] = [];
  const values = new Map(Object.entries(before.values));
  for (const [term, reading] of Object.entries(patch.values)) if (reading === null) values.delete(term);
  for (const term of new Set([...Object.keys(patch.values), ...Object.keys(patch.samples ?? {})])) {
    const patched = patchTerm(readingsOf(patch, term), { standing: values.get(term), provenance, at });
    if (patched.stands) values.set(term, patched.stands);
    late.push(...patched.late.map((reading) => toSample(term, valueOf(reading, provenance))));
  }
  return { values, late };
};

const isSameMap = (values: ReadonlyMap<string, Reading>, before: TwinInput): boolean =>
  values.size === Object.keys(before.values).length && [...values].every(([term, reading]) => readingOf(before, term) === reading);

/** A twin as a patch leaves it, and the samples that came too late to stand. A reading that tells no times has those of the patch. */
export const patchTwin = (before: TwinInput, patch: TwinPatch, at: Instant): Patched => {
  const { values, late } = patchValues(before, patch, at);
  const moves = patch.position !== undefined && !isSameJson(patch.position, before.position);
  if (!moves && isSameMap(values, before)) return { after: before, late };
  return { after: { ...before, values: Object.fromEntries(values), ...(patch.position && { position: patch.position }) }, late };
};
