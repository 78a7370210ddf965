/**
 * Landmarks: what a town has once or a few times, with the point near which it stands and its parts. A table, and how the parts are laid into a block.
 */
import { at, left, type Point, plus, type Ring, times } from '../ground/plane.ts';
import { boxAround, rectangle, ringInside } from '../ground/polygon.ts';
import type { Wing } from './roofs.ts';

export type LandmarkSort =
  | 'church'
  | 'townHall'
  | 'hospital'
  | 'school'
  | 'fireStation'
  | 'sportsHall'
  | 'careHome'
  | 'substation'
  | 'waterworks'
  | 'depot'
  | 'museum';
export type RoofShape = 'flat' | 'gabled' | 'hipped' | 'pyramid';

/** Metres; `u` and `v` place the middle in the block's box, from -0.5 to 0.5. */
export type Part = {
  readonly u: number;
  readonly v: number;
  /** metres along the block's length, from there */
  readonly shift?: number;
  readonly length: number;
  readonly width: number;
  readonly eaves: number;
  readonly ridge?: number;
  readonly roof: RoofShape;
  readonly storeys: number;
};
export type Landmark = { readonly name: string; readonly sort: LandmarkSort; readonly near: Point; readonly year: number; readonly parts: readonly Part[] };

const flat = ([u, v]: Point, [length, width]: Point, storeys: number): Part => ({
  u,
  v,
  length,
  width,
  storeys,
  eaves: storeys * 3.6 + 0.6,
  roof: 'flat',
});

const school = [flat([-0.12, 0.16], [48, 15], 3), flat([0.24, -0.2], [26, 18], 1)] as const;
const clinic = [flat([-0.2, 0.2], [62, 17], 6), flat([-0.2, -0.2], [62, 17], 4), flat([0.26, 0], [17, 58], 5)] as const;
const station = [
  flat([-0.1, 0], [34, 17], 2),
  { u: 0.28, v: 0.1, length: 6, width: 6, eaves: 17, ridge: 20, roof: 'pyramid', storeys: 5 },
] as const satisfies readonly Part[];
const hall = [flat([0, 0], [44, 27], 2)] as const;
const home = [{ u: 0, v: 0.05, length: 46, width: 14, eaves: 10.2, ridge: 13.4, roof: 'hipped', storeys: 3 }] as const satisfies readonly Part[];
const control = [flat([-0.1, 0], [22, 12], 1), flat([0.24, 0.1], [9, 7], 1)] as const;

const church = (scale: number): readonly Part[] => [
  { u: 0, v: 0, shift: 5.1 * scale, length: 40 * scale, width: 17 * scale, eaves: 14 * scale, ridge: 25 * scale, roof: 'gabled', storeys: 1 },
  { u: 0, v: 0, shift: -20 * scale, length: 10 * scale, width: 10 * scale, eaves: 38 * scale, ridge: 67 * scale, roof: 'pyramid', storeys: 5 },
];

const landmark = (sort: LandmarkSort, name: string, rest: Pick<Landmark, 'near' | 'year' | 'parts'>): Landmark => ({ name, sort, ...rest });

export const landmarks: readonly Landmark[] = [
  landmark('church', 'St. Marien', { near: [60, 95], year: 1612, parts: church(1) }),
  landmark('townHall', 'Rathaus', {
    near: [-75, 35],
    year: 1687,
    parts: [{ u: 0, v: 0, length: 36, width: 17, eaves: 12.5, ridge: 21, roof: 'hipped', storeys: 3 }],
  }),
  landmark('museum', 'Stadtmuseum im Zehnthof', {
    near: [-150, -60],
    year: 1724,
    parts: [{ u: 0, v: 0, length: 30, width: 13, eaves: 8, ridge: 15.5, roof: 'gabled', storeys: 2 }],
  }),
  landmark('church', 'Christuskirche', { near: [60, -560], year: 1897, parts: church(0.8) }),
  landmark('hospital', 'Klinikum Auenfurt', { near: [250, 330], year: 1974, parts: clinic }),
  landmark('hospital', 'Krankenhaus am Südring', { near: [150, -560], year: 1931, parts: clinic }),
  landmark('school', 'Gymnasium am Wall', { near: [-330, -60], year: 1908, parts: school }),
  landmark('school', 'Nordhangschule', { near: [-110, 660], year: 1968, parts: school }),
  landmark('school', 'Westendschule', { near: [-800, -40], year: 1956, parts: school }),
  landmark('school', 'Gesamtschule Ostfeld', {
    near: [760, 60],
    year: 1972,
    parts: [flat([-0.15, 0.2], [70, 18], 3), flat([-0.15, -0.15], [70, 18], 2), flat([0.3, 0], [40, 26], 1)],
  }),
  landmark('school', 'Südfeldschule', { near: [-600, -640], year: 1962, parts: school }),
  landmark('school', 'Grundschule Brückenvorstadt', { near: [-190, -520], year: 1911, parts: school }),
  landmark('fireStation', 'Feuer- und Rettungswache 1', { near: [-260, 240], year: 1983, parts: station }),
  landmark('fireStation', 'Feuer- und Rettungswache 2', { near: [-20, -660], year: 1994, parts: station }),
  landmark('fireStation', 'Gerätehaus Ostfeld', { near: [640, 190], year: 2006, parts: station }),
  landmark('sportsHall', 'Ringhalle', { near: [350, 10], year: 1978, parts: hall }),
  landmark('sportsHall', 'Sporthalle Westend', { near: [-560, 30], year: 1988, parts: hall }),
  landmark('sportsHall', 'Uferhalle', { near: [-250, -440], year: 1999, parts: hall }),
  landmark('careHome', 'Seniorenheim Sonnenberg', { near: [520, 420], year: 1996, parts: home }),
  landmark('careHome', 'Haus Abendruh', { near: [-360, 480], year: 1981, parts: home }),
  landmark('careHome', 'Stift an der Aune', { near: [-400, -260], year: 1903, parts: home }),
  landmark('careHome', 'Pflegezentrum Südfeld', { near: [-250, -790], year: 2009, parts: home }),
  landmark('substation', 'Umspannwerk Hafen', { near: [560, -480], year: 1969, parts: control }),
  landmark('substation', 'Umspannwerk West', { near: [-950, 260], year: 1977, parts: control }),
  landmark('waterworks', 'Klärwerk', { near: [960, -560], year: 1961, parts: [flat([-0.2, 0.1], [34, 16], 2), flat([0.2, -0.1], [24, 24], 1)] }),
  landmark('depot', 'Busbetriebshof', { near: [700, -800], year: 1986, parts: [flat([0, 0], [82, 34], 2), flat([0.1, 0.38], [30, 12], 2)] }),
];

/** A part as wing in its block, made smaller until it fits; undefined where it never does. */
export const layPart = (part: Part, block: Ring): Wing | undefined => {
  const box = boxAround(block);
  for (const scale of [1, 0.85, 0.72, 0.6, 0.5, 0.4]) {
    const offset = plus(
      times(box.axis, part.u * box.length * Math.sqrt(scale) + (part.shift ?? 0) * scale),
      times(left(box.axis), part.v * box.width * Math.sqrt(scale)),
    );
    const ring = rectangle({ centre: plus(box.centre, offset), axis: box.axis, length: part.length * scale, width: part.width * scale });
    if (ringInside(ring, block)) return { front: [at(ring, 0), at(ring, 1)], rear: [at(ring, 3), at(ring, 2)] };
  }
  return undefined;
};
