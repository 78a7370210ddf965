/**
 * Benchmark of the federated query: three agencies, twenty objects, one field from each, beside Hive Gateway with the router runtime over
 * three subgraphs in the same run; and what becomes of an answer while one source hangs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '@cityweave/core';
import { startCityweave } from './federation/cityweave.ts';
import { type Contender, cpuSecondsOf } from './federation/contender.ts';
import { startHive } from './federation/hive.ts';
import { askWhileHung, type Outcome } from './federation/hung.ts';
import type { Job, Run } from './federation/load.ts';
import { startProgram } from './federation/program.ts';
import { type BenchResult, median, percentile, toResult } from './result.ts';

type Size = { readonly rounds: number; readonly warmUpMs: number; readonly measureMs: number };

const full: Size = { rounds: 3, warmUpMs: 3_000, measureMs: 6_000 };
/** for trials: the figures are not to be quoted */
const quick: Size = { rounds: 1, warmUpMs: 1_000, measureMs: 2_000 };

const connectionCounts = [16, 64] as const;
const budgetRatio = 2.5;
/** Compiled code is reached after some thousand questions, on either side alike. */
const firstWarmUpMs = 10_000;

type Measured = Run & { readonly cpuMsPerAnswer: number | undefined };

/** One run of the client in a process of its own; processor time counts the servers' warm-up and measurement by their share. */
const load = async (contender: Contender, job: Omit<Job, 'dialect' | 'url'>): Promise<Measured> => {
  const given: Job = { ...job, dialect: contender.dialect, url: contender.url };
  const before = cpuSecondsOf(contender);
  const client = await startProgram({
    name: 'client',
    file: join(import.meta.dirname, 'federation/load.ts'),
    args: ['run', JSON.stringify(given)],
    ready: /^\{"answers"/,
  });
  const after = cpuSecondsOf(contender);
  await client.stop();
  const run: Run = JSON.parse(client.line);
  assert(run.answers > 0, `${contender.name} answers: ${run.firstError ?? ''}`);
  const all = run.answersInAll;
  return { ...run, cpuMsPerAnswer: before === undefined || after === undefined ? undefined : ((after - before) * 1000) / all };
};

type Pair = { readonly ours: Contender; readonly theirs: Contender };
type Rounds = { readonly ours: readonly Measured[]; readonly theirs: readonly Measured[] };

/** Ours, theirs, ours, theirs: what else the machine does hits both. */
const interleave = async ({ ours, theirs }: Pair, connections: number, { rounds, warmUpMs, measureMs }: Size): Promise<Rounds> => {
  const found: { ours: Measured[]; theirs: Measured[] } = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round += 1) {
    const job = { connections, warmUpMs, measureMs, seed: round + 1 };
    found.ours.push(await load(ours, job));
    found.theirs.push(await load(theirs, job));
  }
  return found;
};

type Figure = { readonly name: string; readonly unit: string; readonly better: BenchResult['better']; readonly of: (run: Measured) => number };

const figures: readonly Figure[] = [
  { name: 'requests', unit: 'req/s', better: 'higher', of: ({ answers, seconds }) => answers / seconds },
  { name: 'half of the answers within', unit: 'ms', better: 'lower', of: ({ p50Ms }) => p50Ms },
  { name: '99 of 100 answers within', unit: 'ms', better: 'lower', of: ({ p99Ms }) => p99Ms },
  { name: 'processor time of all servers an answer', unit: 'ms', better: 'lower', of: ({ cpuMsPerAnswer }) => cpuMsPerAnswer ?? Number.NaN },
];

const toResults = (against: string, connections: number, { ours, theirs }: Rounds): readonly BenchResult[] => {
  const compared = figures.flatMap(({ name, unit, better, of }) => {
    const [value, againstValue] = [median(ours.map(of)), median(theirs.map(of))];
    if (Number.isNaN(value) || Number.isNaN(againstValue)) return [];
    const result = toResult({ name: `W1, ${connections} connections: ${name}`, value, unit, better, against, againstValue });
    return [unit === 'req/s' ? { ...result, budget: againstValue * budgetRatio, ok: value >= againstValue * budgetRatio } : result];
  });
  const errors = (runs: readonly Run[]): number => runs.reduce((sum, run) => sum + run.errors, 0);
  const wrong = { name: `W1, ${connections} connections: errors and wrong answers`, value: errors(ours), unit: 'answers', better: 'lower', budget: 0 } as const;
  return [...compared, { ...toResult(wrong), against, againstValue: errors(theirs) }];
};

