/**
 * Use log: the exchange log of a federation a page at a time, the newest first, as far as somebody scrolls.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Logged } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { ask } from '../state/learning.ts';

export type Log = { readonly entries: readonly Logged[]; readonly state: 'asking' | 'more' | 'all' | 'refused' };

const pageEntries = 100;
const nothing: Log = { entries: [], state: 'asking' };

type Walk = { readonly stop: AbortController; after: string | undefined; busy: boolean };

export const useLog = (federation: string): Log & { readonly more: () => void } => {
  const [log, setLog] = useState(nothing);
  const walk = useRef<Walk | undefined>(undefined);
  const more = useCallback(async (): Promise<void> => {
    const own = walk.current;
    if (!own || own.busy) return;
    own.busy = true;
    const got = await ask(queries.log, { federation, first: pageEntries, ...(own.after !== undefined && { after: own.after }) }, own.stop.signal);
    if (own.stop.signal.aborted) return;
    own.busy = false;
    const page = got.ok ? got.value.federation?.log : undefined;
    if (!page) return setLog((before) => ({ ...before, state: 'refused' }));
    own.after = page.pageInfo.endCursor ?? undefined;
    setLog(({ entries }) => ({ entries: [...entries, ...page.nodes], state: page.pageInfo.hasNextPage ? 'more' : 'all' }));
  }, [federation]);
  useEffect(() => {
    const own: Walk = { stop: new AbortController(), after: undefined, busy: false };
    walk.current = own;
    setLog(nothing);
    void more();
    return () => own.stop.abort();
  }, [more]);
  return { ...log, more: () => void more() };
};
