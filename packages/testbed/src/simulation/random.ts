/**
 * Random: numbers that look like chance and are the same for the same seed (mulberry32). Whatever a history leaves to chance comes from here.
 */
export type Random = {
  /** at least 0, less than 1 */
  readonly next: () => number;
  readonly chance: (probability: number) => boolean;
  /** a whole number, both ends included */
  readonly between: (from: number, to: number) => number;
  readonly pick: <T>(list: readonly [T, ...T[]]) => T;
  readonly uuid: () => string;
  /** another row of numbers, of its own: what is taken from it moves nothing here */
  readonly fork: (name: string) => Random;
};

const hashOf = (text: string): number => {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  return hash >>> 0;
};

export const createRandom = (seed: string): Random => {
  let state = hashOf(seed);
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const hex = (digits: number): string => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('');
  return {
    next,
    chance: (probability) => next() < probability,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: ([first, ...more]) => [first, ...more][Math.floor(next() * (more.length + 1))] ?? first,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    fork: (name) => createRandom(`${seed} ${name}`),
  };
};
