/**
 * Picking: what lies under the pointer is chosen, or fills the place of a question.
 */
import { useCallback } from 'react';
import type { Staged } from '../../scene/staged.ts';
import { person } from '../state/person.ts';
import { idOfRow, rowsOf } from './rows.ts';

export const usePick = (staged: Staged | undefined) =>
  useCallback(
    async (row: number | undefined): Promise<void> => {
      const id = row === undefined || !staged ? undefined : await idOfRow(rowsOf(staged), row);
      // of what lies there nobody could say what it is: what is chosen stays
      if (row !== undefined && id === undefined) return;
      const { picking } = person.get();
      if (picking === undefined) person.select(id);
      else if (id !== undefined) person.place(picking, id);
    },
    [staged],
  );
