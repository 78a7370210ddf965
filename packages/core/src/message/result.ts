/**
 * Result: how an answer stands. Done, under way, done in part with what of it was refused, or refused, with the problem as its code and facts.
 */
import { z } from 'zod';
import { openObject } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { codeOf, describeProblem, isRetryable, type Problem, ProblemFacts } from '../ground/problem.ts';

/** What became of one of several objects: which, and the problem as its code and facts. */
export const ResultDetail = openObject({
  objectId: z.string().max(limits.idCharactersMax),
  code: z.string(),
  /** for people */
  message: z.string().optional(),
  facts: ProblemFacts.optional(),
});
export type ResultDetail = z.infer<typeof ResultDetail>;

const details = z.array(ResultDetail).max(limits.messageObjectsMax);

/** The code and facts of a failure make the problem again on the other side. */
export const MessageResult = z.looseObject({
  status: z.enum(['success', 'partial', 'accepted', 'failure']),
  code: z.string(),
  message: z.string().optional(),
  retryable: z.boolean().optional(),
  facts: ProblemFacts.optional(),
  details: details.optional(),
});
export type MessageResult = z.infer<typeof MessageResult>;

/** How an answer that is no refusal stands where not all was done: work goes on, and its end is told by a message of its own; or part of it was refused. */
export type Standing = { readonly status: 'accepted' } | { readonly status: 'partial'; readonly details: readonly ResultDetail[] };

/** What the answer says beside its content. */
export type WithStanding = { readonly standing?: Standing | undefined };

export const detailOf = (objectId: string, given: Problem): ResultDetail => {
  const { kind: _, ...facts } = given;
  return { objectId, code: codeOf(given), message: describeProblem(given), facts };
};

export const successCode = 'DTF-000';

export const resultOfStanding = (standing: Standing | undefined): MessageResult => {
  if (!standing) return { status: 'success', code: successCode };
  return standing.status === 'accepted' ? { status: 'accepted', code: 'DTF-001' } : { status: 'partial', code: 'DTF-002', details: [...standing.details] };
};

export const standingOf = ({ status, details: told = [] }: MessageResult): Standing | undefined => {
  if (status === 'accepted') return { status };
  return status === 'partial' ? { status, details: told } : undefined;
};

export const resultOfProblem = (given: Problem): MessageResult => {
  const { kind: _, ...facts } = given;
  return { status: 'failure', code: codeOf(given), message: describeProblem(given), retryable: isRetryable(given), facts };
};
