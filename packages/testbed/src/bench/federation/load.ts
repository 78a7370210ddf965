/**
 * Program: the client of a run, a process of its own. Each connection asks one question after the other, each another one, and compares every answer.
 */
import { Pool } from 'undici';
import { percentile } from '../result.ts';
import { type DialectName, dialects } from './dialect.ts';
import { createQuestions, isRight } from './workload.ts';

export type Job = {
  readonly dialect: DialectName;
  readonly url: string;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly seed: number;
};

/** What was measured after the warm-up; a wrong answer is an error too. */
export type Run = {
  readonly answers: number;
  /** with those of the warm-up */
  readonly answersInAll: number;
  readonly errors: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstError?: string;
};

type Asking = { readonly pool: Pool; readonly path: string; readonly job: Job; readonly ask: () => readonly string[] };

const askOnce = async ({ pool, path, job, ask }: Asking): Promise<string | undefined> => {
  const ids = ask();
  const { body, read } = dialects[job.dialect];
  const answer = await pool.request({ path, method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: body(ids) });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) return `status ${answer.statusCode}: ${text.slice(0, 500)}`;
  const { rows, errors } = read(text);
  return errors.length === 0 && isRight(ids, rows) ? undefined : `not as expected: ${text.slice(0, 500)}`;
};

const connectionLoop = async (asking: Asking, untilMs: number, note: (ms: number, error: string | undefined) => void): Promise<void> => {
  for (let from = performance.now(); from < untilMs; from = performance.now()) {
    const error = await askOnce(asking).catch((cause) => String(cause));
    note(performance.now() - from, error);
  }
};

const runFor = async (asking: Asking, ms: number): Promise<Run> => {
  const times: number[] = [];
  const errors: string[] = [];
  const from = performance.now();
  const note = (took: number, error: string | undefined) => (error === undefined ? times.push(took) : errors.push(error));
  await Promise.all(Array.from({ length: asking.job.connections }, () => connectionLoop(asking, from + ms, note)));
  const seconds = (performance.now() - from) / 1000;
  return {
    answers: times.length,
    answersInAll: times.length,
    errors: errors.length,
    seconds,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    ...(errors[0] && { firstError: errors[0] }),
  };
};

export const runJob = async (job: Job): Promise<Run> => {
  const url = new URL(job.url);
  const pool = new Pool(url.origin, { connections: job.connections, pipelining: 1 });
  const asking: Asking = { pool, path: url.pathname, job, ask: createQuestions(job.seed) };
  const warmUp = await runFor(asking, job.warmUpMs);
  const run = await runFor(asking, job.measureMs);
  await pool.close();
  return { ...run, answersInAll: warmUp.answers + run.answers };
};

if (process.argv[2] === 'run') console.log(JSON.stringify(await runJob(JSON.parse(process.argv[3] ?? '{}'))));
