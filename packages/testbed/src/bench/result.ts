/**
 * Result: one figure of a benchmark, beside that of its peer or floor from the same run.
 */
export type BenchResult = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** the peer or the floor, measured in the same run */
  readonly against?: string;
  readonly againstValue?: number;
  /** ours to theirs, so that more than 1 is better for us */
  readonly ratio?: number;
  readonly budget?: number;
  readonly ok?: boolean;
};

/** The ratio, and whether the budget is kept, as they follow from the figures. */
export const toResult = (given: Omit<BenchResult, 'ratio' | 'ok'>): BenchResult => {
  const { value, better, againstValue, budget } = given;
  return {
    ...given,
    ...(againstValue !== undefined && { ratio: better === 'higher' ? value / againstValue : againstValue / value }),
    ...(budget !== undefined && { ok: better === 'higher' ? value >= budget : value <= budget }),
  };
};

/** What a floor allows beside an absolute budget, in the unit of the figure: the stricter of both counts. */
export const withinFloor = (given: BenchResult, times: number): BenchResult => {
  const { better, againstValue = Number.NaN, budget } = given;
  const allowed = better === 'higher' ? againstValue / times : againstValue * times;
  const both = [allowed, ...(budget === undefined ? [] : [budget])];
  return toResult({ ...given, budget: better === 'higher' ? Math.max(...both) : Math.min(...both) });
};

/** Nearest rank: of times, `share` lie below it. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

export const median = (values: readonly number[]): number => percentile(values, 0.5);
