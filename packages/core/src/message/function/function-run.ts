/**
 * FunctionRun: one invocation of a function at its owner, from when it is taken to its outputs, its failure or its end before that.
 */
import { z } from 'zod';
import { compareText } from '../../ground/id.ts';
import { Instant } from '../../ground/instant.ts';
import { openObject } from '../../ground/json.ts';
import { LanguageMap } from '../../ground/language.ts';
import { defineLifecycle } from '../../ground/lifecycle.ts';
import { limits } from '../../ground/limits.ts';
import { ProblemFacts, type ProblemKind, problems } from '../../ground/problem.ts';
import { valuesAt } from '../discovery/condition.ts';

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

/** What is tried out: several runs may be of one, and a person knows it by its name. */
export const Scenario = openObject({ id: z.string().min(1).max(limits.idCharactersMax), name: LanguageMap.optional() });
export type Scenario = z.infer<typeof Scenario>;

export const FunctionRun = openObject({
  runId: RunId,
  state: FunctionRunState.brand<'entered'>(),
  since: Instant,
  /** 0 to 1 */
  progress: z.number().min(0).max(1),
  scenario: Scenario.optional(),
  /** what it was computed from, and what came out, once it is done; outputs of models are told apart from data */
  inputs: z.record(z.string(), z.json()).optional(),
  outputs: z.record(z.string(), z.json()).optional(),
  stage: z.literal('modelOutput').optional(),
  problem: ProblemFacts.extend({ kind: z.enum(kinds) }).optional(),
});
export type FunctionRun = z.infer<typeof FunctionRun>;

/** What was tried out, and what came of it by a measure: the sum of the numbers at a path of the outputs; undefined where there is none, or one is missing. */
export type OptionTried = { readonly name: string; readonly measure: number | undefined };

export const measureOf = (outputs: FunctionRun['outputs'], path: string): number | undefined => {
  const found = valuesAt(outputs, path).flatMap((value) => (Array.isArray(value) ? value : [value]));
  const numbers = found.flatMap((value) => (typeof value === 'number' ? [value] : []));
  return numbers.length === 0 || numbers.length < found.length ? undefined : numbers.reduce((sum, one) => sum + one, 0);
};

/** The best first, by the least or the most; what has no measure is no proposal and comes last. */
export const rankOptions = <T extends OptionTried>(tried: readonly T[], sense: 'least' | 'most'): readonly T[] => {
  const keyOf = ({ measure }: OptionTried): number => (measure === undefined ? Number.POSITIVE_INFINITY : sense === 'least' ? measure : -measure);
  return tried.toSorted((a, b) => keyOf(a) - keyOf(b) || compareText(a.name, b.name));
};

/** The next state of a run, where its lifecycle allows it; else the run as it is. */
export const moveRun = (
  run: FunctionRun,
  state: FunctionRunState,
  change: Omit<Partial<FunctionRun>, 'state' | 'runId'> & { readonly since: Instant },
): FunctionRun => {
  const moved = functionRunLifecycle.move(run.state, state);
  return moved.ok ? { ...run, ...change, state: moved.value } : run;
};
