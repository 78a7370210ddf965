/**
 * Simulate: many histories, each from its seed, as many at a time as there are processors. What failed is told as a transcript; the last line says how many held.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Piscina } from 'piscina';
import type { SeedOutcome, SeedTask } from './seed.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const usage =
  'Usage: simulate [--seeds N] [--from S] [--threads T] [--trace]: N histories (100) from seed S (0) on, T at a time; --trace tells each of them line by line.\n';

type Range = { readonly seeds: number; readonly from: number; readonly threads: number; readonly trace: boolean };

const wholeNumber = (text: string | undefined, otherwise: number): number | undefined =>
  text === undefined ? otherwise : /^\d{1,9}$/.test(text) ? Number(text) : undefined;

const readArguments = (): Range | undefined => {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { seeds: text, from: text, threads: text, trace: { type: 'boolean' } } });
    const [seeds, from] = [wholeNumber(values.seeds, 100), wholeNumber(values.from, 0)];
    const threads = wholeNumber(values.threads, availableParallelism());
    return seeds && from !== undefined && threads ? { seeds, from, threads, trace: values.trace ?? false } : undefined;
  } catch {
    return undefined;
  }
};

const simulate = async ({ seeds, from, threads, trace }: Range): Promise<number> => {
  await using pool = new Piscina({ filename: new URL('./seed.ts', import.meta.url).href, name: 'runSeed', minThreads: threads, maxThreads: threads });
  const failed: string[] = [];
  let [next, done, messages] = [from, 0, 0];
  const tell = ({ seed, lines, ...outcome }: SeedOutcome): void => {
    [done, messages] = [done + 1, messages + outcome.messages];
    if (outcome.failed) failed.push(seed);
    if (lines.length > 0) say(lines.join('\n'));
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${seeds}, ${failed.length} failed `);
  };
  const lane = async (): Promise<void> => {
    while (next < from + seeds) {
      const task: SeedTask = { seed: String(next++), trace };
      tell(await pool.run(task));
    }
  };
  await Promise.all(Array.from({ length: threads }, lane));
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
