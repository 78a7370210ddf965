/**
 * Fuzz on demand: for so many minutes, from a seed; tells each failure with what was sent, and ends with how many cases held.
 */
import { parseArgs } from 'node:util';
import { systemDeps } from '@cityweave/server';
import { fuzzOnce } from './fuzz.ts';
import { createSubject } from './subject.ts';

const usage = 'Usage: fuzz [--minutes M] [--seed S]: for M minutes (1), cases of seed S (now).\n';
const shownMax = 2_000;

const readArguments = (): { readonly minutes: number; readonly seed: string } | undefined => {
  try {
    const { values } = parseArgs({ options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } } });
    const minutes = Number(values.minutes);
    return minutes > 0 ? { minutes, seed: values.seed ?? systemDeps().clock.now() } : undefined;
  } catch {
    return undefined;
  }
};

const fuzz = async ({ minutes, seed }: { readonly minutes: number; readonly seed: string }): Promise<number> => {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  await using subject = await createSubject();
  const { monotonicMs } = systemDeps().clock;
  const end = monotonicMs() + minutes * 60_000;
  let [cases, failed] = [0, 0];
  for (; monotonicMs() < end; cases += 1) {
    const failure = await fuzzOnce(subject, seed, cases);
    if (process.stderr.isTTY) process.stderr.write(`\r${cases + 1} cases, ${failed} failed `);
    if (!failure) continue;
    failed += 1;
    const { method, address, headers, body = '' } = failure.sent;
    say(`seed ${seed}, case ${failure.case}: ${failure.found}\n  ${method} ${address} ${JSON.stringify(headers)}\n  ${body.toString().slice(0, shownMax)}`);
  }
  say(`${cases - failed} of ${cases} cases of seed ${seed} held`);
  return failed > 0 ? 1 : 0;
};

const given = readArguments();
if (given) process.exitCode = await fuzz(given);
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}
