/**
 * Hiding: which agencies and kinds the scene shows: by their look, what somebody turned, the filter, and what a question asks to pick from.
 */
import type { Scene } from '@cityweave/core/scene';
import { useEffect, useMemo } from 'react';
import { lookOf } from '../../scene/look.ts';
import type { Staged } from '../../scene/staged.ts';
import { createIsHidden } from '../state/filter.ts';
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

export const useHiding = (staged: Staged | undefined): void => {
  const isHidden = useIsHidden(staged?.city.scene());
  useEffect(() => staged?.city.hide(isHidden), [staged, isHidden]);
};
