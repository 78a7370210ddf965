/**
 * Choosing: the twin that somebody looks into, with all that is said of it. What was read of it before is kept, for the time when its agency is silent.
 */
import { create } from 'zustand';
import type { Source, WholeTwin } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { ask } from './learning.ts';
import { person } from './person.ts';
import { readAgain, readEveryMs } from './reading.ts';

export type Chosen = {
  readonly id: string | undefined;
  readonly twin: WholeTwin | undefined;
  readonly sources: readonly Source[];
  readonly asking: boolean;
  /** when what is shown was told, where it is not told any more */
  readonly lastKnown: string | undefined;
  readonly problem: string | undefined;
};

const nothing: Chosen = { id: undefined, twin: undefined, sources: [], asking: false, lastKnown: undefined, problem: undefined };
export const useChosen = create<Chosen>()(() => nothing);

/** In the order of use: what was looked at last stands last. */
const remembered = new Map<string, { readonly twin: WholeTwin; readonly at: string }>();
const rememberedMax = 200;

const remember = (id: string, twin: WholeTwin): void => {
  remembered.delete(id);
  remembered.set(id, { twin, at: new Date().toISOString() });
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size > rememberedMax) remembered.delete(oldest);
};

const read = async (federation: string, id: string, signal: AbortSignal): Promise<void> => {
  const { lang, asOf } = person.get();
  const answer = await ask(queries.twin, { federation, id, lang, ...(asOf !== undefined && { asOf }) }, signal);
  if (signal.aborted) return;
  const told = answer.ok ? answer.value.federation?.twin : undefined;
  const before = asOf === undefined ? remembered.get(id) : undefined;
  if (told?.twin && asOf === undefined) remember(id, told.twin);
  useChosen.setState({
    asking: false,
    twin: told?.twin ?? before?.twin,
    sources: told?.sources ?? [],
    lastKnown: told?.twin ? undefined : before?.at,
    problem: answer.ok ? undefined : answer.refusal.message,
  });
};

/** Reads what is chosen; ends with the interest in it. */
export const choose = (federation: string | undefined, id: string | undefined): (() => void) => {
  const stop = new AbortController();
  if (useChosen.getState().id !== id) useChosen.setState({ ...nothing, id, asking: id !== undefined });
  if (!federation || id === undefined) return () => stop.abort();
  void read(federation, id, stop.signal);
  const leave = readAgain(readEveryMs, (signal) => read(federation, id, signal));
  return () => {
    leave();
    stop.abort();
  };
};
