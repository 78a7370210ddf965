/**
 * Lifecycle: which state may follow which, as a table. No code path can enter a state that its table does not allow.
 */
import { type Problem, problem } from './problem.ts';
import { fail, ok, type Result } from './result.ts';

export type Lifecycle<S extends string> = {
  readonly name: string;
  readonly initial: S;
  readonly states: readonly S[];
  readonly next: Readonly<Record<S, readonly S[]>>;
  /** The state entered, or `notAllowedInState` naming what would be allowed. Staying is always allowed. */
  readonly move: (from: S, to: S) => Result<S, Problem>;
  readonly isFinal: (state: S) => boolean;
};

const stateNames = <S extends string>(next: Readonly<Record<S, readonly S[]>>): readonly S[] => Object.keys(next) as S[]; // branding: the keys of the table

export const defineLifecycle = <S extends string>(name: string, initial: NoInfer<S>, next: Readonly<Record<S, readonly NoInfer<S>[]>>): Lifecycle<S> => ({
  name,
  initial,
  states: stateNames(next),
  next,
  move: (from, to) =>
    from === to || next[from].includes(to)
      ? ok(to)
      : fail(problem('notAllowedInState', { subject: name, found: `${from} to ${to}`, accepted: next[from].join(', ') || 'nothing: it is over' })),
  isFinal: (state) => next[state].length === 0,
});
