/**
 * Spark: a course of values as a line in a box, by time and by value.
 */
import type { Sample } from '../../graphql/answers.ts';

export type Spark = {
  readonly path: string;
  readonly min: number;
  readonly max: number;
  readonly since: string;
  readonly until: string;
  readonly count: number;
};

/** As many as one page of an answer holds. */
const samplesMax = 500;
const dayMs = 86_400_000;

/** From when, and of how much time one sample is enough; all of them where neither is said. */
export type Stretch = { readonly from?: string; readonly every?: string; readonly first: number };

/** Up to a value, thinned so that one answer holds all of it and not only how it began. */
export const stretchTo = (until: string, from: string): Stretch => {
  const seconds = (Date.parse(until) - Date.parse(from)) / 1_000;
  return { from, every: `PT${Math.max(1, Math.ceil(seconds / (samplesMax - 1)))}S`, first: samplesMax };
};

export const lastDay = (until: string): Stretch => stretchTo(until, new Date(Date.parse(until) - dayMs).toISOString());

/** Where there are not two of them, there is no course. */
export const oldestTwo: Stretch = { first: 2 };

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
  return { path, min, max, since: first.observedAt, until: last.observedAt, count: points.length };
};
