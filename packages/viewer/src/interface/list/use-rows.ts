/**
 * Use rows: the rows of the table that are drawn, and the one that somebody is at, which stays where it is while others come and go.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { TwinRow } from '../../graphql/answers.ts';
import type { usePages } from './use-pages.ts';

const rowPixels = 34;
const aheadRows = 20;

/** It stays the same twin where others come and go; where that is gone, the one in its place. */
const useActive = (rows: readonly TwinRow[]) => {
  const [active, setActive] = useState<{ readonly id: string | undefined; readonly at: number }>({ id: undefined, at: 0 });
  const found = rows.findIndex(({ id }) => id === active.id);
  const at = Math.max(0, Math.min(found < 0 ? active.at : found, rows.length - 1));
  return [at, (next: number): void => setActive({ id: rows[next]?.id, at: next })] as const;
};

/** The row that somebody is at does not move where others come or go above it: with the focus in the table the active one, else the first in sight. */
const useHolding = (box: RefObject<HTMLDivElement | null>, rows: readonly TwinRow[], { at, first }: { readonly at: number; readonly first: number }): void => {
  const held = useRef<{ readonly id: string | undefined; readonly at: number }>(undefined);
  useLayoutEffect(() => {
    const now = rows.findIndex(({ id }) => id === held.current?.id);
    if (box.current && held.current && now >= 0) box.current.scrollTop += (now - held.current.at) * rowPixels;
  }, [rows]);
  useEffect(() => {
    const isAt = document.activeElement === box.current;
    const index = isAt ? at : first;
    held.current = isAt || (box.current?.scrollTop ?? 0) > 0 ? { id: rows[index]?.id, at: index } : undefined;
  });
};

export const useRows = (pages: ReturnType<typeof usePages>) => {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: pages.rows.length, getScrollElement: () => box.current, estimateSize: () => rowPixels, overscan: 8 });
  const shown = rows.getVirtualItems();
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
  const { state, more, sees } = pages;
  // what is in sight is what is worth reading again
  useEffect(() => sees({ first, last }), [sees, first, last]);
  // more of the list is asked for where its end comes near
  useEffect(() => {
    if (state === 'more' && last >= pages.rows.length - aheadRows) more();
  }, [state, last, pages.rows]);
  const [at, setAt] = useActive(pages.rows);
  useHolding(box, pages.rows, { at, first });
  return { box, rows, at, setAt };
};
