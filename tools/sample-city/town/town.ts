/**
 * Town: Auenfurt on the Aune, whole: streets, blocks, buildings, greens, floods. What every agency sees a part of.
 */
import { createChance } from '../ground/chance.ts';
import { type BuiltTown, createBuiltTown } from './buildings.ts';
import { createFloods, type Flood } from './flood.ts';
import { createStreetNet, type StreetNet } from './street-net.ts';
import { createStreetPlan, type StreetPlan } from './streets.ts';
import { createTrees, type Tree } from './trees.ts';

export type Town = {
  readonly seed: number;
  readonly plan: StreetPlan;
  readonly net: StreetNet;
  readonly built: BuiltTown;
  readonly trees: readonly Tree[];
  readonly floods: readonly Flood[];
};

export const createTown = (seed: number): Town => {
  const plan = createStreetPlan(createChance(seed, 'streets'));
  const net = createStreetNet(plan, createChance(seed, 'street names'));
  const built = createBuiltTown(plan, net, seed);
  return { seed, plan, net, built, trees: createTrees(plan, built, { net, chance: createChance(seed, 'trees') }), floods: createFloods() };
};
