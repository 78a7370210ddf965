/**
 * Scene name: what is seen in the city now, as one sentence: for who does not see it. Told when the view rests, something else is chosen or shown, or values change: at most once a second, never by the frame, and React renders nothing for it.
 */
import { useEffect, useRef } from 'react';
import { createBell } from '../../scene/live/live.ts';
import type { Staged, View } from '../../scene/staged.ts';
import { useChosen } from '../state/choosing.ts';
import { useDrawn } from '../state/drawn.ts';
import { useKnown } from '../state/known.ts';
import { usePosed } from '../state/posing.ts';
import { spokenName, wayOf } from '../words/telling.ts';
import { useWords, type Words } from '../words/words.ts';

/** Values change more often than anybody listens. */
const toldEveryMs = 1_000;

export type Seen = {
  readonly city: string;
  readonly view: Pick<View, 'distance' | 'heading'>;
  readonly shown: { readonly twins: number; readonly alarms: number };
  readonly chosen: string | undefined;
};

export const sceneText = ({ city, view, shown, chosen }: Seen, { say, quantity }: Pick<Words, 'say' | 'quantity'>): string =>
  [
    say('sceneSeen', { city, way: say(wayOf(view.heading)), away: quantity(Number(view.distance.toPrecision(2)), 'm'), n: shown.twins }),
    ...(shown.alarms > 0 ? [say('sceneAlarms', { n: shown.alarms })] : []),
    ...(chosen === undefined ? [] : [say('sceneChosen', { name: chosen })]),
  ].join(' ');

export const useNaming = (staged: Staged | undefined): void => {
  const words = useWords();
  const city = useKnown((state) => state.federation?.name ?? '');
  const chosen = useChosen(({ twin }) => twin && spokenName(twin.name, twin.kind.label));
  const isMeant = useDrawn((state) => state.isMeant);
  const answer = usePosed((state) => state.answer);
  const told = useRef<Staged>(undefined);
  useEffect(() => {
    if (!staged) return undefined;
    const tell = (): void => {
      told.current = staged;
      staged.name(sceneText({ city, view: staged.view(), shown: staged.city.shownInView(), chosen }, words));
    };
    // a city that is staged anew is called as before until something of it is drawn
    if (told.current === staged || staged.city.shownInView().twins > 0) tell();
    const bell = createBell(toldEveryMs);
    const stops = [
      bell.on(tell),
      staged.city.live.onChanged(bell.ring),
      staged.onView(tell),
      staged.onEvent((event) => event.type === 'progress' && event.here === event.wanted && tell()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
    // what the filter and an answer show is seen, too
  }, [staged, words, city, chosen, isMeant, answer]);
};
