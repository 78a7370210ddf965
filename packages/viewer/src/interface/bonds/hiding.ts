/**
 * Hiding: which agencies and kinds the scene shows: by their look, what somebody turned, the filter, and what a question asks to pick from.
 */
import type { Scene } from '@cityweave/core/scene';
import { useEffect, useMemo } from 'react';
import { lookOf } from '../../scene/look.ts';
import type { Staged } from '../../scene/staged.ts';
import { createIsHidden, isOneOf } from '../state/filter.ts';
import { useLearning } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';
import { placesOf } from '../state/places.ts';

const useWantedKinds = (): string => {
  const name = usePerson((state) => state.question?.name);
  const posed = useLearning((state) => state.questions.find((question) => question.name === name));
  return posed
    ? placesOf(posed)
        .flatMap(({ kinds }) => kinds)
        .join(' ')
    : '';
};

/** Of a scene: what is not shown, by the numbers of agency and kind. */
export const useIsHidden = (scene: Scene | undefined): ((agency: number, kind: number) => boolean) => {
  const turned = usePerson((state) => state.turned);
  const choice = usePerson((state) => state.filter);
  const wanted = useWantedKinds();
  return useMemo(() => {
    if (!scene) return () => false;
    return createIsHidden({ scene, choice, turned, hiddenByLook: scene.kinds.map((kind) => lookOf(kind).isHidden), wanted: wanted.split(' ').filter(Boolean) });
  }, [scene, choice, turned, wanted]);
};

/** Kinds of which no agency's twins are shown. */
export const useHiddenKinds = (staged: Staged | undefined): readonly string[] => {
  const scene = staged?.city.scene();
  const isHidden = useIsHidden(scene);
  return useMemo(() => {
    const shown = new Set(scene?.layers.flatMap(({ agency, kinds }) => kinds.filter((kind) => !isHidden(agency, kind))));
    return scene?.kinds.flatMap(({ kind }, at) => (shown.has(at) ? [] : [kind])) ?? [];
  }, [scene, isHidden]);
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
  const isHidden = useIsHidden(staged?.city.scene());
  useEffect(() => staged?.city.hide(isHidden), [staged, isHidden]);
  usePickingFrom(staged);
};
