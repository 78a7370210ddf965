/**
 * Histogram: how many twins have which value of a property: equal steps for numbers, one bar a text for texts.
 */
import type { Values as Column } from '../../scene/staged.ts';

export type Bin = { readonly from: number; readonly to: number; readonly count: number };
export type Histogram = { readonly bins: readonly Bin[]; readonly min: number; readonly max: number; readonly known: number; readonly unknown: number };

export const binsDefault = 24;

const extent = (values: Float32Array): { readonly min: number; readonly max: number; readonly known: number } => {
  let [min, max, known] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    known += 1;
  }
  // nothing is one number here, whatever its sign
  return { min: min + 0, max: max + 0, known };
};

/** Undefined where no twin has a number. A value at the upper end is of the last bin. */
export const toHistogram = (values: Float32Array, bins: number = binsDefault): Histogram | undefined => {
  const { min, max, known } = extent(values);
  if (known === 0) return undefined;
  const count = max > min ? bins : 1;
  const width = (max - min) / count;
  const counts = new Uint32Array(count);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const at = width > 0 ? Math.min(count - 1, Math.floor((value - min) / width)) : 0;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const made = Array.from(counts, (found, at): Bin => ({ from: min + at * width, to: at === count - 1 ? max : min + (at + 1) * width, count: found }));
  return { bins: made, min, max, known, unknown: values.length - known };
};

export type Reach = readonly [from: number, to: number];

/** Of a hundred twins so many at each end may lie beyond the colours, where these would otherwise reach farther by that share. */
const [outlierShare, farShare] = [0.02, 0.25] as const;

/** How far colours reach: not to the few that lie far from all others, for whose sake these could not be told apart. */
export const reachWithout = (values: Float32Array, { min, max }: Pick<Histogram, 'min' | 'max'>): Reach => {
  const known = values.filter(Number.isFinite).sort();
  const at = (share: number): number => known[Math.round((known.length - 1) * share)] ?? Number.NaN;
  const [low, high] = [at(outlierShare), at(1 - outlierShare)];
  const far = (high - low) * farShare;
  return far > 0 ? [low - min > far ? low : min, max - high > far ? high : max] : [min, max];
};

export type Bar = { readonly text: string; readonly count: number };

/** Most frequent first, ties by text. */
export const toBars = ({ values, categories = [] }: Pick<Column, 'values' | 'categories'>): readonly Bar[] => {
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ text: (categories ?? [])[code] ?? '', count })).sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
};

/** A step for sliders over these numbers: a thousandth of them, as a power of ten. */
export const stepOf = ({ min, max }: Pick<Histogram, 'min' | 'max'>): number => (max > min ? 10 ** Math.floor(Math.log10((max - min) / 100)) : 1);
