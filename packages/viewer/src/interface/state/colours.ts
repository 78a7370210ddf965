/**
 * Colours: how far the colours of a property reach, by all that have it; and the value by which each twin is coloured, by what was heard of it last.
 */
import type { Colouring, LiveColumn, Values } from '../../scene/staged.ts';
import type { IsMeant } from './drawn.ts';
import { type Reach, reachWithout, toHistogram } from './histogram.ts';

export type Coloured = {
  readonly colouring: Extract<Colouring, { by: 'values' }>;
  readonly unit: string | undefined;
  readonly categories: readonly string[] | undefined;
  /** the least and the most of all that are meant: the colours may not reach as far */
  readonly min: number;
  readonly max: number;
  readonly known: number;
  readonly unknown: number;
};

type Heard = Pick<LiveColumn, 'values' | 'categories' | 'unit'>;

/** The values of those twins alone that the filter means. */
const meantOf = (values: Float32Array, isMeant: IsMeant | undefined): Float32Array => (isMeant ? values.filter((_, row) => isMeant(row)) : values);

/** Fewer than these on the other side of nothing do not make two sides of it. */
const sideShare = 0.02;

const shareOf = (values: Float32Array, is: (value: number) => boolean): number => {
  const known = values.filter(Number.isFinite);
  return known.filter(is).length / known.length;
};

/** Without the side of nothing on which hardly any lies. */
const withoutFew = (values: Float32Array, [from, to]: Reach): Reach => {
  if (!(from < 0 && to > 0)) return [from, to];
  if (shareOf(values, (value) => value < 0) < sideShare) return [0, to];
  return shareOf(values, (value) => value > 0) < sideShare ? [from, 0] : [from, to];
};

/** Numbers on both sides of nothing are told apart from nothing on. */
const reachOf = (values: Float32Array, [from, to]: Reach): Coloured['colouring'] => {
  const isBothSides = from < 0 && to > 0;
  const far = Math.max(-from, to);
  return { by: 'values', values, from: isBothSides ? -far : from, to: isBothSides ? far : to, ramp: isBothSides ? 'diverging' : 'sequential' };
};

/** What is heard comes with numbers of its own for texts: texts are coloured by those. */
const inCodesOf = ({ values, categories = [] }: Values, wanted: readonly string[]): Float32Array => {
  const codes = (categories ?? []).map((text) => wanted.indexOf(text));
  return values.map((value) => {
    const code = codes[value] ?? -1;
    return code < 0 ? Number.NaN : code;
  });
};

type Basis = {
  readonly all: Values;
  /** what comes of the twins in view; undefined where nothing is followed */
  readonly heard?: Heard | undefined;
  readonly isMeant?: IsMeant | undefined;
};

/** Undefined where nothing can be coloured yet. Where none of those that are meant has a value, the colours are those of all. */
export const toColoured = ({ all, heard, isMeant }: Basis): Coloured | undefined => {
  const meant = meantOf(all.values, isMeant);
  const own = toHistogram(meant, 1);
  const spread = own ?? toHistogram(all.values, 1);
  const categories = all.categories && (heard ? heard.categories : all.categories);
  if (!spread || (all.categories && !categories)) return undefined;
  const told = categories ? inCodesOf(all, categories) : all.values;
  const values = heard ? told.map((value, row) => (Number.isNaN(heard.values[row]) ? value : (heard.values[row] ?? value))) : told;
  const spanned = own ? meant : all.values;
  const colouring: Coloured['colouring'] = categories
    ? { by: 'values', values, from: 0, to: Math.max(0, categories.length - 1), ramp: 'categories' }
    : reachOf(values, withoutFew(spanned, reachWithout(spanned, spread)));
  const [{ min, max }, known] = [spread, own?.known ?? 0];
  return { colouring, unit: all.unit, categories, min, max, known, unknown: meant.length - known };
};
