/**
 * Shrink: a plan under which an invariant does not hold, with everything left out that does not matter to that.
 */
import { type Outcome, runHistory } from './history.ts';
import type { Invariant } from './invariant.ts';
import type { Plan } from './plan.ts';
import { noNoise } from './wires.ts';

export const shrinkRunsMax = 60;

/** The same plan with one thing less, the larger things first. */
function* smaller(plan: Plan): Generator<Plan> {
  const half = Math.ceil(plan.acts.length / 2);
  if (plan.acts.length > 2) yield { ...plan, acts: plan.acts.slice(half) };
  if (plan.acts.length > 2) yield { ...plan, acts: plan.acts.slice(0, half) };
  if (plan.noise.lost + plan.noise.repeated + plan.noise.slow > 0) yield { ...plan, noise: noNoise };
  for (const at of plan.acts.keys()) yield { ...plan, acts: plan.acts.filter((_, other) => other !== at) };
  if (Object.keys(plan.policies).length > 0) yield { ...plan, policies: {} };
}

const fails = async (plan: Plan, invariant: Invariant): Promise<Outcome | undefined> => {
  const outcome = await runHistory(plan, [invariant]);
  return outcome.violation && outcome;
};

/** The smallest that was found, and its history. */
export const shrink = async (plan: Plan, invariant: Invariant): Promise<{ readonly plan: Plan; readonly outcome: Outcome } | undefined> => {
  const first = await fails(plan, invariant);
  if (!first) return undefined;
  let least = { plan, outcome: first };
  let candidates = smaller(plan);
  for (let runs = 0; runs < shrinkRunsMax; runs += 1) {
    const tried = candidates.next();
    if (tried.done) break;
    const outcome = await fails(tried.value, invariant);
    if (!outcome) continue;
    least = { plan: tried.value, outcome };
    candidates = smaller(least.plan);
  }
  return least;
};
