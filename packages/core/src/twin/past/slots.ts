/**
 * Slots: values of one series brought into a grid of times that several twins share, so that they can be compared: what was measured, worked out, carried or is missing.
 */
import { z } from 'zod';
import { Instant, instantOfMs, msOfDuration, msOfInstant } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { convert } from '../../ground/quantity.ts';
import { Duration } from '../feature-information.ts';
import type { QuantityNature, Term } from '../semantic-dictionary.ts';
import { ValueFlag } from '../value.ts';
import type { Sample } from './history.ts';

/** How the values within a slot become one; `linear` works out what lies between two. */
export const AlignMethod = z.enum(['last', 'nearest', 'mean', 'sum', 'min', 'max', 'linear']);
export type AlignMethod = z.infer<typeof AlignMethod>;

/** The k-th slot is from `epoch` + k × `slot` on, up to the next one. */
export const Alignment = z.strictObject({
  epoch: Instant,
  slot: Duration,
  /** by the nature of the property where absent: `methodOf` */
  method: AlignMethod.optional(),
  /** a value that is older than this is missing, never carried */
  maxAge: Duration.optional(),
  /** UCUM code in which numbers are wanted; what cannot be converted is missing */
  unit: z.string().optional(),
  /** what is learnt more than so many slots after its own takes the place of nothing there; `lateSlotsDefault` where absent */
  lateSlots: z.int().min(0).optional(),
});
export type Alignment = z.infer<typeof Alignment>;

const methodsByNature = { rate: 'mean', count: 'sum', state: 'last' } as const satisfies Record<QuantityNature, AlignMethod>;

/** How values of a property become one where nobody says it. */
export const methodOf = (term: Term | undefined): AlignMethod => methodsByNature[term?.nature ?? 'state'];

/** One slot of the grid; `age` in seconds at its end, of the newest value that went into it; `revisedAt`: when it was written anew, by what was learnt after its end. */
export const SlotValue = z.object({
  slot: z.int(),
  at: Instant,
  value: z.json().optional(),
  flag: ValueFlag,
  age: z.number().optional(),
  revisedAt: Instant.optional(),
});
export type SlotValue = z.infer<typeof SlotValue>;

type Point = { readonly ms: number; readonly value: unknown; readonly flag: ValueFlag };
type Grid = {
  readonly epochMs: number;
  readonly slotMs: number;
  readonly method: AlignMethod;
  readonly maxAgeMs: number;
  readonly lateMaxMs: number;
};

const inUnit = (value: unknown, from: string | undefined, to: string | undefined): unknown => {
  if (typeof value !== 'number' || to === undefined || from === to) return value;
  const converted = from === undefined ? undefined : convert(value, from, to);
  return converted?.ok ? converted.value : undefined;
};

const pointOf = ({ observedAt, said }: Sample, unit: string | undefined): readonly Point[] => {
  const value = said && said.flag !== 'MISSING' ? inUnit(said.value, said.unit, unit) : undefined;
  return value === undefined ? [] : [{ ms: msOfInstant(observedAt), value, flag: said?.flag ?? 'MEASURED' }];
};

/** What was said of each moment last, which stands. */
const standing = (samples: readonly Sample[]): readonly Sample[] => [...new Map(samples.map((sample) => [sample.observedAt, sample])).values()];

/** A sample, the slot that it belongs to, and how long after the end of that it was learnt; negative where it was in time. */
type Placed = { readonly sample: Sample; readonly slot: number; readonly lateMs: number };

const slotOf = ({ epochMs, slotMs }: Grid, at: Instant): number => Math.floor((msOfInstant(at) - epochMs) / slotMs);

const place = (sample: Sample, grid: Grid): Placed => {
  const slot = slotOf(grid, sample.observedAt);
  return { sample, slot, lateMs: msOfInstant(sample.recordedAt) - (grid.epochMs + (slot + 1) * grid.slotMs) };
};

/** What is learnt too late changes nothing of a slot of which something was known by then; it fills one of which nothing was. */
const counting = (placed: readonly Placed[], { lateMaxMs }: Grid): readonly Placed[] => {
  const known = new Set(placed.flatMap(({ slot, lateMs }) => (lateMs <= lateMaxMs ? [slot] : [])));
  return placed.filter(({ slot, lateMs }) => lateMs <= lateMaxMs || !known.has(slot));
};

/** When each slot was written anew last. */
const revisionsOf = (placed: readonly Placed[]): ReadonlyMap<number, Instant> => {
  const revisions = new Map<number, Instant>();
  for (const { slot, lateMs, sample } of placed) if (lateMs >= 0 && sample.recordedAt > (revisions.get(slot) ?? '')) revisions.set(slot, sample.recordedAt);
  return revisions;
};

const gridOf = ({ epoch, slot, method, maxAge, lateSlots = limits.lateSlotsDefault }: Alignment, term?: Term): Grid => {
  const slotMs = Math.max(1, msOfDuration(slot) ?? 1);
  const maxAgeMs = maxAge === undefined ? Number.POSITIVE_INFINITY : (msOfDuration(maxAge) ?? 0);
  return { epochMs: msOfInstant(epoch), slotMs, method: method ?? methodOf(term), maxAgeMs, lateMaxMs: lateSlots * slotMs };
};

