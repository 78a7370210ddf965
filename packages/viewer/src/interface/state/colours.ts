/**
 * Colours: how far the colours of a property reach, by all that have it; and the value by which each twin is coloured, by what was heard of it last.
 */
import type { Colouring, LiveColumn, Values } from '../../scene/staged.ts';
import { toHistogram } from './histogram.ts';

export type Coloured = {
  readonly colouring: Extract<Colouring, { by: 'values' }>;
  readonly unit: string | undefined;
  readonly categories: readonly string[] | undefined;
  readonly known: number;
  readonly unknown: number;
};

type Heard = Pick<LiveColumn, 'values' | 'categories' | 'unit'>;

/** Numbers on both sides of nothing are told apart from nothing on. */
const reachOf = (values: Float32Array, min: number, max: number): Coloured['colouring'] => {
  const isBothSides = min < 0 && max > 0;
  const far = Math.max(-min, max);
  return { by: 'values', values, from: isBothSides ? -far : min, to: isBothSides ? far : max, ramp: isBothSides ? 'diverging' : 'sequential' };
};

/** What is heard comes with numbers of its own for texts: texts are coloured by those. */
const inCodesOf = ({ values, categories = [] }: Values, wanted: readonly string[]): Float32Array => {
  const codes = (categories ?? []).map((text) => wanted.indexOf(text));
  return values.map((value) => {
    const code = codes[value] ?? -1;
    return code < 0 ? Number.NaN : code;
  });
};

/** `heard`: what comes of the twins in view; undefined where nothing is followed. Undefined where nothing can be coloured yet. */
export const toColoured = (all: Values, heard: Heard | undefined): Coloured | undefined => {
  const spread = toHistogram(all.values, 1);
  const categories = all.categories && (heard ? heard.categories : all.categories);
  if (!spread || (all.categories && !categories)) return undefined;
  const told = categories ? inCodesOf(all, categories) : all.values;
  const values = heard ? told.map((value, row) => (Number.isNaN(heard.values[row]) ? value : (heard.values[row] ?? value))) : told;
  const { min, max, known, unknown } = spread;
  const colouring: Coloured['colouring'] = categories
    ? { by: 'values', values, from: 0, to: Math.max(0, categories.length - 1), ramp: 'categories' }
    : reachOf(values, min, max);
  return { colouring, unit: all.unit, categories, known, unknown };
};
