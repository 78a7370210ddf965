/**
 * Use pages: twins a page at a time, in the order wanted, as far as somebody scrolls.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TwinRow } from '../../graphql/answers.ts';
import { queries, type TwinOrder } from '../../graphql/queries.ts';
import { ask } from '../state/learning.ts';
import type { Listed } from './use-listed.ts';

export type Pages = {
  readonly rows: readonly TwinRow[];
  /** undefined where the agencies do not know it */
  readonly total: number | undefined;
  readonly state: 'asking' | 'more' | 'all' | 'refused';
  /** agencies that could not be asked */
  readonly missing: readonly string[];
};

const pageRows = 100;
const nothing: Pages = { rows: [], total: undefined, state: 'asking', missing: [] };

type Asked = Listed & { readonly orderBy: TwinOrder };

const readPage = async ({ federation, filter, terms, lang, asOf, orderBy }: Asked, after: string | undefined, signal: AbortSignal) => {
  if (!federation) return undefined;
  const variables = {
    federation,
    first: pageRows,
    orderBy,
    terms,
    lang,
    ...(asOf !== undefined && { asOf }),
    ...(filter && { filter }),
    ...(after !== undefined && { after }),
  };
  const got = await ask(queries.twins, variables, signal);
  return got.ok ? got.value.federation?.twins : undefined;
};

export const usePages = (asked: Asked): Pages & { readonly more: () => void } => {
  const [pages, setPages] = useState(nothing);
  const walk = useRef<{ readonly stop: AbortController; after: string | undefined; busy: boolean } | undefined>(undefined);
  const more = useCallback(async (): Promise<void> => {
    const own = walk.current;
    if (!own || own.busy) return;
    own.busy = true;
    const page = await readPage(asked, own.after, own.stop.signal);
    if (own.stop.signal.aborted) return;
    own.busy = false;
    if (!page) return setPages((before) => ({ ...before, state: 'refused' }));
    own.after = page.pageInfo.endCursor ?? undefined;
    const missing = page.sources.filter(({ status }) => status === 'FAILED' || status === 'LATE').map(({ agency }) => agency.name);
    setPages(({ rows, total }) => ({
      rows: [...rows, ...page.nodes],
      total: page.totalCount ?? total,
      state: page.pageInfo.hasNextPage ? 'more' : 'all',
      missing,
    }));
  }, [asked]);
  useEffect(() => {
    const own = { stop: new AbortController(), after: undefined, busy: false };
    walk.current = own;
    setPages(nothing);
    void more();
    return () => own.stop.abort();
  }, [more]);
  return { ...pages, more: () => void more() };
};
