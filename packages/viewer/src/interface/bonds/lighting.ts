/**
 * Lighting: what an answer found, and of that what lies within the ranges that are brushed; all else fades.
 */
import { useEffect, useMemo } from 'react';
import type { Staged } from '../../scene/staged.ts';
import { columnOf, useColumns, wantColumns } from '../state/columns.ts';
import { isTelling, rowsWithin } from '../state/filter.ts';
import { person, usePerson } from '../state/person.ts';
import { usePosed } from '../state/posing.ts';
import { freeNow } from './free.ts';
import { rowsById, useEffectLatest } from './rows.ts';

/** Undefined where nothing is brushed. */
const useWithin = (): readonly number[] | undefined => {
  const federation = usePerson((state) => state.federation);
  const ranges = usePerson((state) => state.filter.ranges);
  const read = useColumns((state) => state.read);
  useEffect(() => {
    const terms = ranges.map(({ term }) => term);
    if (federation && terms.length > 0) wantColumns(federation, terms);
  }, [federation, ranges]);
  return useMemo(() => {
    const telling = ranges.filter(isTelling);
    const known = telling.flatMap((range) => {
      const column = columnOf({ read }, range.term);
      return column ? [[range, column] as const] : [];
    });
    return known.length === 0 ? undefined : rowsWithin(known);
  }, [ranges, read]);
};

const [surveyedMax, nearMetres] = [1_000, 800] as const;

/** Brings all that was found before the eye, beside what lies over the city. */
const survey = async ({ city, show }: Staged, rows: readonly number[]): Promise<void> => {
  person.set({ survey: false });
  const places = (await Promise.all(rows.slice(0, surveyedMax).map((row) => city.placeOf(row)))).filter((place) => place !== undefined);
  show(places, freeNow(), nearMetres);
};

export const useLighting = (staged: Staged | undefined): void => {
  const federation = usePerson((state) => state.federation);
  const ids = usePosed(({ answer }) => answer?.ids);
  const asking = usePosed((state) => state.asking);
  const within = useWithin();
  useEffectLatest(
    async (isLatest) => {
      if (!(staged && federation)) return;
      if (!ids) return staged.city.light(within ?? []);
      const rows = [...(await rowsById(federation, ids)).values()];
      const kept = within ? new Set(within) : undefined;
      if (!isLatest()) return;
      staged.city.light(rows.filter((row) => kept === undefined || kept.has(row)));
      if (person.get().survey && !asking) await survey(staged, rows);
    },
    [staged, federation, ids, asking, within],
  );
};
