/**
 * Framing: the twin that is chosen, the one that is pointed at, and the way to the one that somebody wants to see.
 */
import { isComing } from '@cityweave/core/scene/tiles';
import type { Staged } from '../../scene/staged.ts';
import { type Parts, seenBy, useDrawn } from '../state/drawn.ts';
import { person, usePerson } from '../state/person.ts';
import { useUndrawn } from '../state/undrawn.ts';
import { isMet, useComing } from './coming.ts';
import { freeNow } from './free.ts';
import { useRevealed } from './hiding.ts';
import { rowsById, rowsOf, useEffectLatest } from './rows.ts';

/** As much of the city is seen around what is shown, so that one knows where that is; nearer than so, one sees a wall. */
const metres = { around: 40, nearest: 90 } as const;

type Named = { readonly id: string | undefined /** what else it is done anew for */; readonly parts?: Parts | undefined };

const useRowOf = (staged: Staged | undefined, { id, parts }: Named, run: (staged: Staged, row: number | undefined) => Promise<void> | void): void => {
  const coming = useComing(staged);
  useEffectLatest(
    async (isLatest) => {
      const found = staged && (await rowsById(rowsOf(staged), id === undefined ? [] : [id]));
      if (staged && found && isLatest()) await run(staged, [...found.values()][0]);
    },
    [staged, coming, id, parts],
  );
};

const frame = async ({ city, show }: Staged, row: number | undefined): Promise<void> => {
  const { frame: wanted } = person.get();
  if (wanted === undefined) return;
  const place = row === undefined ? undefined : await city.placeOf(row);
  if (isMet({ asked: 1, drawn: place ? 1 : 0, coming: isComing(city.scene()) })) {
    useUndrawn.setState({ id: place ? undefined : wanted });
    person.set({ frame: undefined });
  }
  if (place) show([place], freeNow(), metres);
};

/** The one that is chosen, or pointed at, is seen by its parts, too. */
const useMarking = (staged: Staged | undefined, id: string | undefined, mark: (city: Staged['city'], rows: readonly number[]) => void): void => {
  const parts = useDrawn(({ drawn }) => drawn?.parts);
  useRowOf(staged, { id, parts }, ({ city }, row) => mark(city, seenBy(row === undefined ? [] : [row], parts)));
};

export const useFraming = (staged: Staged | undefined): void => {
  useMarking(
    staged,
    usePerson((state) => state.selected),
    (city, rows) => {
      useRevealed.setState({ rows });
      city.select(rows);
    },
  );
  useMarking(
    staged,
    usePerson((state) => state.hovered),
    (city, rows) => city.hover(rows),
  );
  useRowOf(staged, { id: usePerson((state) => state.frame) }, frame);
};
