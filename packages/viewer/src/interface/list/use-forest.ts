/**
 * Use forest: the counts of the tree, which of its lines are open, and the twins below those that are.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Count } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { type Branch, partsOfKey, rootKey } from '../state/tree.ts';
import type { Listed } from './use-listed.ts';

const pageRows = 100;

type Growing = { readonly listed: Listed; readonly key: string; readonly before: Branch | undefined; readonly signal: AbortSignal };

const readBranch = async ({ listed: { federation, filter, terms, asOf, lang }, key, before, signal }: Growing): Promise<Branch> => {
  const [agency, kind] = partsOfKey(key);
  const refused: Branch = { rows: before?.rows ?? [], after: before?.after, state: 'refused' };
  if (!(federation && kind)) return refused;
  const within = { agencies: [agency], kinds: [kind], ...(filter && { all: [filter] }) };
  const variables = { federation, filter: within, first: pageRows, orderBy: { by: 'NAME' as const }, ...(asOf !== undefined && { asOf }), terms, lang };
  const got = await ask(queries.twins, { ...variables, ...(before?.after !== undefined && { after: before.after }) }, signal);
  const page = got.ok ? got.value.federation?.twins : undefined;
  if (!page) return refused;
  const after = page.pageInfo.endCursor ?? undefined;
  return { rows: [...(before?.rows ?? []), ...page.nodes], after, state: page.pageInfo.hasNextPage ? 'more' : 'all' };
};

/** Undefined while they are asked for. */
const useCounts = ({ federation, filter, asOf, lang }: Listed): readonly Count[] | undefined => {
  const [counts, setCounts] = useState<readonly Count[]>();
  const healed = useKnown((state) => state.healed);
  // they are asked for again when an agency is back
  useEffect(() => {
    const stop = new AbortController();
    setCounts(undefined);
    if (federation)
      void ask(queries.counts, { federation, lang, ...(filter && { filter }), ...(asOf !== undefined && { asOf }) }, stop.signal).then((got) => {
        if (!stop.signal.aborted) setCounts(got.ok ? (got.value.federation?.summary.groups.filter(({ count }) => count > 0) ?? []) : []);
      });
    return () => stop.abort();
  }, [federation, filter, asOf, lang, healed]);
  return counts;
};

export const useForest = (listed: Listed) => {
  const counts = useCounts(listed);
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
    async (key: string): Promise<void> => {
      const { signal } = walk.current;
      const before = branches.get(key);
      if (before?.state === 'asking') return;
      setBranches((all) => new Map(all).set(key, { rows: before?.rows ?? [], after: before?.after, state: 'asking' }));
      const branch = await readBranch({ listed, key, before, signal });
      if (!signal.aborted) setBranches((all) => new Map(all).set(key, branch));
    },
    [listed, branches],
  );
  const turn = (key: string, wanted: boolean): void => {
    const next = new Set(open);
    if (wanted) next.add(key);
    else next.delete(key);
    setOpen(next);
    if (wanted && partsOfKey(key)[1] !== undefined && !branches.has(key)) void grow(key);
  };
  return { counts, open, branches, turn, grow: (key: string) => void grow(key) };
};
