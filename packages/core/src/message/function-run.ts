/**
 * FunctionRun: one invocation of a function at its owner, from when it is taken to its outputs, its failure or its end before that.
 */
import { z } from 'zod';
import { Instant } from '../ground/instant.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { ProblemFacts, type ProblemKind, problems } from '../ground/problem.ts';

export const FunctionRunState = z.enum(['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);
export type FunctionRunState = z.infer<typeof FunctionRunState>;

export const functionRunLifecycle = defineLifecycle<FunctionRunState>('function run', 'QUEUED', {
  QUEUED: ['RUNNING', 'CANCELLED', 'TIMED_OUT'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELLED: [],
  TIMED_OUT: [],
});

export const RunId = z.string().regex(/^urn:uuid:[0-9a-f-]{36}$/, 'urn:uuid: and a UUID');
export type RunId = z.infer<typeof RunId>;

const kinds = Object.keys(problems) as [ProblemKind, ...ProblemKind[]]; // branding: the keys of the table

export const FunctionRun = z.object({
  runId: RunId,
  state: FunctionRunState.brand<'entered'>(),
  since: Instant,
  /** 0 to 1 */
  progress: z.number().min(0).max(1),
  outputs: z.record(z.string(), z.json()).optional(),
  problem: ProblemFacts.extend({ kind: z.enum(kinds) }).optional(),
});
export type FunctionRun = z.infer<typeof FunctionRun>;

/** The next state of a run, where its lifecycle allows it; else the run as it is. */
export const moveRun = (
  run: FunctionRun,
  state: FunctionRunState,
  change: Omit<Partial<FunctionRun>, 'state' | 'runId'> & { readonly since: Instant },
): FunctionRun => {
  const moved = functionRunLifecycle.move(run.state, state);
  return moved.ok ? { ...run, ...change, state: moved.value } : run;
};
