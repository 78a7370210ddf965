/**
 * Use found: asks all agencies while somebody types, after a breath, and forgets what was asked before. Who was too late, or silent, is asked again.
 */
import { useEffect, useState } from 'react';
import type { TwinPage, TwinRow } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { isWorthAgain } from '../state/answer.ts';
import { searchLimits, toSearchFilter } from '../state/found.ts';
import { askInTime } from '../state/in-time.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { person } from '../state/person.ts';
import { missingIn, untoldIn } from '../state/sources-line.ts';

const breathMs = 180;

export type Finding = {
  readonly twins: readonly TwinRow[];
  readonly state: 'idle' | 'asking' | 'found' | 'refused';
  /** names of those that told nothing */
  readonly missing: readonly string[];
  /** nobody may have more than was told: only then is there nothing where nothing was found */
  readonly isWhole: boolean;
};

const idle: Finding = { twins: [], state: 'idle', missing: [], isWhole: true };
const asking: Finding = { ...idle, state: 'asking' };

type Sought = { readonly federation: string; readonly filter: NonNullable<ReturnType<typeof toSearchFilter>> };

const find = async ({ federation, filter }: Sought, signal: AbortSignal): Promise<TwinPage | undefined> => {
  const best = 'text' in filter ? { orderBy: { by: 'RELEVANCE' as const } } : {};
  const variables = { federation, filter: { ...filter }, ...best, first: searchLimits.foundMax, terms: [], lang: person.get().lang };
  const got = await ask(queries.twins, variables, signal);
  return got.ok ? got.value.federation?.twins : undefined;
};

/** Nothing is not what was found as long as who was too late is asked again; and what was found is better than no answer, or than nothing of a part of them. */
export const findingAfter = (before: Finding, page: Pick<TwinPage, 'nodes' | 'sources'> | undefined, times: number): Finding => {
  if (!page) return before.twins.length > 0 ? before : { ...idle, state: 'refused' };
  const told = { missing: missingIn(page.sources), isWhole: untoldIn(page.sources).length === 0 };
  if (page.nodes.length === 0 && !told.isWhole && before.twins.length > 0) return { ...before, ...told };
  if (page.nodes.length === 0 && isWorthAgain(page, times)) return asking;
  return { twins: page.nodes, state: 'found', ...told };
};

/** `again` asks once more for the same; so does who is back. */
export const useFound = (federation: string | undefined, text: string): { readonly finding: Finding; readonly again: () => void } => {
  const [finding, setFinding] = useState(idle);
  const [tries, setTries] = useState(0);
  const healed = useKnown((state) => state.healed);
  useEffect(() => setFinding(toSearchFilter(text) ? asking : idle), [federation, text]);
  useEffect(() => {
    const filter = toSearchFilter(text);
    if (!(filter && federation)) return undefined;
    const stop = new AbortController();
    const look = async (times: number): Promise<TwinPage | undefined> => {
      const page = await find({ federation, filter }, stop.signal);
      if (!stop.signal.aborted) setFinding((before) => findingAfter(before, page, times));
      return page;
    };
    const timer = setTimeout(() => void askInTime(look, stop.signal), breathMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [federation, text, tries, healed]);
  const again = (): void => {
    setFinding(asking);
    setTries(tries + 1);
  };
  return { finding, again };
};
