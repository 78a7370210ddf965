/**
 * Use pages: twins a page at a time, in the order wanted, as far as somebody scrolls; those in sight are read again while somebody looks.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TwinRow } from '../../graphql/answers.ts';
import { queries, type TwinOrder } from '../../graphql/queries.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { readAgain, readEveryMs } from '../state/reading.ts';
import { missingIn } from '../state/sources-line.ts';
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
type Walk = { readonly asked: Asked; readonly stop: AbortController; after: string | undefined; isFirst: boolean; isBusy: boolean };

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

/** The first page takes the place of what was read before. */
const readOn = async (walk: Walk, take: (change: (before: Pages) => Pages) => void): Promise<void> => {
  if (walk.isBusy) return;
  walk.isBusy = true;
  const page = await readPage(walk.asked, walk.after, walk.stop.signal);
  if (walk.stop.signal.aborted) return;
  const before = walk.isFirst ? nothing : undefined;
  Object.assign(walk, { isBusy: false, ...(page && { isFirst: false, after: page.pageInfo.endCursor ?? undefined }) });
  take((shown) => {
    if (!page) return { ...shown, state: 'refused' };
    const { rows, total } = before ?? shown;
    const state = page.pageInfo.hasNextPage ? 'more' : 'all';
    return { rows: [...rows, ...page.nodes], total: page.totalCount ?? total, state, missing: missingIn(page.sources) };
  });
};

const renewed = (rows: readonly TwinRow[], told: readonly TwinRow[]): readonly TwinRow[] => {
  const byId = new Map(told.map((twin) => [twin.id, twin]));
  return rows.map((twin) => byId.get(twin.id) ?? twin);
};

/** What is in sight stays in its place, with what is said of it now. The past is not another one later. */
const useRenewing = (asked: Asked, take: (change: (before: Pages) => Pages) => void) => {
  const inSight = useRef<readonly string[]>([]);
  useEffect(() => {
    if (asked.asOf !== undefined) return undefined;
    return readAgain(readEveryMs, async (signal) => {
      if (inSight.current.length === 0) return;
      const page = await readPage({ ...asked, filter: { ids: inSight.current.slice(0, pageRows) } }, undefined, signal);
      if (page && !signal.aborted) take((shown) => ({ ...shown, rows: renewed(shown.rows, page.nodes) }));
    });
  }, [asked, take]);
  return useCallback((ids: readonly string[]): void => {
    inSight.current = ids;
  }, []);
};

export const usePages = (asked: Asked): Pages & { readonly more: () => void; readonly sees: (ids: readonly string[]) => void } => {
  const [pages, setPages] = useState(nothing);
  const healed = useKnown((state) => state.healed);
  const walk = useRef<Walk>(undefined);
  // they are asked for again when an agency is back
  useEffect(() => {
    if (walk.current?.asked !== asked) setPages(nothing);
    const own: Walk = { asked, stop: new AbortController(), after: undefined, isFirst: true, isBusy: false };
    walk.current = own;
    void readOn(own, setPages);
    return () => own.stop.abort();
  }, [asked, healed]);
  const sees = useRenewing(asked, setPages);
  return { ...pages, sees, more: () => void (walk.current && readOn(walk.current, setPages)) };
};
