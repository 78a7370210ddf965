/**
 * Bench: runs one suite of benchmarks and prints its figures, each beside its peer or floor of the same run: a table, or one JSON object with `--json`. It ends with 1 where a budget is missed. `--quick` is for trials, `--million` takes the largest city, `--only` some contenders or stores, `--turns` of the viewer so many turns instead of three.
 */
import { cpus } from 'node:os';
import { systemDeps } from '@cityweave/server';
import type { BenchResult } from './result.ts';

/** Loaded when asked for: a suite may need peers that others do not. */
const suites: Readonly<Record<string, () => Promise<readonly BenchResult[]>>> = {
  import: async () => (await import('./import.ts')).benchImport(),
  store: async () => (await import('./stores.ts')).benchStores(),
  exchange: async () => (await import('./exchange.ts')).benchExchange(),
  federation: async () => (await import('./federation.ts')).benchFederation(),
  subscription: async () => (await import('./subscription.ts')).benchSubscription(),
  viewer: async () => (await import('./viewer.ts')).benchViewer(),
};

const digits = 4;

/** As many digits as say something; whole numbers beyond them. */
const figure = (value: number): string => (Math.abs(value) >= 10 ** (digits - 1) ? String(Math.round(value)) : String(Number(value.toPrecision(digits))));

const verdict = ({ ok, better, budget }: BenchResult): string =>
  ok === undefined || budget === undefined ? '' : `${ok ? 'kept' : 'MISSED'}: ${better === 'higher' ? 'at least' : 'at most'} ${figure(budget)}`;

const toRow = (result: BenchResult): readonly string[] => [
  result.name,
  `${figure(result.value)} ${result.unit}`,
  result.againstValue === undefined ? '' : `${figure(result.againstValue)} ${result.against ?? ''}`,
  result.ratio === undefined ? '' : `${figure(result.ratio)} x`,
  verdict(result),
];

const toTable = (results: readonly BenchResult[]): string => {
  const rows = [['what', 'value', 'against', 'ratio', 'budget'], ...results.map(toRow)];
  const widths = rows.reduce<readonly number[]>((wide, row) => row.map((cell, at) => Math.max(cell.length, wide[at] ?? 0)), []);
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const refuse = (found: string): void => {
  process.stderr.write(
    `${found}\nKnown suites: ${Object.keys(suites).join(', ')}. Usage: bench SUITE [--json] [--quick] [--million] [--only=NAME,NAME] [--turns=N]\n`,
  );
  process.exitCode = 2;
};

const run = async (suite: string, json: boolean): Promise<void> => {
  const at = systemDeps().clock.now();
  const results = (await suites[suite]?.()) ?? [];
  const about = { suite, at, node: process.version, cpus: cpus().length };
  const missed = results.filter(({ ok }) => ok === false).map(({ name }) => name);
  process.exitCode = missed.length > 0 ? 1 : 0;
  process.stdout.write(
    json ? `${JSON.stringify({ ...about, results, missed })}\n` : `${suite}, ${at}, Node ${about.node}, ${about.cpus} processors\n${toTable(results)}\n`,
  );
};

const given = process.argv.slice(2);
const options = ['--json', '--quick', '--million'];
/** A hundred turns are most of a day. */
const isOption = (word: string): boolean => options.includes(word) || word.startsWith('--only=') || /^--turns=([1-9]\d?|100)$/.test(word);
const [suite, ...more] = given.filter((word) => !isOption(word));
if (suite === undefined) refuse('Which suite?');
else if (!Object.hasOwn(suites, suite)) refuse(`No suite is called ${suite}.`);
else if (more.length > 0) refuse(`Not understood: ${more.join(' ')}.`);
else await run(suite, given.includes('--json'));
