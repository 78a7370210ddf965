/**
 * Bonds: what a person does, done to the scene; and what the scene is told to do, told to the person.
 */
import { useEffect } from 'react';
import type { Staged } from '../../scene/staged.ts';
import { announce } from '../state/announcing.ts';
import { readColumnsAgain } from '../state/columns.ts';
import { useKnown } from '../state/known.ts';
import { usePausedSince } from '../state/pausing.ts';
import { usePerson } from '../state/person.ts';
import { useUnread } from '../state/unread.ts';
import { currentWords, useWords } from '../words/words.ts';
import { msShown } from '../words/zone.ts';
import { useColouring } from './colouring.ts';
import { useFraming } from './framing.ts';
import { useHiding } from './hiding.ts';
import { useLighting } from './lighting.ts';
import { useLinking } from './linking.ts';
import { useSceneKeys } from './scene-keys.ts';

const useSun = (staged: Staged | undefined): void => {
  const sun = usePerson((state) => state.sun);
  const { zone } = useWords();
  useEffect(() => staged?.city.sunAt(sun === undefined ? undefined : new Date(msShown(zone, sun))), [staged, sun, zone]);
};

/** Columns are those of the moment that is looked at. */
const useMoment = (): void => {
  const asOf = usePerson((state) => state.asOf);
  // as said above
  useEffect(readColumnsAgain, [asOf]);
};

/** Who is silent is seen in the scene, whatever it shows. */
const useSilence = (staged: Staged | undefined): void => {
  const silences = useKnown((state) => state.silences);
  useEffect(() => staged?.city.silence([...silences.keys()]), [staged, silences]);
};

/** What moves and changes by itself is held in the scene, too. */
const usePause = (staged: Staged | undefined): void => {
  const isHeld = usePausedSince() !== undefined;
  useEffect(() => staged?.hold(isHeld), [staged, isHeld]);
};

/** What could not be read is told where agencies are named. */
const useReading = (staged: Staged | undefined): void => {
  useEffect(() => {
    const look = (): void => {
      const agencies = staged?.city.missing() ?? [];
      if (agencies.join() !== useUnread.getState().agencies.join()) useUnread.setState({ agencies });
    };
    look();
    return staged?.onEvent(look);
  }, [staged]);
};

/** Who does not see the rings is told when there are more of them. */
const useAlarms = (staged: Staged | undefined): void => {
  useEffect(() => staged?.city.onAlarms((n) => announce(currentWords().say('sceneAlarms', { n }))), [staged]);
};

/** `undrawable`: no scene will come */
export const useBonds = (staged: Staged | undefined, undrawable: boolean): void => {
  usePause(staged);
  useHiding(staged);
  useLighting(staged);
  useFraming(staged);
  useColouring(staged, undrawable);
  useLinking(staged);
  useSun(staged);
  useSilence(staged);
  useReading(staged);
  useAlarms(staged);
  useMoment();
  useSceneKeys(staged);
};
