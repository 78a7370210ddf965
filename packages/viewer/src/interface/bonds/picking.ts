/**
 * Picking: what lies under the pointer is chosen, or fills the place of a question.
 */
import { useCallback } from 'react';
import { person, usePerson } from '../state/person.ts';
import { idOfRow } from './rows.ts';

export const usePick = () => {
  const federation = usePerson((state) => state.federation);
  return useCallback(
    async (row: number | undefined): Promise<void> => {
      const id = row === undefined || !federation ? undefined : await idOfRow(federation, row);
      const { picking } = person.get();
      if (picking === undefined) person.select(id);
      else if (id !== undefined) person.place(picking, id);
    },
    [federation],
  );
};
