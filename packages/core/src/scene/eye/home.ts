/**
 * Home: from where a city is seen as a whole.
 */
import type { Scene } from '../scene.ts';
import { fitView } from './fit.ts';
import type { View } from './view.ts';

type Drawn = Pick<Scene, 'box' | 'layers'>;

const distanceMin = 300;

/** A city that is seen on a narrow picture fills it, and its ends run out. */
const narrowShare = 0.6;
/** Of half of the shorter side of the city's box, at each of its corners: there is mostly nothing there. */
const cornerCut = 0.1;
const homeFree = { left: 0.02, right: 0.98, top: 0.12, bottom: 0.96 } as const;

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

type Looking = { readonly box: Scene['box']; readonly aspect: number; readonly heading: number; readonly share: number };

const viewOf = ({ box: [west, south, east, north], aspect, heading, share }: Looking): View => {
  const middle = { east: (west + east) / 2, north: (south + north) / 2, distance: distanceMin, heading, tilt: 56 };
  const [wide, high] = [((east - west) / 2) * share, ((north - south) / 2) * share];
  const places = endsOf(wide, high).map(([x, y]) => ({ east: middle.east + x, north: middle.north + y, top: 0 }));
  return fitView(places, middle, { free: homeFree, aspect, nearest: distanceMin }) ?? middle;
};

/** Where a city is so long that all of it, turned, is as near as its middle otherwise, a narrow picture shows it turned. */
export const homeOf = (scene: Drawn, aspect: number): View => {
  const box = builtBox(scene);
  if (aspect >= 1) return viewOf({ box, aspect, heading: northerly, share: 1 });
  const upright = viewOf({ box, aspect, heading: northerly, share: narrowShare });
  const whole = viewOf({ box, aspect, heading: turned, share: 1 });
  return whole.distance <= upright.distance ? whole : upright;
};
