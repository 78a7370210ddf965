/**
 * Lighting: what an answer found, and of that what lies within the ranges that are brushed; all else fades.
 */
import { useEffect } from 'react';
import type { Staged } from '../../scene/staged.ts';
import { wantColumns } from '../state/columns.ts';
import { seenBy, useDrawn } from '../state/drawn.ts';
import { person, usePerson } from '../state/person.ts';
import { usePosed } from '../state/posing.ts';
import { isMet, useComing } from './coming.ts';
import { freeNow } from './free.ts';
import { useWithin } from './meaning.ts';
import { rowsById, rowsOf, useEffectLatest } from './rows.ts';

const useColumnsOfRanges = (staged: Staged | undefined): void => {
  const ranges = usePerson((state) => state.filter.ranges);
  useEffect(() => {
    const terms = ranges.map(({ term }) => term);
    if (staged && terms.length > 0) wantColumns(rowsOf(staged), terms);
  }, [staged, ranges]);
};

/** An answer is seen with its surroundings. */
const [surveyedMax, metres] = [1_000, { around: 100, nearest: 300 }] as const;

/** Brings all that was found before the eye, beside what lies over the city. */
const survey = async ({ city, show }: Staged, rows: readonly number[]): Promise<void> => {
  const places = (await Promise.all(rows.slice(0, surveyedMax).map((row) => city.placeOf(row)))).filter((place) => place !== undefined);
  show(places, freeNow(), metres);
};

/** Who looks elsewhere while twins are still coming is not taken away from there when they are here. */
const useOwnView = (staged: Staged | undefined, coming: boolean): void => {
  useEffect(() => (coming ? staged?.onView(() => person.set({ survey: false })) : undefined), [staged, coming]);
};

export const useLighting = (staged: Staged | undefined): void => {
  const coming = useComing(staged);
  const ids = usePosed(({ answer }) => answer?.ids);
  const asking = usePosed((state) => state.asking);
  useColumnsOfRanges(staged);
  const within = useWithin();
  const parts = useDrawn(({ drawn }) => drawn?.parts);
  useOwnView(staged, coming);
  useEffectLatest(
    async (isLatest) => {
      if (!staged) return;
      if (!ids) return staged.city.light(seenBy(within ?? [], parts));
      const found = await rowsById(rowsOf(staged), ids);
      if (!(found && isLatest())) return;
      const rows = [...found.values()];
      const kept = within ? new Set(within) : undefined;
      staged.city.light(
        seenBy(
          rows.filter((row) => kept === undefined || kept.has(row)),
          parts,
        ),
      );
      if (!person.get().survey || asking || !isMet({ asked: ids.length, drawn: rows.length, coming })) return;
      person.set({ survey: false });
      await survey(staged, rows);
    },
    [staged, coming, ids, asking, within, parts],
  );
};
