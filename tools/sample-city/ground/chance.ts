/**
 * Chance from a seed: the same numbers in every run, so that the sample city is the same city each time it is made.
 */

export type Chance = {
  /** 0 up to, not including, 1 */
  readonly next: () => number;
  readonly between: (least: number, most: number) => number;
  /** both ends included */
  readonly whole: (least: number, most: number) => number;
  readonly pick: <T>(first: T, ...others: readonly T[]) => T;
  readonly happens: (share: number) => boolean;
};

const mulberry32 = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A stream of its own for each subject, so that a change to one part of the city leaves the others as they are. */
export const createChance = (seed: number, subject: string): Chance => {
  const own = [...subject].reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), seed);
  const next = mulberry32(own);
  const between = (least: number, most: number) => least + next() * (most - least);
  return {
    next,
    between,
    whole: (least, most) => Math.floor(between(least, most + 1)),
    pick: (first, ...others) => [first, ...others][Math.floor(next() * (others.length + 1))] ?? first,
    happens: (share) => next() < share,
  };
};