const deadlineMs = 300;
/** the answer may come this much later: 5 % */
const answerMsMax = deadlineMs * 1.05;
const patienceMs = 5_000;
const halted = 'energy';

type Hung = { readonly ours: Outcome; readonly plain: Outcome; readonly tuned: Outcome };

const hungResults = ({ ours, plain, tuned }: Hung): readonly BenchResult[] => {
  const tail = (outcome: Outcome, at: number): number => percentile(outcome.times, at);
  const told = `one source hung, deadline ${deadlineMs} ms`;
  const asShipped = `Hive Gateway as it comes; ${patienceMs} ms: no answer until the client gave up`;
  const withTimeout = `Hive Gateway with a timeout of ${deadlineMs} ms for its sources`;
  const share = (name: string, of: (outcome: Outcome) => number): readonly BenchResult[] => [
    { name: `${told}: ${name}`, value: of(ours), unit: 'share', better: 'higher', against: withTimeout, againstValue: of(tuned), budget: 1, ok: of(ours) >= 1 },
  ];
  return [
    toResult({
      name: `${told}: half of the answers within`,
      value: tail(ours, 0.5),
      unit: 'ms',
      better: 'lower',
      against: asShipped,
      againstValue: tail(plain, 0.5),
    }),
    toResult({
      name: `${told}: 99 of 100 answers within`,
      value: tail(ours, 0.99),
      unit: 'ms',
      better: 'lower',
      against: asShipped,
      againstValue: tail(plain, 0.99),
      budget: answerMsMax,
    }),
    toResult({
      name: `${told}: 99 of 100 answers within`,
      value: tail(ours, 0.99),
      unit: 'ms',
      better: 'lower',
      against: withTimeout,
      againstValue: tail(tuned, 0.99),
      budget: answerMsMax,
    }),
    ...share('answers', ({ answered }) => answered),
    ...share("answers with all of the others' values", ({ complete }) => complete),
    ...share('answers that name the missing source', ({ named }) => named),
  ];
};

const benchHung = async (ours: Contender, theirs: Awaited<ReturnType<typeof startHive>>): Promise<readonly BenchResult[]> => {
  const hanging = { halted, width: 8, patienceMs } as const;
  const oursHung = await askWhileHung({ ...hanging, contender: ours, deadline: `PT${deadlineMs / 1000}S`, waves: 12 });
  const plain = await askWhileHung({ ...hanging, contender: theirs, waves: 1 });
  const tuned = await theirs.tuned(deadlineMs);
  try {
    return hungResults({ ours: oursHung, plain, tuned: await askWhileHung({ ...hanging, contender: tuned, waves: 12 }) });
  } finally {
    await tuned.stop();
  }
};

const benchPair = async (ours: Contender, theirs: Awaited<ReturnType<typeof startHive>>, size: Size): Promise<readonly BenchResult[]> => {
  const results: BenchResult[] = [];
  for (const contender of [ours, theirs])
    await load(contender, { connections: connectionCounts[0], warmUpMs: 0, measureMs: Math.min(firstWarmUpMs, size.measureMs * 2), seed: 99 });
  for (const connections of connectionCounts) results.push(...toResults(theirs.name, connections, await interleave({ ours, theirs }, connections, size)));
  return [...results, ...(await benchHung(ours, theirs))];
};

export const benchFederation = async (): Promise<readonly BenchResult[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'cityweave-bench-'));
  const size = process.argv.includes('--quick') ? quick : full;
  try {
    const theirs = await startHive(join(folder, 'hive'));
    try {
      const ours = await startCityweave(join(folder, 'city'));
      return await benchPair(ours, theirs, size).finally(() => ours.stop());
    } finally {
      await theirs.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
