/**
 * Spark: a course of values as a line in a box, by time and by value.
 */
import type { Sample } from '../../graphql/answers.ts';

export type Spark = { readonly path: string; readonly min: number; readonly max: number; readonly since: string; readonly count: number };

type Point = { readonly at: number; readonly value: number; readonly observedAt: string };

/** A value observed twice was corrected: the later one stands. */
const pointsOf = (samples: readonly Sample[]): readonly Point[] => {
  const byTime = new Map<string, Point>();
  for (const { number, observedAt } of samples) {
    const at = Date.parse(observedAt);
    if (number !== null && Number.isFinite(number) && !Number.isNaN(at)) byTime.set(observedAt, { at, value: number, observedAt });
  }
  return [...byTime.values()].sort((a, b) => a.at - b.at);
};

const tenth = (value: number): number => Math.round(value * 10) / 10;

/** Undefined where there is no course: fewer than two values. */
export const toSpark = (samples: readonly Sample[], { width, height }: { readonly width: number; readonly height: number }): Spark | undefined => {
  const points = pointsOf(samples);
  const [first, last] = [points[0], points.at(-1)];
  if (!(first && last) || points.length < 2) return undefined;
  const values = points.map(({ value }) => value);
  const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const x = (at: number): number => tenth(((at - first.at) / (last.at - first.at)) * width);
  const y = (value: number): number => tenth(max > min ? height - ((value - min) / (max - min)) * height : height / 2);
  const path = points.map(({ at, value }, index) => `${index === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('');
  return { path, min, max, since: first.observedAt, count: points.length };
};
