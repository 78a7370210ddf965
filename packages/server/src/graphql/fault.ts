/**
 * Faults: problems of the table as GraphQL errors. The code is the kind in upper snake case; nothing leaks an address, a path of a machine or a stack.
 */
import { advise, codeOf, describeProblem, isRetryable, type Problem, type Result, shorten } from '@cityweave/core';
import { GraphQLError } from 'graphql';

export const codeName = (kind: Problem['kind']): string => kind.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

const extensionsOf = (problem: Problem) => {
  const { kind, agency, retryAfterMs, ...facts } = problem;
  return {
    code: codeName(kind),
    problem: codeOf(problem),
    retryable: isRetryable(problem),
    advice: advise(problem),
    ...(agency !== undefined && { source: agency }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...facts,
  };
};

export const faultOf = (problem: Problem): GraphQLError => new GraphQLError(describeProblem(problem), { extensions: extensionsOf(problem) });

export const refuse = (problem: Problem): Promise<never> => Promise.reject(faultOf(problem));

/** The value, or the problem as an error of the field. */
export const settled = <T>(result: Result<T>): T | Promise<never> => (result.ok ? result.value : refuse(result.problem));

/** What is wrong with an argument: where it stands, what was found there and what would be accepted. */
export type BadInput = { readonly argument: string; readonly found: unknown; readonly accepted: string; readonly limit?: number };

export const badInput = ({ argument, found, accepted, limit }: BadInput): GraphQLError => {
  const shown = shorten(found);
  return new GraphQLError(`${argument}: found ${shown}; accepted: ${accepted}`, {
    extensions: { code: 'BAD_USER_INPUT', retryable: false, argument, found: shown, accepted, ...(limit !== undefined && { limit }) },
  });
};

/** Everything wrong with the arguments of one field; the first is told. */
export type Faults = { readonly note: (given: BadInput) => undefined; readonly first: () => BadInput | undefined };

export const createFaults = (): Faults => {
  let first: BadInput | undefined;
  return {
    note: (given) => {
      first ??= given;
      return undefined;
    },
    first: () => first,
  };
};
