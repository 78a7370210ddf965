/**
 * Framing: the twin that is chosen, the one that is pointed at, and the way to the one that somebody wants to see.
 */
import { isComing } from '@cityweave/core/scene/tiles';
import { useMemo } from 'react';
import type { Staged } from '../../scene/staged.ts';
import { useChosen } from '../state/choosing.ts';
import { partsOf } from '../state/linked-to.ts';
import { person, usePerson } from '../state/person.ts';
import { useUndrawn } from '../state/undrawn.ts';
import { isMet, useComing } from './coming.ts';
import { freeNow } from './free.ts';
import { rowsById, rowsOf, useEffectLatest } from './rows.ts';

const nearMetres = 600;

const useRowOf = (staged: Staged | undefined, id: string | undefined, run: (staged: Staged, row: number | undefined) => Promise<void> | void): void => {
  const coming = useComing(staged);
  useEffectLatest(
    async (isLatest) => {
      const found = staged && (await rowsById(rowsOf(staged), id === undefined ? [] : [id]));
      if (staged && found && isLatest()) await run(staged, [...found.values()][0]);
    },
    [staged, coming, id],
  );
};

const frame = async ({ city, view, show }: Staged, row: number | undefined): Promise<void> => {
  const { frame: wanted } = person.get();
  if (wanted === undefined) return;
  const place = row === undefined ? undefined : await city.placeOf(row);
  if (isMet({ asked: 1, drawn: place ? 1 : 0, coming: isComing(city.scene()) })) {
    useUndrawn.setState({ id: place ? undefined : wanted });
    person.set({ frame: undefined });
  }
  if (place) show([place], freeNow(), Math.min(view().distance, nearMetres));
};

/** A building whose parts are drawn is seen by them: it lies below. */
const useSelecting = (staged: Staged | undefined): void => {
  const coming = useComing(staged);
  const selected = usePerson((state) => state.selected);
  const twin = useChosen((state) => (state.id === selected ? state.twin : undefined));
  const ids = useMemo(() => (selected === undefined ? [] : [selected, ...(twin ? partsOf(twin) : [])]), [selected, twin]);
  useEffectLatest(
    async (isLatest) => {
      const found = staged && (await rowsById(rowsOf(staged), ids));
      if (staged && found && isLatest()) staged.city.select([...found.values()]);
    },
    [staged, coming, ids.join(' ')],
  );
};

export const useFraming = (staged: Staged | undefined): void => {
  useSelecting(staged);
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
