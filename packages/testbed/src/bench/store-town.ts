/**
 * The town of the store's benchmark: twins on a grid, as many as are asked for, and how time is taken.
 */
import { setImmediate } from 'node:timers/promises';
import { type AgencyId, Authority, addMs, agencyIdOf, type Box, TermId, type TwinId, type TwinInput, twinIdOf } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { median } from './result.ts';

const batchTwins = 1_000;
const columns = 316;
const stepDegrees = 0.001;
/** 31 by 32 steps of the grid: about a thousand twins where the town has that many rows */
export const box: Box = [4.1, 45, 4.1305, 45.0315];

/** So many boxes of the same size stand beside one another. */
export const boxesMax = 9;
const boxDegrees = 0.034;
export const boxOf = (round: number): Box => [4.0005 + round * boxDegrees, 45, 4.031 + round * boxDegrees, 45.0315];

const authority = Authority.parse('bench.example');
export const agency: AgencyId = agencyIdOf(authority);
const kind = TermId.parse('city:Thing');
export const feeds = TermId.parse('city:feeds');
export const { clock } = systemDeps();
export const at = clock.now();

export const idOf = (index: number): TwinId => twinIdOf(authority, 'things', String(index));

/** Before everything that is looked back at. */
const begunMs = 8 * 86_400_000;
const roundMs = 4 * 3_600_000;

/** A twin as it is after some rounds: with each of them it is said anew, and two of its values change. */
export const twinOf = (index: number, round = 0): TwinInput => {
  const then = addMs(at, round * roundMs - begunMs);
  return {
    id: idOf(index),
    agency,
    kind,
    name: { en: `Thing ${index} of street ${index % 500}` },
    position: [4 + (index % columns) * stepDegrees, 45 + Math.floor(index / columns) * stepDegrees],
    provenance: { observedAt: then, recordedAt: then, source: agency },
    values: {
      'city:height': { value: ((index + round) % 50) / 2, unit: 'm' },
      'city:use': { value: (index + round) % 3 ? 'dwelling' : 'office' },
      'city:storeys': { value: index % 9 },
      'city:number': { value: index },
    },
  };
};

/** Milliseconds a round, the best of all: others share the machine. Each round begins in a turn of the event loop of its own, as a question from outside does. */
export const best = async (count: number, run: (round: number) => unknown): Promise<number> => {
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    await setImmediate();
    const from = clock.monotonicMs();
    await run(round);
    times.push(clock.monotonicMs() - from);
  }
  return Math.min(...times);
};

type Ways<N extends string> = Readonly<Record<N, (round: number) => unknown>>;

/** Milliseconds a round of each way, the median. They take turns, so that whatever else the machine does costs all of them alike; the first `warmings` are not counted. */
export const inTurns = async <N extends string>(
  ways: Ways<N>,
  { rounds, warmings = 0 }: { readonly rounds: number; readonly warmings?: number },
): Promise<Readonly<Record<N, number>>> => {
  const named = Object.entries<Ways<N>[N]>(ways).map(([name, run]) => ({ name, run, times: [] as number[] })); // branding: none yet
  for (let round = 0; round < warmings + rounds; round += 1)
    for (const { run, times } of named) {
      const ms = await best(1, () => run(round));
      if (round >= warmings) times.push(ms);
    }
  return Object.fromEntries(named.map(({ name, times }) => [name, median(times)])) as Record<N, number>; // branding: the names are those of the ways
};

/** Numbers of twins from one on, from the beginning again after the last. */
export const indices = (from: number, count: number, size: number): readonly number[] => Array.from({ length: count }, (_, index) => (from + index) % size);

export const batchesOf = (size: number): readonly (readonly number[])[] =>
  Array.from({ length: size / batchTwins }, (_, batch) => indices(batch * batchTwins, batchTwins, size));
