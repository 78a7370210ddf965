/**
 * Address: the page's address follows the person, and the person follows the address: back and forward go through what was selected.
 */

import { createLocalFrame } from '@cityweave/core/scene/tiles';
import type { Staged } from '../../scene/staged.ts';
import { type Camera, decodePermalink, encodePermalink, type Permalink } from './permalink.ts';
import { person } from './person.ts';

/** at most twice a second */
const writeMs = 500;

const cameraOf = (staged: Staged | undefined): Camera | undefined => {
  if (!staged) return undefined;
  const { east, north, ...view } = staged.view();
  const [longitude, latitude] = createLocalFrame(staged.city.scene().origin).toLonLat(east, north);
  return { longitude, latitude, ...view };
};

export const goTo = ({ city, move }: Staged, { longitude, latitude, ...view }: Camera): void => {
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

export const keepAddress = (staged: () => Staged | undefined, wanted: Camera | undefined): (() => void) => {
  const stop = new AbortController();
  let selected = person.get().selected;
  const write = (): void => {
    const hash = encodePermalink(linkOf(cameraOf(staged()) ?? wanted));
    const isOther = person.get().selected !== selected;
    selected = person.get().selected;
    if (isOther) history.pushState(own, '', hash);
    else if (hash !== location.hash) history.replaceState(own, '', hash);
  };
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible' && person.get().federation) write();
  }, writeMs);
  const moved = ({ state }: PopStateEvent): void => {
    apply(location.hash, staged(), state === null);
    selected = person.get().selected;
  };
  addEventListener('popstate', moved, { signal: stop.signal });
  return () => {
    clearInterval(timer);
    stop.abort();
  };
};

/** The address as it is at this moment, for whoever is to see the same. */
export const addressNow = (staged: Staged | undefined): string => `${location.origin}${location.pathname}${encodePermalink(linkOf(cameraOf(staged)))}`;
