/**
 * Simulate: many histories, one after the other, each from its seed. A seed that fails is shrunk and told as a transcript; the last line says how many held.
 */
import { parseArgs } from 'node:util';
import { runHistory } from './history.ts';
import { invariants } from './invariants.ts';
import { planOf } from './plan.ts';
import { shrink } from './shrink.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const usage = 'Usage: simulate [--seeds N] [--from S] [--trace]: N histories (100) from seed S (0) on; --trace tells each of them line by line.\n';

type Range = { readonly seeds: number; readonly from: number; readonly trace: boolean };

const wholeNumber = (text: string | undefined, otherwise: number): number | undefined =>
  text === undefined ? otherwise : /^\d{1,9}$/.test(text) ? Number(text) : undefined;

const readArguments = (): Range | undefined => {
  try {
    const { values } = parseArgs({ options: { seeds: { type: 'string' }, from: { type: 'string' }, trace: { type: 'boolean' } } });
    const [seeds, from] = [wholeNumber(values.seeds, 100), wholeNumber(values.from, 0)];
    return seeds === undefined || from === undefined || seeds < 1 ? undefined : { seeds, from, trace: values.trace ?? false };
  } catch {
    return undefined;
  }
};

const tellFailure = async (seed: string, name: string): Promise<void> => {
  const invariant = invariants.find((one) => one.name === name);
  const least = invariant && (await shrink(planOf(seed), invariant));
  if (!least) return;
  const { policies, noise, needs, acts } = least.plan;
  say(`${least.outcome.lines.join('\n')}\n${invariant.claim}\nthe plan that is left: ${JSON.stringify({ needs, policies, noise, acts })}`);
};

const simulate = async ({ seeds, from, trace }: Range): Promise<number> => {
  const failed: string[] = [];
  let messages = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = await runHistory(planOf(String(seed)), invariants);
    messages += outcome.messages;
    if (trace) say(outcome.lines.join('\n'));
    if (process.stderr.isTTY) process.stderr.write(`\r${seed - from + 1} of ${seeds}, ${failed.length} failed `);
    if (!outcome.violation) continue;
    const { invariant, atMs, found } = outcome.violation;
    failed.push(String(seed));
    say(`seed ${seed}: ${invariant} at ${Math.round(atMs)} ms: ${found}`);
    await tellFailure(String(seed), invariant);
  }
  if (failed.length > 0) say(`failed: ${failed.join(' ')}`);
  say(`${seeds - failed.length} of ${seeds} histories held, ${messages} messages`);
  return failed.length > 0 ? 1 : 0;
};

const range = readArguments();
if (range) process.exitCode = await simulate(range);
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
