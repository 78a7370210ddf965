/**
 * Unanswered: a question that the engine of a store could not answer is rejected with its problem, for whoever speaks for the node to tell. It is no bug.
 */
import { describeProblem, fail, ok, type Problem, type Result } from '@cityweave/core';

const problems = new WeakMap<Error, Problem>();

export const unanswered = (found: Problem): Error => {
  const error = new Error(describeProblem(found));
  problems.set(error, found);
  return error;
};

/** Why a store did not answer; undefined of anything else that is thrown. */
export const unansweredProblem = (cause: unknown): Problem | undefined => (cause instanceof Error ? problems.get(cause) : undefined);

/** For those who go on without the answer. */
export const answered = <T>(asking: Promise<T>): Promise<Result<T>> =>
  asking.then(ok, (cause) => {
    const found = unansweredProblem(cause);
    return found ? fail(found) : Promise.reject(cause);
  });
