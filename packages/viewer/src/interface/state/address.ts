/**
 * Address: the page's address follows the person, and the person follows the address: back and forward go through what was selected.
 */

import { createLocalFrame, isComing } from '@cityweave/core/scene/tiles';
import type { Staged } from '../../scene/staged.ts';
import { type Camera, decodePermalink, encodePermalink, type Permalink } from './permalink.ts';
import { person } from './person.ts';
import { start } from './start.ts';

/** Where the eye is, is written so often; what somebody chose at once, but no more often in that time: browsers refuse what writes without end. */
const writeMs = 500;
const choicesMax = 8;

const cameraOf = ({ city, view }: Staged): Camera => {
  const { east, north, ...eye } = view();
  const [longitude, latitude] = createLocalFrame(city.scene().origin).toLonLat(east, north);
  return { longitude, latitude, ...eye };
};

let [hasMoved, said] = [false, start.camera];

/** Notes that somebody moved the eye: from then on its place is their own. */
export const noteMoves = ({ onView }: Staged): (() => void) =>
  onView(() => {
    hasMoved = true;
  });

/** While a city is still coming, home is not yet where it will be: who reads the address again is to begin there, not here. */
const cameraNow = (staged: Staged | undefined): Camera | undefined => {
  if (staged && (hasMoved || !isComing(staged.city.scene()))) said = cameraOf(staged);
  return said;
};

const goTo = ({ city, move }: Staged, { longitude, latitude, ...view }: Camera): void => {
  const [east, north] = createLocalFrame(city.scene().origin).toLocal(longitude, latitude);
  move({ east, north, ...view });
};

const linkOf = (camera: Camera | undefined): Permalink => ({ ...person.get(), camera });

const apply = (hash: string, staged: Staged | undefined, withCamera: boolean): void => {
  const { camera, theme, lang, federation, ...said } = decodePermalink(hash);
  person.set({ ...said, picking: undefined, ...(theme && { theme }), ...(lang && { lang }), ...(federation && { federation }) });
  if (withCamera && camera && staged) goTo(staged, camera);
};

/** Marks entries that are ours: an address that somebody typed has none. */
const own = { own: true } as const;

export const keepAddress = (staged: () => Staged | undefined): (() => void) => {
  const stop = new AbortController();
  let selected = person.get().selected;
  /** whether it is another one now */
  const write = (): boolean => {
    const hash = encodePermalink(linkOf(cameraNow(staged())));
    const isOther = person.get().selected !== selected;
    selected = person.get().selected;
    if (hash === location.hash && !isOther) return false;
    if (isOther) history.pushState(own, '', hash);
    else history.replaceState(own, '', hash);
    return true;
  };
  let [choices, isApplying] = [0, false];
  const isReady = (): boolean => document.visibilityState === 'visible' && person.get().federation !== undefined;
  const timer = setInterval(() => {
    choices = 0;
    if (isReady()) write();
  }, writeMs);
  const unfollow = person.follow(() => {
    if (!isApplying && choices < choicesMax && isReady() && write()) choices += 1;
  });
  const moved = ({ state }: PopStateEvent): void => {
    isApplying = true;
    apply(location.hash, staged(), state === null);
    isApplying = false;
    selected = person.get().selected;
  };
  addEventListener('popstate', moved, { signal: stop.signal });
  return () => {
    clearInterval(timer);
    unfollow();
    stop.abort();
  };
};

/** The address as it is at this moment, for whoever is to see the same. */
export const addressNow = (staged: Staged | undefined): string => `${location.origin}${location.pathname}${encodePermalink(linkOf(cameraNow(staged)))}`;
