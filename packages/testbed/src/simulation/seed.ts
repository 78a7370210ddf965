/**
 * Seed: the history of one seed, as a thread of many is asked for it; one that fails is shrunk to what matters before it is told.
 */
import { runHistory } from './history.ts';
import { invariants } from './invariants.ts';
import { planOf } from './plan.ts';
import { shrink } from './shrink.ts';
import type { Violation } from './stage.ts';

export type SeedTask = { readonly seed: string; readonly trace: boolean };

export type SeedOutcome = { readonly seed: string; readonly messages: number; readonly failed: boolean; readonly lines: readonly string[] };

const linesOfFailure = async (seed: string, { invariant: name, atMs, found }: Violation): Promise<readonly string[]> => {
  const said = `seed ${seed}: ${name} at ${Math.round(atMs)} ms: ${found}`;
  const invariant = invariants.find((one) => one.name === name);
  const least = invariant && (await shrink(planOf(seed), invariant));
  if (!least) return [said];
  const { policies, noise, needs, acts } = least.plan;
  return [said, ...least.outcome.lines, invariant.claim, `the plan that is left: ${JSON.stringify({ needs, policies, noise, acts })}`];
};

export const runSeed = async ({ seed, trace }: SeedTask): Promise<SeedOutcome> => {
  const { violation, messages, lines } = await runHistory(planOf(seed), invariants);
  const failure = violation ? await linesOfFailure(seed, violation) : [];
  return { seed, messages, failed: violation !== undefined, lines: [...(trace ? lines : []), ...failure] };
};
