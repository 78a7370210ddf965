/**
 * Use forest: the counts of the tree, which of its lines are open, and the twins below those that are.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Count } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { missingIn } from '../state/sources-line.ts';
import { type Branch, partsOfKey, rootKey } from '../state/tree.ts';
import type { Listed } from './use-listed.ts';

const pageRows = 100;

type Growing = { readonly listed: Listed; readonly key: string; readonly before: Branch | undefined; readonly signal: AbortSignal };

/** Undefined where it cannot be read. */
const readBranch = async ({ listed: { federation, filter, terms, asOf, lang }, key, before, signal }: Growing): Promise<Branch | undefined> => {
  const [agency, kind] = partsOfKey(key);
  if (!(federation && kind)) return undefined;
  const within = { agencies: [agency], kinds: [kind], ...(filter && { all: [filter] }) };
  const variables = { federation, filter: within, first: pageRows, orderBy: { by: 'NAME' as const }, ...(asOf !== undefined && { asOf }), terms, lang };
  const got = await ask(queries.twins, { ...variables, ...(before?.after !== undefined && { after: before.after }) }, signal);
  const page = got.ok ? got.value.federation?.twins : undefined;
  if (!page) return undefined;
  const after = page.pageInfo.endCursor ?? undefined;
  return { rows: [...(before?.rows ?? []), ...page.nodes], after, state: page.pageInfo.hasNextPage ? 'more' : 'all' };
};

type Counted = {
  readonly counts: readonly Count[];
  readonly state: 'asking' | 'read' | 'refused';
  /** agencies that could not be asked */
  readonly missing: readonly string[];
};

const asking: Counted = { counts: [], state: 'asking', missing: [] };

const readCounts = async ({ federation, filter, asOf, lang }: Listed & { readonly federation: string }, signal: AbortSignal): Promise<Counted> => {
  const got = await ask(queries.counts, { federation, lang, ...(filter && { filter }), ...(asOf !== undefined && { asOf }) }, signal);
  const summary = got.ok ? got.value.federation?.summary : undefined;
  if (!summary) return { ...asking, state: 'refused' };
  return { counts: summary.groups.filter(({ count }) => count > 0), state: 'read', missing: missingIn(summary.sources) };
};

const useCounts = (listed: Listed): Counted => {
  const [counted, setCounted] = useState(asking);
  const healed = useKnown((state) => state.healed);
  useEffect(() => setCounted(asking), [listed]);
  // they are asked for again when an agency is back
  useEffect(() => {
    const stop = new AbortController();
    const { federation } = listed;
    if (federation) void readCounts({ ...listed, federation }, stop.signal).then((read) => stop.signal.aborted || setCounted(read));
    return () => stop.abort();
  }, [listed, healed]);
  return counted;
};

export const useForest = (listed: Listed) => {
  const counted = useCounts(listed);
  const healed = useKnown((state) => state.healed);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set([rootKey]));
  const [branches, setBranches] = useState<ReadonlyMap<string, Branch>>(new Map());
  const walk = useRef(new AbortController());
  useEffect(() => {
    walk.current = new AbortController();
    setBranches(new Map());
    setOpen(new Set([rootKey]));
    return () => walk.current.abort();
  }, [listed]);
  const grow = useCallback(
    async (key: string, isAnew = false): Promise<void> => {
      const { signal } = walk.current;
      const before = branches.get(key);
      if (before?.state === 'asking') return;
      setBranches((all) => new Map(all).set(key, { rows: before?.rows ?? [], after: before?.after, state: 'asking' }));
      const branch = await readBranch({ listed, key, before: isAnew ? undefined : before, signal });
      const stays: Branch = { rows: before?.rows ?? [], after: before?.after, state: 'refused' };
      if (!signal.aborted) setBranches((all) => new Map(all).set(key, branch ?? stays));
    },
    [listed, branches],
  );
  // what was read while an agency was silent is read again when it is back
  useEffect(() => {
    for (const key of branches.keys()) void grow(key, true);
  }, [healed]);
  const turn = (key: string, wanted: boolean): void => {
    const next = new Set(open);
    if (wanted) next.add(key);
    else next.delete(key);
    setOpen(next);
    if (wanted && partsOfKey(key)[1] !== undefined && !branches.has(key)) void grow(key);
  };
  return { counted, open, branches, turn, grow: (key: string) => void grow(key) };
};
