/**
 * Hiding: which twins the scene shows: by their look, what somebody turned, the filter, and what a question asks to pick from.
 */
import { useEffect, useMemo } from 'react';
import { create } from 'zustand';
import { fetchKeepers } from '../../scene/fetching.ts';
import { lookOf } from '../../scene/look.ts';
import type { Staged } from '../../scene/staged.ts';
import { type Drawn, toKeepers, toParts, useDrawn } from '../state/drawn.ts';
import { createIsHidden, createIsMeant, isOneOf } from '../state/filter.ts';
import { useLearning } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';
import { placesOf } from '../state/places.ts';
import { rowsOf, useEffectLatest } from './rows.ts';

/** Rows that are drawn whatever hides them: those of the chosen twin. */
export const useRevealed = create<{ readonly rows: readonly number[] }>()(() => ({ rows: [] }));

/** What is drawn, and then who else keeps it. */
const useRowsDrawn = (staged: Staged | undefined): void => {
  useEffectLatest(
    async (isLatest) => {
      const drawn: Drawn | undefined = staged && { scene: staged.city.scene(), rows: staged.city.rows, keepers: undefined, parts: undefined, elsewhere: [] };
      useDrawn.setState({ drawn });
      const told = staged && (await fetchKeepers(rowsOf(staged)));
      if (!(drawn && told && isLatest())) return;
      useDrawn.setState({ drawn: { ...drawn, keepers: toKeepers(told.beside, drawn.scene.rows), parts: toParts(told.parts), elsewhere: told.elsewhere } });
    },
    [staged],
  );
};

const useMeaning = (): void => {
  const drawn = useDrawn((state) => state.drawn);
  const { kinds, agencies } = usePerson((state) => state.filter);
  useEffect(() => useDrawn.setState({ isMeant: drawn && createIsMeant({ kinds, agencies }, drawn) }), [drawn, kinds, agencies]);
};

const useWantedKinds = (): string => {
  const name = usePerson((state) => state.question?.name);
  const posed = useLearning((state) => state.questions.find((question) => question.name === name));
  return posed
    ? placesOf(posed)
        .flatMap(({ kinds }) => kinds)
        .join(' ')
    : '';
};

/** By row; undefined where nothing is drawn. */
const useIsHidden = (): ((row: number) => boolean) | undefined => {
  const turned = usePerson((state) => state.turned);
  const named = usePerson((state) => state.filter.kinds);
  const wanted = useWantedKinds();
  const { drawn, isMeant } = useDrawn();
  return useMemo(() => {
    if (!(drawn && isMeant)) return undefined;
    const hiddenByLook = drawn.scene.kinds.map((kind) => lookOf(kind).isHidden);
    return createIsHidden({ drawn, isMeant, named, turned, hiddenByLook, wanted: wanted.split(' ').filter(Boolean) });
  }, [drawn, isMeant, named, turned, wanted]);
};

/** Of which agency and kind, by their numbers, at least one twin is shown. */
export const useIsShown = (): ((agency: number, kind: number) => boolean) => {
  const isHidden = useIsHidden();
  const drawn = useDrawn((state) => state.drawn);
  return useMemo(() => {
    const [shown, kinds] = [new Set<number>(), drawn?.scene.kinds.length ?? 0];
    const keyOf = (agency: number, kind: number): number => agency * kinds + kind;
    const { scene, rows } = drawn ?? {};
    for (let row = 0; scene && rows && row < scene.rows; row += 1) if (isHidden?.(row) === false) shown.add(keyOf(rows.agencyOf(row), rows.kindOf(row)));
    return (agency, kind) => shown.has(keyOf(agency, kind));
  }, [drawn, isHidden]);
};

/** Kinds of which no agency's twins are shown. */
export const useHiddenKinds = (): readonly string[] => {
  const scene = useDrawn((state) => state.drawn?.scene);
  const isShown = useIsShown();
  return useMemo(() => scene?.kinds.flatMap(({ kind }, at) => (scene.agencies.some((_, agency) => isShown(agency, at)) ? [] : [kind])) ?? [], [scene, isShown]);
};

/** While somebody picks for a question, nothing else than what it asks for is found. */
const usePickingFrom = (staged: Staged | undefined): void => {
  const posed = usePerson((state) => state.question?.name);
  const picking = usePerson((state) => state.picking);
  const question = useLearning((state) => state.questions.find(({ name }) => name === posed));
  useEffect(() => {
    const place = question && placesOf(question).find(({ variable }) => variable === picking);
    if (!staged || !place || place.kinds.length === 0) return undefined;
    const scene = staged.city.scene();
    const isWanted = scene.kinds.map((kind) => isOneOf(kind, place.kinds));
    staged.city.pickFrom((_, kind) => isWanted[kind] === true);
    return () => staged.city.pickFrom(undefined);
  }, [staged, question, picking]);
};

export const useHiding = (staged: Staged | undefined): void => {
  useRowsDrawn(staged);
  useMeaning();
  const isHidden = useIsHidden();
  const chosen = useRevealed((state) => state.rows);
  const revealed = isHidden ? chosen.filter(isHidden).join(' ') : '';
  useEffect(() => {
    const rows = new Set(revealed.split(' ').filter(Boolean).map(Number));
    if (isHidden) staged?.city.hide((row) => isHidden(row) && !rows.has(row));
  }, [staged, isHidden, revealed]);
  usePickingFrom(staged);
};
