/**
 * Early: the opening of the first city is asked for before there is a canvas: it will fill the window.
 */
import { type Camera, fieldOfView, type Look, radians, writeLook } from '@cityweave/core/scene/tiles';
import { type Fetched, fetchOpening, type Opening } from './fetching.ts';
import { tiers } from './rig/quality.ts';

/** At rest, as fine as any machine draws; what a picture needs does not depend on how many pixels of the screen one of the page has. */
const errorPixels = Math.min(...tiers.map((tier) => tier.errorPixels));

/** Pixels of the page. */
type Size = { readonly width: number; readonly height: number };

/** How a first picture of that size is looked at. */
export const lookIn = ({ width, height }: Size, from: Camera | undefined): Look => {
  const high = Math.max(1, height);
  return { aspect: Math.max(1, width) / high, pixelsPerMetre: high / (2 * Math.tan(radians(fieldOfView / 2))), errorPixels, from };
};

type Asked = { readonly federation: string | undefined; readonly look: Look };

const isSame = (one: Asked, other: Asked): boolean => one.federation === other.federation && writeLook(one.look) === writeLook(other.look);

let early: (Asked & { readonly opening: Promise<Fetched<Opening>> }) | undefined;

export const startOpening = (federation: string | undefined, from: Camera | undefined): void => {
  const look = lookIn({ width: innerWidth, height: innerHeight }, from);
  early = { federation, look, opening: fetchOpening(federation, look) };
};

/** The one that was asked for early, where it is the same; once. */
export const takeOpening = (federation: string | undefined, look: Look): Promise<Fetched<Opening>> => {
  const taken = early;
  early = undefined;
  return taken && isSame(taken, { federation, look }) ? taken.opening : fetchOpening(federation, look);
};