const folds: Readonly<Record<'mean' | 'sum' | 'min' | 'max', (numbers: readonly number[]) => number>> = {
  mean: (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length,
  sum: (numbers) => numbers.reduce((sum, one) => sum + one, 0),
  min: (numbers) => Math.min(...numbers),
  max: (numbers) => Math.max(...numbers),
};

const isFold = (method: AlignMethod): method is keyof typeof folds => method in folds;

type Slot = { readonly slot: number; readonly fromMs: number; readonly toMs: number };
type Made = Pick<SlotValue, 'value' | 'flag'> & { readonly newestMs: number };

/** Of values within the slot. */
const within = (points: readonly Point[], { fromMs, toMs }: Slot, { method }: Grid): Made | undefined => {
  const inside = points.filter(({ ms }) => ms >= fromMs && ms < toMs);
  const last = inside.at(-1);
  if (!last) return undefined;
  const numbers = inside.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  if (isFold(method) && numbers.length === inside.length) return { value: folds[method](numbers), flag: last.flag, newestMs: last.ms };
  const middle = (fromMs + toMs) / 2;
  const nearest = inside.reduce((best, point) => (Math.abs(point.ms - middle) < Math.abs(best.ms - middle) ? point : best), last);
  const chosen = method === 'nearest' ? nearest : last;
  return { value: z.json().parse(chosen.value), flag: chosen.flag, newestMs: chosen.ms };
};

/** Between the value before and the one after, at the middle of the slot. */
const between = (before: Point | undefined, after: Point | undefined, { fromMs, toMs }: Slot): Made | undefined => {
  if (typeof before?.value !== 'number' || typeof after?.value !== 'number') return undefined;
  const share = ((fromMs + toMs) / 2 - before.ms) / (after.ms - before.ms);
  return { value: before.value + share * (after.value - before.value), flag: 'INTERPOLATED', newestMs: before.ms };
};

/** What stands in a slot in which nothing was said: worked out, or carried; sums count only what came. */
const outside = (points: readonly Point[], slot: Slot, grid: Grid): Made | undefined => {
  const before = points.findLast(({ ms }) => ms < slot.fromMs);
  if (grid.method === 'linear')
    return between(
      before,
      points.find(({ ms }) => ms >= slot.toMs),
      slot,
    );
  return before && grid.method !== 'sum' ? { value: z.json().parse(before.value), flag: 'CARRIED', newestMs: before.ms } : undefined;
};

type Known = { readonly points: readonly Point[]; readonly revisions: ReadonlyMap<number, Instant>; readonly grid: Grid };

const slotAt = ({ points, revisions, grid }: Known, k: number): SlotValue => {
  const fromMs = grid.epochMs + k * grid.slotMs;
  const slot = { slot: k, fromMs, toMs: fromMs + grid.slotMs };
  const made = within(points, slot, grid) ?? outside(points, slot, grid);
  const age = made && (slot.toMs - made.newestMs) / 1000;
  const revisedAt = revisions.get(k);
  const named = { slot: k, at: instantOfMs(fromMs), ...(revisedAt && { revisedAt }) };
  if (!made || age === undefined || age * 1000 > grid.maxAgeMs) return { ...named, flag: 'MISSING' };
  return { ...named, value: made.value, flag: made.flag, age };
};

/** The start of the slot that a moment is in. */
export const slotStart = (alignment: Alignment, at: Instant): Instant => {
  const grid = gridOf(alignment);
  return instantOfMs(grid.epochMs + slotOf(grid, at) * grid.slotMs);
};

/** From the slot of `from` to the one of `to`; `term` describes the series, where a dictionary has it. */
export type AlignedPeriod = { readonly from: Instant; readonly to: Instant; readonly term?: Term | undefined };

/** `slotsBeyond`: the period has more slots than are told. */
export type AlignedSlots = { readonly slots: SlotValue[]; readonly slotsBeyond?: true };

/** The samples that are looked at: the last `slotSamplesMax` before the first slot, and the first so many from there on, with the one after them. */
const looked = (placed: readonly Placed[], first: number): { readonly within: readonly Placed[]; readonly beyond: Placed | undefined } => {
  const most = limits.slotSamplesMax;
  const from = placed.findIndex(({ slot }) => slot >= first);
  const begin = from < 0 ? placed.length : from;
  return { within: placed.slice(Math.max(0, begin - most), begin + most + 1), beyond: placed[begin + most] };
};

/**
 * The slots of a period, each once, in order; samples of one series, in the order of history. Of a period with more than `slotsMax` slots, or with
 * more than `slotSamplesMax` samples, the slots up to there are told: those of which all is known.
 */
export const alignSamples = (samples: readonly Sample[], alignment: Alignment, { from, to, term }: AlignedPeriod): AlignedSlots => {
  const grid = gridOf(alignment, term);
  const [first, last] = [slotOf(grid, from), slotOf(grid, to)];
  const placed = samples.map((sample) => place(sample, grid));
  const { within, beyond } = looked(placed, first);
  const counted = counting(within, grid);
  const points = standing(counted.map(({ sample }) => sample)).flatMap((sample) => pointOf(sample, alignment.unit));
  const wanted = Math.max(0, last - first + 1);
  const many = Math.min(limits.slotsMax, wanted, (beyond?.slot ?? Number.POSITIVE_INFINITY) - first);
  const known = { points, revisions: revisionsOf(counted), grid };
  return { slots: Array.from({ length: many }, (_, at) => slotAt(known, first + at)), ...(many < wanted && { slotsBeyond: true }) };
};
