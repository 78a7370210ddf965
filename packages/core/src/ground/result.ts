/**
 * Result: what may fail in an expected way is a value, never an exception.
 */
import type { Problem } from './problem.ts';

export type Result<T, P = Problem> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: P };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });

export const fail = <P>(problem: P): Result<never, P> => ({ ok: false, problem });

/** Applies `next` to a good value; a problem passes through untouched. */
export const andThen = <T, U, P>(result: Result<T, P>, next: (value: T) => Result<U, P>): Result<U, P> => (result.ok ? next(result.value) : result);
