/**
 * Fuzz on demand: for so long, from a seed; tells each failure with what was sent, and ends with how many cases held.
 */
import { parseArgs } from 'node:util';
import { systemDeps } from '@cityweave/server';
import { bindings, type FuzzBinding, fuzzOnce } from './fuzz.ts';
import { createSubject } from './subject.ts';

const usage = `Usage: fuzz [--hours H] [--minutes M] [--seconds S] [--binding ${Object.keys(bindings).join('|')}] [--seed SEED] [--case N]
  For so long (a minute), cases of a seed (now) over both bindings in turn, or over one; from case N on.
`;
const shownMax = 2_000;

type Wanted = { readonly forMs: number; readonly seed: string; readonly first: number; readonly over: readonly [FuzzBinding, ...FuzzBinding[]] };

const unitMs = { hours: 3_600_000, minutes: 60_000, seconds: 1_000 } as const;

const isBinding = (name: string): name is FuzzBinding => Object.hasOwn(bindings, name);

const readArguments = (): Wanted | undefined => {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { hours: text, minutes: text, seconds: text, seed: text, binding: text, case: { ...text, default: '0' } } });
    const { seed = systemDeps().clock.now(), binding } = values;
    const given = [
      values.hours && Number(values.hours) * unitMs.hours,
      values.minutes && Number(values.minutes) * unitMs.minutes,
      values.seconds && Number(values.seconds) * unitMs.seconds,
    ];
    const forMs = given.every((ms) => ms === undefined) ? unitMs.minutes : given.reduce<number>((sum, ms) => sum + Number(ms ?? 0), 0);
    const first = Number(values.case);
    if (!(forMs > 0) || !Number.isInteger(first) || (binding !== undefined && !isBinding(binding))) return undefined;
    return { forMs, seed, first, over: binding === undefined ? ['http', 'websocket'] : [binding] };
  } catch {
    return undefined;
  }
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const fuzz = async ({ forMs, seed, first, over: [one, other = one] }: Wanted): Promise<number> => {
  await using subject = await createSubject();
  const { monotonicMs } = systemDeps().clock;
  const end = monotonicMs() + forMs;
  let [number, failed] = [first, 0];
  for (; monotonicMs() < end; number += 1) {
    const over = number % 2 === 0 ? one : other;
    const failure = await fuzzOnce(subject, { seed, number, over });
    if (process.stderr.isTTY) process.stderr.write(`\r${number + 1 - first} cases, ${failed} failed `);
    if (!failure) continue;
    failed += 1;
    say(`seed ${seed}, case ${failure.case}, ${over}: ${failure.found}\n  ${failure.told.slice(0, shownMax)}`);
  }
  const cases = number - first;
  say(`${cases - failed} of ${cases} cases of seed ${seed} held`);
  return failed > 0 ? 1 : 0;
};

const given = readArguments();
if (given) process.exitCode = await fuzz(given);
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
