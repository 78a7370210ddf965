/**
 * Masking: what we did not expect reaches the log whole and the asker as one word.
 */
import type { Problem } from '@cityweave/core';
import { GraphQLError } from 'graphql';
import type { Events } from '../events.ts';
import { unansweredProblem } from '../store/unanswered.ts';
import { faultOf } from './fault.ts';

const isDeliberate = (error: unknown): boolean =>
  error instanceof GraphQLError && (error.originalError === undefined || error.originalError === null || isDeliberate(error.originalError));

/** The asker went away, or time was up for what nobody waits for. */
const isAbort = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return true;
  return error instanceof GraphQLError && isAbort(error.originalError);
};

const placed = (fault: GraphQLError, error: unknown): GraphQLError =>
  error instanceof GraphQLError
    ? new GraphQLError(fault.message, {
        nodes: error.nodes ?? null,
        source: error.source ?? null,
        positions: error.positions ?? null,
        path: error.path ?? null,
        extensions: fault.extensions,
      })
    : fault;

/** The store did not answer. */
const storeProblem = (error: unknown): Problem | undefined =>
  unansweredProblem(error) ?? (error instanceof GraphQLError ? storeProblem(error.originalError) : undefined);

export const maskError = (error: unknown): Error => {
  if (isDeliberate(error) && error instanceof GraphQLError) return error;
  return placed(faultOf(storeProblem(error) ?? { kind: isAbort(error) ? 'cancelled' : 'internal' }), error);
};

const silent = (): void => undefined;

/** Yoga tells its logger what it masked. */
export const maskedLog = (events: Events) => ({
  debug: silent,
  info: silent,
  warn: silent,
  error: (...causes: readonly unknown[]): void => {
    const [cause] = causes;
    if (!isAbort(cause) && !isDeliberate(cause)) events.defect('graphql', cause instanceof GraphQLError ? (cause.originalError ?? cause) : cause);
  },
});
