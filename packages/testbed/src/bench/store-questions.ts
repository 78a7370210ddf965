/**
 * Store questions: what every store is asked, and from where in the town; each suite sets beside them what its own floor answers.
 */
import { TermId, type TwinId } from '@cityweave/core';
import type { TwinStore } from '@cityweave/server';
import { type BenchResult, withinFloor } from './result.ts';
import { best, box, idOf, inTurns } from './store-town.ts';

type Asked = (round: number) => Promise<unknown>;
export type Compared = {
  readonly ours: Asked;
  readonly theirs: (round: number) => unknown;
  /** where it is asked less often: `warmings` are not counted */
  readonly times?: { readonly rounds: number; readonly warmings: number };
};

/** How many times as long as its floor a read may take. */
export const floorTimesMax = 1.5;
/** what is compiled while it is asked would be measured too */
const usually = { rounds: 30, warmings: 30 };

type Judging = { readonly against: string; readonly budgetsMs?: Readonly<Record<string, number>> };

/** The medians of both, which take turns. */
export const compareInTurns = async (questions: Readonly<Record<string, Compared>>, { against, budgetsMs = {} }: Judging): Promise<BenchResult[]> => {
  const results: BenchResult[] = [];
  for (const [name, { ours, theirs, times = usually }] of Object.entries(questions)) {
    const ms = await inTurns({ ours, theirs }, times);
    const budget = budgetsMs[name];
    const figures = { name, value: ms.ours, unit: 'ms', better: 'lower' as const, against, againstValue: ms.theirs };
    results.push(withinFloor({ ...figures, ...(budget !== undefined && { budget }) }, floorTimesMax));
  }
  return results;
};

/** Another part of the town each time. */
const spreadOver =
  (size: number) =>
  (round: number, step: number): number =>
    (round * step) % size;

const threeHops = async (store: TwinStore, from: TwinId): Promise<number> => {
  const links = await store.traverse([from], { direction: 'both', depth: 3, limit: 10_000 });
  return new Set(links.flatMap((one) => [one.from, one.to])).size;
};

/** What a floor answers to the same; numbers are those of twins in the town. */
type FloorAnswers = {
  readonly count: () => unknown;
  readonly get: (at: number) => unknown;
  readonly property: (from: number) => unknown;
  readonly text: () => unknown;
  readonly hops: (at: number) => unknown;
  readonly feed: (since: number) => unknown;
};

export const hops = 'three hops both ways';

export const questionsOf = (store: TwinStore, floor: FloorAnswers, size: number): Readonly<Record<string, Compared>> => {
  const spread = spreadOver(size);
  const from = size / 2;
  const term = TermId.parse('city:number');
  const between = [
    { term, op: 'gte' as const, value: from },
    { term, op: 'lte' as const, value: from + 99 },
  ];
  return {
    'box of about 1,000 twins, counted': { ours: () => store.count({ box }), theirs: floor.count },
    'one twin by id': { ours: (round) => store.get([idOf(spread(round, 997))]), theirs: (round) => floor.get(spread(round, 997)) },
    '100 twins by a range of a property, without an index': {
      ours: () => store.find({ filter: { property: between }, first: 100 }),
      theirs: () => floor.property(from),
      times: { rounds: 9, warmings: 10 },
    },
    'first 100 twins of two words': { ours: () => store.find({ filter: { text: 'street 77' }, first: 100 }), theirs: floor.text },
    [hops]: { ours: (round) => threeHops(store, idOf(spread(round, 991))), theirs: (round) => floor.hops(spread(round, 991)) },
    '1,000 changes of the feed': { ours: (round) => store.changes(spread(round, 101), { limit: 1_000 }), theirs: (round) => floor.feed(spread(round, 101)) },
  };
};

/** Best first, as somebody types: one letter that a third of all twins have a word with, a word that all have, and words that few have. */
const typedTexts = ['d', 'street', 'street 77'] as const;

/** Beside nothing: what it costs to have more twins is all that is asked of them. */
const aloneOf = (store: TwinStore): Readonly<Record<string, () => Promise<unknown>>> => ({
  ...Object.fromEntries(
    typedTexts.map((text) => [
      `best 20 twins for the words "${text}"`,
      () => store.find({ filter: { text }, order: { by: { text }, descending: false }, first: 20 }),
    ]),
  ),
  'the links at one twin': () => store.adjacent([idOf(7)], { direction: 'both', limit: 100 }),
  'cells of a box of about 1,000 twins': () => store.cells({ box, level: 16 }),
});

/** The best of some rounds each. */
export const benchAlone = async (store: TwinStore): Promise<BenchResult[]> => {
  const results: BenchResult[] = [];
  for (const [name, ask] of Object.entries(aloneOf(store))) {
    const value = await best(usually.warmings + usually.rounds, ask);
    results.push({ name, value, unit: 'ms', better: 'lower' });
  }
  return results;
};
