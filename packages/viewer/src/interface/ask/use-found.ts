/**
 * Use found: asks all agencies while somebody types, after a breath, and forgets what was asked before.
 */
import { useEffect, useState } from 'react';
import type { TwinRow } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { searchLimits, toSearchFilter } from '../state/found.ts';
import { ask } from '../state/learning.ts';
import { person } from '../state/person.ts';
import { missingIn } from '../state/sources-line.ts';

const breathMs = 180;

export type Finding = { readonly twins: readonly TwinRow[]; readonly state: 'idle' | 'asking' | 'found' | 'refused'; readonly missing: readonly string[] };

const idle: Finding = { twins: [], state: 'idle', missing: [] };

const find = async (federation: string, filter: NonNullable<ReturnType<typeof toSearchFilter>>, signal: AbortSignal): Promise<Finding> => {
  const best = 'text' in filter ? { orderBy: { by: 'RELEVANCE' as const } } : {};
  const variables = { federation, filter: { ...filter }, ...best, first: searchLimits.foundMax, terms: [], lang: person.get().lang };
  const got = await ask(queries.twins, variables, signal);
  const page = got.ok ? got.value.federation?.twins : undefined;
  if (!page) return { ...idle, state: 'refused' };
  return { twins: page.nodes, state: 'found', missing: missingIn(page.sources) };
};

/** `again` asks once more for the same. */
export const useFound = (federation: string | undefined, text: string): { readonly finding: Finding; readonly again: () => void } => {
  const [finding, setFinding] = useState(idle);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const filter = toSearchFilter(text);
    setFinding(filter ? { ...idle, state: 'asking' } : idle);
    if (!(filter && federation)) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      void find(federation, filter, stop.signal).then((found) => {
        if (!stop.signal.aborted) setFinding(found);
      });
    }, breathMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [federation, text, tries]);
  return { finding, again: () => setTries(tries + 1) };
};
