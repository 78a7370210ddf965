/**
 * Use forest: the counts of the tree, which of its lines are open, and the twins below those that are, read again while somebody looks.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Count, TwinPage } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { emptyListing, type Listing, placeBefore, toldAfter } from '../state/listing.ts';
import { readAgain, readEveryMs } from '../state/reading.ts';
import { untoldIn } from '../state/sources-line.ts';
import { type Branch, kindKey, partsOfKey, rootKey } from '../state/tree.ts';
import type { Listed, Sources } from './use-listed.ts';

/** Read at a time; and so many may have come since among those that are read again. */
const [pageRows, comeRows, pageRowsMax] = [100, 50, 500] as const;

type Growing = { readonly listed: Listed; readonly key: string; readonly signal: AbortSignal };
type Stretch = { readonly after?: string | undefined; readonly first: number };

/** Undefined where it cannot be read. */
const readBranch = async ({ listed, key, signal }: Growing, { after, first }: Stretch): Promise<TwinPage | undefined> => {
  const { federation, filter, terms, asOf, lang } = listed;
  const [agency, kind] = partsOfKey(key);
  if (!(federation && kind)) return undefined;
  const within = { agencies: [agency], kinds: [kind], ...(filter && { all: [filter] }) };
  const variables = { federation, filter: within, first, orderBy: { by: 'NAME' as const }, ...(asOf !== undefined && { asOf }), terms, lang };
  const got = await ask(queries.twins, { ...variables, ...(after !== undefined && { after }) }, signal);
  return got.ok ? got.value.federation?.twins : undefined;
};

const branchOf = (listing: Listing, { after }: Pick<Stretch, 'after'>, page: TwinPage): Branch => {
  const told = toldAfter(listing, after, { ...page, untold: untoldIn(page.sources) });
  return { listing: told, state: told.hasMore ? 'more' : 'all' };
};

type Counted = {
  readonly counts: readonly Count[];
  readonly state: 'asking' | 'read' | 'refused';
  /** who was asked, and how each did */
  readonly sources: Sources;
};

const asking: Counted = { counts: [], state: 'asking', sources: [] };

/** Of who could not tell, what was counted before stays. */
const withCounts = (before: Counted, got: Awaited<ReturnType<typeof askCounts>>): Counted => {
  const summary = got.ok ? got.value.federation?.summary : undefined;
  if (!summary) return before.state === 'read' ? before : { ...asking, state: 'refused' };
  const [untold, told] = [untoldIn(summary.sources), new Set(summary.groups.map(({ agency, kind }) => kindKey(agency.id, kind.id)))];
  const kept = before.counts.filter(({ agency, kind }) => untold.includes(agency.id) && !told.has(kindKey(agency.id, kind.id)));
  return { counts: [...summary.groups.filter(({ count }) => count > 0), ...kept], state: 'read', sources: summary.sources };
};

const askCounts = ({ federation = '', filter, asOf, lang }: Listed, signal: AbortSignal) =>
  ask(queries.counts, { federation, lang, ...(filter && { filter }), ...(asOf !== undefined && { asOf }) }, signal);

/** What is looked at is read again, but for the past, which is not another one later. */
const whileLooked = ({ asOf }: Listed, read: (signal: AbortSignal) => Promise<void>): (() => void) =>
  asOf === undefined ? readAgain(readEveryMs, read) : () => undefined;

const useCounts = (listed: Listed): Counted => {
  const [counted, setCounted] = useState(asking);
  const healed = useKnown((state) => state.healed);
  useEffect(() => setCounted(asking), [listed]);
  // they are asked for again when an agency is back, too
  useEffect(() => {
    if (!listed.federation) return undefined;
    const stop = new AbortController();
    const read = async (signal: AbortSignal): Promise<void> => {
      const got = await askCounts(listed, signal);
      if (!signal.aborted) setCounted((before) => withCounts(before, got));
    };
    void read(stop.signal);
    const leave = whileLooked(listed, read);
    return () => {
      leave();
      stop.abort();
    };
  }, [listed, healed]);
  return counted;
};

/** Of each branch, from which of its twins to which is in sight. */
export type Sight = ReadonlyMap<string, { readonly first: number; readonly last: number }>;

type Branches = {
  readonly get: (key: string) => Branch | undefined;
  readonly put: (key: string, change: (before: Branch) => Branch) => void;
};

const unread: Branch = { listing: emptyListing, state: 'more' };

/** The next of its twins; `isAnew`: what is told takes the place of all that was read. */
const growBranch = async (growing: Growing, { get, put }: Branches, isAnew: boolean): Promise<void> => {
  const { key, signal } = growing;
  const before = get(key) ?? unread;
  if (before.state === 'asking') return;
  put(key, ({ listing }) => ({ listing, state: 'asking' }));
  const after = isAnew ? undefined : before.listing.next;
  const page = await readBranch(growing, { after, first: pageRows });
  if (signal.aborted) return;
  put(key, ({ listing }) => (page ? branchOf(isAnew ? emptyListing : listing, { after }, page) : { listing, state: 'refused' }));
};

/** What of it is in sight, with what came and went there. */
const lookAgain = async (growing: Growing, { get, put }: Branches, { first, last }: { readonly first: number; readonly last: number }): Promise<void> => {
  const { key, signal } = growing;
  const branch = get(key);
  if (!branch || branch.state === 'asking') return;
  const { from, after } = placeBefore(branch.listing, first);
  const page = await readBranch(growing, { after, first: Math.min(pageRowsMax, last + 1 - from + comeRows) });
  if (page && !signal.aborted) put(key, (known) => (known.state === 'asking' ? known : branchOf(known.listing, { after }, page)));
};

const useBranches = (listed: Listed) => {
  const [branches, setBranches] = useState<ReadonlyMap<string, Branch>>(new Map());
  const [latest, walk, sight] = [useRef(branches), useRef(new AbortController()), useRef<Sight>(new Map())];
  latest.current = branches;
  const held: Branches = useMemo(
    () => ({
      get: (key) => latest.current.get(key),
      put: (key, change) => setBranches((all) => new Map(all).set(key, change(all.get(key) ?? unread))),
    }),
    [],
  );
  useEffect(() => {
    const own = new AbortController();
    walk.current = own;
    setBranches(new Map());
    const leave = whileLooked(listed, async () => {
      await Promise.all([...sight.current].map(([key, seen]) => lookAgain({ listed, key, signal: own.signal }, held, seen)));
    });
    return () => {
      leave();
      own.abort();
    };
  }, [listed]);
  const grow = (key: string, isAnew = false): void => void growBranch({ listed, key, signal: walk.current.signal }, held, isAnew);
  const sees = useCallback((seen: Sight): void => {
    sight.current = seen;
  }, []);
  return { branches, grow, sees };
};

export const useForest = (listed: Listed) => {
  const counted = useCounts(listed);
  const healed = useKnown((state) => state.healed);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set([rootKey]));
  const { branches, grow, sees } = useBranches(listed);
  useEffect(() => setOpen(new Set([rootKey])), [listed]);
  // what was read while an agency was silent is read again when it is back
  useEffect(() => {
    for (const key of branches.keys()) grow(key, true);
  }, [healed]);
  const turn = (key: string, wanted: boolean): void => {
    const next = new Set(open);
    if (wanted) next.add(key);
    else next.delete(key);
    setOpen(next);
    if (wanted && partsOfKey(key)[1] !== undefined && !branches.has(key)) grow(key);
  };
  return { counted, open, branches, turn, sees, grow: (key: string) => grow(key) };
};
