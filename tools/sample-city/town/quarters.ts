/**
 * Quarters: the parts of the town by name, each with its way of building. A table.
 */
import type { Point } from '../ground/plane.ts';
import { courseY } from './river.ts';
import type { StreetRank } from './streets.ts';

export type Build = 'old' | 'perimeter' | 'houses' | 'rows' | 'slabs' | 'industry';
export type Quarter = {
  readonly number: string;
  readonly name: string;
  readonly build: Build;
  readonly street: StreetRank;
  /** square metres at which cutting ends */
  readonly blockArea: number;
  /** how far cuts stray from the middle and from the right angle, as share */
  readonly sway: number;
  readonly years: readonly [number, number];
  /** blocks kept whole for what needs room: around these points, up to this area */
  readonly keep: readonly { readonly at: Point; readonly areaMax: number }[];
};

const kept = (x: number, y: number, areaMax: number) => ({ at: [x, y] as const, areaMax });

const altstadt: Quarter = { number: '01', name: 'Altstadt', build: 'old', street: 'lane', blockArea: 4_200, sway: 0.28, years: [1580, 1890], keep: [] };
const neustadt: Quarter = {
  number: '02',
  name: 'Neustadt',
  build: 'perimeter',
  street: 'side',
  blockArea: 10_500,
  sway: 0.16,
  years: [1870, 1925],
  keep: [kept(250, 330, 42_000), kept(-330, -60, 22_000)],
};
const bruckenvorstadt: Quarter = {
  number: '03',
  name: 'Brückenvorstadt',
  build: 'perimeter',
  street: 'side',
  blockArea: 11_000,
  sway: 0.16,
  years: [1885, 1935],
  keep: [kept(150, -560, 26_000)],
};
const nordhang: Quarter = {
  number: '04',
  name: 'Nordhang',
  build: 'houses',
  street: 'side',
  blockArea: 11_500,
  sway: 0.16,
  years: [1955, 1998],
  keep: [kept(150, 640, 40_000)],
};
const westend: Quarter = {
  number: '05',
  name: 'Westend',
  build: 'houses',
  street: 'side',
  blockArea: 12_000,
  sway: 0.2,
  years: [1922, 1975],
  keep: [kept(-760, 200, 36_000)],
};
const ostfeld: Quarter = {
  number: '06',
  name: 'Ostfeld',
  build: 'slabs',
  street: 'side',
  blockArea: 26_000,
  sway: 0.12,
  years: [1964, 1982],
  keep: [kept(760, 60, 30_000)],
};
const sonnenberg: Quarter = { number: '07', name: 'Sonnenberg', build: 'rows', street: 'side', blockArea: 10_000, sway: 0.14, years: [1985, 2019], keep: [] };
const sudfeld: Quarter = {
  number: '08',
  name: 'Südfeld',
  build: 'houses',
  street: 'side',
  blockArea: 12_000,
  sway: 0.18,
  years: [1948, 2008],
  keep: [kept(-420, -760, 30_000)],
};
const hafen: Quarter = { number: '09', name: 'Hafen', build: 'industry', street: 'side', blockArea: 30_000, sway: 0.1, years: [1908, 2016], keep: [] };

export const quarters: readonly Quarter[] = [altstadt, neustadt, bruckenvorstadt, nordhang, westend, ostfeld, sonnenberg, sudfeld, hafen];

const insideEllipse = ([x, y]: Point, [cx, cy]: Point, [rx, ry]: Point): boolean => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;

const southern = ([x, y]: Point): Quarter => {
  if (insideEllipse([x, y], [-20, -430], [568, 318])) return bruckenvorstadt;
  return x > 380 ? hafen : sudfeld;
};

/** The quarter that a point lies in. */
export const quarterAt = (point: Point): Quarter => {
  const [x, y] = point;
  if (y < courseY(x)) return southern(point);
  if (insideEllipse(point, [-25, -20], [268, 258]) || (Math.abs(x + 25) < 265 && y < 0)) return altstadt;
  if (insideEllipse(point, [40, -130], [545, 565])) return neustadt;
  if (x > 480 && y < 330) return ostfeld;
  if (x > 250) return sonnenberg;
  return x < -430 && y < 480 ? westend : nordhang;
};
