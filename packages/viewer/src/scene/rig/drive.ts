/**
 * Drive: the view on its way to where it is wanted, softly where motion is welcome, at once where it is not.
 */
import { bounded } from '@cityweave/core/scene/tiles';
import type { View } from '../staged.ts';
import { between } from './view.ts';

export type Drive = {
  readonly view: () => View;
  /** where it is going */
  readonly wanted: () => View;
  readonly go: (view: View) => void;
  /** Moves on by so many seconds; true where it has not arrived. */
  readonly step: (seconds: number) => boolean;
  readonly setMotion: (welcome: boolean) => void;
};

/** Shares of the way a second, and the longest step that one frame may make. */
const haste = 11;
const secondsMax = 0.1;

export const createDrive = (first: View): Drive => {
  let [view, wanted, soft] = [first, first, true];
  return {
    view: () => view,
    wanted: () => wanted,
    go: (next) => {
      wanted = bounded(next);
    },
    step: (seconds) => {
      view = soft ? between(view, wanted, 1 - Math.exp(-haste * Math.min(secondsMax, seconds))) : wanted;
      return view !== wanted;
    },
    setMotion: (welcome) => {
      soft = welcome;
    },
  };
};
