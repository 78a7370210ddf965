/**
 * Lifecycle: which state may follow which, as a table. A record holds an entered state, and there are three ways to one: the beginning, a move that the table
 * allows, and reading what was entered before. Whoever writes a state by hand into a record does not compile.
 */
import type { z } from 'zod';
import { type Problem, problem } from './problem.ts';
import { fail, ok, type Result } from './result.ts';

/** A state that something is in, not merely the name of one. */
export type Entered<S extends string> = S & z.core.$brand<'entered'>;

export type Lifecycle<S extends string> = {
  readonly name: string;
  readonly initial: Entered<S>;
  readonly states: readonly S[];
  readonly next: Readonly<Record<S, readonly S[]>>;
  /** The state entered, or `notAllowedInState` naming what would be allowed. Staying is always allowed. */
  readonly move: (from: Entered<S>, to: S) => Result<Entered<S>, Problem>;
  readonly isFinal: (state: S) => boolean;
};

const stateNames = <S extends string>(next: Readonly<Record<S, readonly S[]>>): readonly S[] => Object.keys(next) as S[]; // branding: the keys of the table

const enter = <S extends string>(state: S): Entered<S> => state as Entered<S>; // branding: this file looked it up in the table

export const defineLifecycle = <S extends string>(name: string, initial: NoInfer<S>, next: Readonly<Record<S, readonly NoInfer<S>[]>>): Lifecycle<S> => ({
  name,
  initial: enter<S>(initial),
  states: stateNames(next),
  next,
  move: (from, to) =>
    from === to || next[from].includes(to)
      ? ok(enter(to))
      : fail(problem('notAllowedInState', { subject: name, found: `${from} to ${to}`, accepted: next[from].join(', ') || 'nothing: it is over' })),
  isFinal: (state) => next[state].length === 0,
});
