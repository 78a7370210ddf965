/**
 * Use pages: twins a page at a time, in the order wanted, as far as somebody scrolls; what is in sight is read again while somebody looks: who came stands in its place, who went is gone.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TwinPage, TwinRow } from '../../graphql/answers.ts';
import { queries, type TwinOrder } from '../../graphql/queries.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { emptyListing, type Listing, placeBefore, toldAfter } from '../state/listing.ts';
import { readAgain, readEveryMs } from '../state/reading.ts';
import { untoldIn } from '../state/sources-line.ts';
import type { Listed, Sources } from './use-listed.ts';

export type Pages = {
  readonly rows: readonly TwinRow[];
  /** undefined where the agencies do not know it */
  readonly total: number | undefined;
  readonly state: 'asking' | 'more' | 'all' | 'refused';
  /** who was asked, and how each did */
  readonly sources: Sources;
};

/** Read at a time; and so many may have come since among those that are read again. */
const [pageRows, comeRows, pageRowsMax] = [100, 50, 500] as const;
const nothing: Pages = { rows: [], total: undefined, state: 'asking', sources: [] };

type Asked = Listed & { readonly orderBy: TwinOrder };
type Walk = { readonly asked: Asked; readonly stop: AbortController; listing: Listing; total: number | undefined; isBusy: boolean };
type Stretch = { readonly after?: string | undefined; readonly first: number };

const readPage = async ({ asked, stop }: Walk, { after, first }: Stretch): Promise<TwinPage | undefined> => {
  const { federation, filter, terms, lang, asOf, orderBy } = asked;
  if (!federation) return undefined;
  const variables = {
    ...{ federation, first, orderBy, terms, lang },
    ...(asOf !== undefined && { asOf }),
    ...(filter && { filter }),
    ...(after !== undefined && { after }),
  };
  const got = await ask(queries.twins, variables, stop.signal);
  return got.ok ? got.value.federation?.twins : undefined;
};

/** Undefined where nothing was told, or nobody waits for it any more. */
const readStretch = async (walk: Walk, stretch: Stretch): Promise<Pages | undefined> => {
  const page = await readPage(walk, stretch);
  if (!page || walk.stop.signal.aborted) return undefined;
  walk.listing = toldAfter(walk.listing, stretch.after, { ...page, untold: untoldIn(page.sources) });
  walk.total = page.totalCount ?? walk.total;
  const { rows, hasMore } = walk.listing;
  return { rows, total: walk.total, state: hasMore ? 'more' : 'all', sources: page.sources };
};

type Take = (change: Pages | ((before: Pages) => Pages)) => void;

const readOn = async (walk: Walk, take: Take): Promise<void> => {
  if (walk.isBusy) return;
  walk.isBusy = true;
  const pages = await readStretch(walk, { after: walk.listing.next, first: pageRows });
  walk.isBusy = false;
  if (!walk.stop.signal.aborted) take(pages ?? ((shown) => ({ ...shown, state: 'refused' })));
};

type Sight = { readonly first: number; readonly last: number };

/** What is in sight, with what came and went there. */
const readSight = async (walk: Walk, { first, last }: Sight, take: Take): Promise<void> => {
  const { from, after } = placeBefore(walk.listing, first);
  const pages = await readStretch(walk, { after, first: Math.min(pageRowsMax, last + 1 - from + comeRows) });
  if (pages) take(pages);
};

export const usePages = (asked: Asked): Pages & { readonly more: () => void; readonly sees: (sight: Sight) => void } => {
  const [pages, setPages] = useState(nothing);
  const healed = useKnown((state) => state.healed);
  const walk = useRef<Walk>(undefined);
  const sight = useRef<Sight>({ first: 0, last: 0 });
  // they are asked for again when an agency is back; the first page takes the place of what was read before
  useEffect(() => {
    if (walk.current?.asked !== asked) setPages(nothing);
    const own: Walk = { asked, stop: new AbortController(), listing: emptyListing, total: undefined, isBusy: false };
    walk.current = own;
    void readOn(own, setPages);
    // the past is not another one later
    const leave = asked.asOf === undefined ? readAgain(readEveryMs, () => readSight(own, sight.current, setPages)) : undefined;
    return () => {
      leave?.();
      own.stop.abort();
    };
  }, [asked, healed]);
  const sees = useCallback((seen: Sight): void => {
    sight.current = seen;
  }, []);
  return { ...pages, sees, more: () => void (walk.current && readOn(walk.current, setPages)) };
};
