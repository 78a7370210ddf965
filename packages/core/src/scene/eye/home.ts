/**
 * Home: from where a city is seen as a whole.
 */
import type { Scene } from '../scene.ts';
import { fitView } from './fit.ts';
import type { View } from './view.ts';

type Drawn = Pick<Scene, 'box' | 'layers'>;

const distanceMin = 300;

/** A narrow picture is looked down on more steeply, so that a city fills more of its height. */
const tilts = { wide: 56, narrow: 38 } as const;
/** A city stands as on a map, but where it is so much nearer when it is turned. */
const turnedShare = 0.75;
/** Of half of the shorter side of the city's box, at each of its corners: there is mostly nothing there. */
const cornerCut = 0.1;
/** What lies over the top and the foot of a narrow picture is as high as anywhere, and takes more of it. */
const frees = { wide: { left: 0.02, right: 0.98, top: 0.12, bottom: 0.96 }, narrow: { left: 0.02, right: 0.98, top: 0.2, bottom: 0.92 } } as const;

/** What is built, as roads and rivers run far out of a city; where nothing is, all that there is. */
const builtBox = ({ box, layers }: Drawn): Scene['box'] => {
  const built = layers.filter(({ form }) => form === 'prism').map((layer) => layer.box);
  const side = (at: 0 | 1 | 2 | 3, outer: (...sides: readonly number[]) => number): number => outer(...built.map((one) => one[at]));
  return built.length === 0 ? box : [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
};

/** From the middle to the ends of a city's box, half of it being so wide and so high. */
const endsOf = (wide: number, high: number): readonly (readonly [number, number])[] => {
  const cut = Math.min(wide, high) * cornerCut;
  return [-1, 0, 1].flatMap((x) =>
    [-1, 0, 1].map((y) => (x !== 0 && y !== 0 ? ([x * (wide - cut), y * (high - cut)] as const) : ([x * wide, y * high] as const))),
  );
};

const northerly = 20;
const turned = northerly + 270;

type Looking = { readonly box: Scene['box']; readonly aspect: number; readonly heading: number };

const viewOf = ({ box: [west, south, east, north], aspect, heading }: Looking): View => {
  const width = aspect < 1 ? 'narrow' : 'wide';
  const middle = { east: (west + east) / 2, north: (south + north) / 2, distance: distanceMin, heading, tilt: tilts[width] };
  const places = endsOf((east - west) / 2, (north - south) / 2).map(([x, y]) => ({ east: middle.east + x, north: middle.north + y, top: 0 }));
  return fitView(places, middle, { free: frees[width], aspect, nearest: distanceMin }) ?? middle;
};

/** All that is built is in the picture, however narrow it is. */
export const homeOf = (scene: Drawn, aspect: number): View => {
  const box = builtBox(scene);
  const asOnMap = viewOf({ box, aspect, heading: northerly });
  if (aspect >= 1) return asOnMap;
  const along = viewOf({ box, aspect, heading: turned });
  return along.distance <= asOnMap.distance * turnedShare ? along : asOnMap;
};
