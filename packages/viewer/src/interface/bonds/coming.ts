/**
 * Coming: whether twins are to be drawn still that are not; until then, not to be there does not mean to have no place.
 */
import { isComing } from '@cityweave/core/scene/tiles';
import { useCallback, useSyncExternalStore } from 'react';
import type { Staged } from '../../scene/staged.ts';

export const useComing = (staged: Staged | undefined): boolean => {
  const follow = useCallback((hear: () => void) => staged?.onEvent(hear) ?? (() => undefined), [staged]);
  return useSyncExternalStore(follow, () => staged !== undefined && isComing(staged.city.scene()));
};

/** A wish to see some twins is met when all of them were shown that will be drawn. */
export const isMet = ({ asked, drawn, coming }: { readonly asked: number; readonly drawn: number; readonly coming: boolean }): boolean =>
  drawn >= asked || !coming;
