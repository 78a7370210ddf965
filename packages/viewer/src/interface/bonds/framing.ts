/**
 * Framing: the twin that is chosen, the one that is pointed at, and the way to the one that somebody wants to see.
 */
import type { Staged } from '../../scene/staged.ts';
import { person, usePerson } from '../state/person.ts';
import { freeNow } from './free.ts';
import { rowsById, useEffectLatest } from './rows.ts';

const nearMetres = 600;

const useRowOf = (staged: Staged | undefined, id: string | undefined, run: (staged: Staged, row: number | undefined) => Promise<void> | void): void => {
  const federation = usePerson((state) => state.federation);
  useEffectLatest(
    async (isLatest) => {
      if (!(staged && federation)) return;
      const [row] = id === undefined ? [] : [...(await rowsById(federation, [id])).values()];
      if (isLatest()) await run(staged, row);
    },
    [staged, federation, id],
  );
};

const frame = async ({ city, view, show }: Staged, row: number | undefined): Promise<void> => {
  if (person.get().frame === undefined) return;
  const place = row === undefined ? undefined : await city.placeOf(row);
  person.set({ frame: undefined });
  if (place) show([place], freeNow(), Math.min(view().distance, nearMetres));
};

export const useFraming = (staged: Staged | undefined): void => {
  useRowOf(
    staged,
    usePerson((state) => state.selected),
    ({ city }, row) => city.select(row),
  );
  useRowOf(
    staged,
    usePerson((state) => state.hovered),
    ({ city }, row) => city.hover(row),
  );
  useRowOf(
    staged,
    usePerson((state) => state.frame),
    frame,
  );
};
