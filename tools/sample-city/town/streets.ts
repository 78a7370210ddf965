/**
 * Streets: the town is cut into blocks, first by the roads that everybody knows, then again and again until the blocks have the size of their quarter.
 * Every cut ends on an older street, so the net hangs together; what crosses the river is a bridge.
 */
import type { Chance } from '../ground/chance.ts';
import {
  apart,
  areaOf,
  between,
  centreOf,
  contains,
  crossing,
  curveThrough,
  edgesOf,
  type Line,
  left,
  lengthOf,
  minus,
  type Point,
  plus,
  type Ring,
  times,
} from '../ground/plane.ts';
import { boxAround, type Split, splitAlong } from '../ground/polygon.ts';
import { type Quarter, quarterAt } from './quarters.ts';
import { northLane, southLane } from './river.ts';

export type StreetRank = 'ring' | 'main' | 'wall' | 'side' | 'lane' | 'quay' | 'edge';
export type Street = { readonly line: Line; readonly rank: StreetRank; readonly bridge?: string; readonly known?: string };
export type Block = { readonly ring: Ring; readonly quarter: Quarter };

/** Metres from the middle of the street to the parcels. */
export const halfWidthByRank: Readonly<Record<StreetRank, number>> = { ring: 10.5, main: 8.5, wall: 8, side: 5.5, lane: 3.6, quay: 5, edge: 4.5 };

const border: Ring = Array.from({ length: 72 }, (_, index): Point => {
  const turn = (index / 72) * 2 * Math.PI;
  const radius = 900 * (1 + 0.08 * Math.sin(2 * turn + 0.9) + 0.05 * Math.sin(3 * turn + 2.2) + 0.025 * Math.sin(7 * turn));
  return [40 + 1.22 * radius * Math.cos(turn), -110 + radius * Math.sin(turn)];
});

type Known = { readonly points: Line; readonly rank: StreetRank; readonly name: string; readonly bridges?: string };

const ellipse = (centre: Point, [rx, ry]: Point, [from, to]: readonly [number, number]): Line =>
  Array.from({ length: 37 }, (_, index): Point => {
    const turn = ((from + ((to - from) * index) / 36) * Math.PI) / 180;
    const wobble = 1 + 0.03 * Math.sin(5 * turn) + 0.02 * Math.sin(3 * turn + 1);
    return [centre[0] + rx * wobble * Math.cos(turn), centre[1] + ry * wobble * Math.sin(turn)];
  });

const southRing: Line = [
  [556, -395],
  [530, -520],
  [440, -640],
  [310, -705],
  [120, -740],
  [-100, -735],
  [-330, -690],
  [-500, -580],
  [-590, -430],
  [-640, -200],
];

/** The roads that everybody knows, the oldest first. */
const known: readonly Known[] = [
  {
    name: 'Brückenstraße',
    rank: 'main',
    bridges: 'Alte Brücke',
    points: [
      [-150, -1300],
      [-110, -900],
      [-95, -640],
      [-58, -420],
      [-40, -250],
      [-28, -120],
      [-38, 0],
      [-30, 140],
      [5, 300],
      [20, 520],
      [-40, 800],
      [-60, 1200],
    ],
  },
  {
    name: 'Lange Straße',
    rank: 'main',
    points: [
      [-1500, 160],
      [-1000, 130],
      [-620, 60],
      [-380, 45],
      [-200, 10],
      [-38, 0],
      [150, 32],
      [330, 60],
      [560, 110],
      [900, 190],
      [1500, 330],
    ],
  },
  { name: 'Ringstraße', rank: 'ring', bridges: 'Ringbrücke', points: [...ellipse([40, -130], [540, 560], [208, -14]), ...southRing] },
  {
    name: 'Wallstraße',
    rank: 'wall',
    points: [[-262, -460], [-272, -300], [-292, -160], ...ellipse([-25, 10], [262, 225], [196, -12]), [238, -90], [236, -180], [250, -320]],
  },
  {
    name: 'Hafenstraße',
    rank: 'main',
    points: [
      [300, -560],
      [460, -600],
      [640, -640],
      [900, -660],
      [1400, -700],
    ],
  },
  {
    name: 'Bergstraße',
    rank: 'main',
    points: [
      [-200, 200],
      [-400, 400],
      [-520, 560],
      [-640, 760],
      [-760, 1100],
    ],
  },
  {
    name: 'Sonnenhang',
    rank: 'main',
    points: [
      [200, 150],
      [340, 330],
      [480, 500],
      [640, 640],
      [800, 1000],
    ],
  },
  {
    name: 'Weststraße',
    rank: 'main',
    points: [
      [-400, -100],
      [-560, -130],
      [-800, -150],
      [-1080, -110],
      [-1400, -160],
    ],
  },
];

type Town = { faces: readonly Ring[]; readonly water: Ring; readonly streets: Street[] };

/** Cuts every face that the line runs through, as often as it does. */
const cutFaces = (faces: readonly Ring[], line: Line, note: (split: Split) => void): readonly Ring[] =>
  faces.flatMap((face) => {
    const split = splitAlong(face, line, ({ parts }) => parts.every((part) => areaOf(part) > 600));
    if (!split) return [face];
    note(split);
    return cutFaces(split.parts, line, note);
  });

const crossWater = (water: Ring, { points, rank, name, bridges }: Known, streets: Street[]): void => {
  const split = bridges ? splitAlong(water, points) : undefined;
  if (split && bridges) streets.push({ line: split.cut, rank, bridge: bridges, known: name });
};

const cutByKnown = (town: Town, road: Known): void => {
  const smooth = { ...road, points: curveThrough(road.points, 35) };
  crossWater(town.water, smooth, town.streets);
  town.faces = cutFaces(town.faces, smooth.points, ({ cut }) => town.streets.push({ line: cut, rank: road.rank, known: road.name }));
};

/** The town's border, cut by the two lanes along the river into two shores and the water between. */
const createTown = (): Town => {
  const first = splitAlong(border, northLane);
  if (!first) return { faces: [border], water: [], streets: [] };
  const southern = first.parts.find((part) => centreOf(part)[1] < -200) ?? border;
  const northern = first.parts.find((part) => part !== southern) ?? border;
  const second = splitAlong(southern, southLane);
  const south = second?.parts.toSorted((a, b) => centreOf(a)[1] - centreOf(b)[1]) ?? [];
  const streets: Street[] = [
    { line: first.cut, rank: 'quay', known: 'Uferweg' },
    { line: second?.cut ?? [], rank: 'quay', known: 'Südufer' },
    ...[northern, south[0] ?? []].flatMap((shore) => borderOf(shore)),
  ];
  return { faces: [northern, south[0] ?? []], water: south[1] ?? [], streets };
};

/** The stretch of a shore's ring that lies on the border of the town. */
const borderOf = (shore: Ring): readonly Street[] => {
  const onBorder = edgesOf(shore).map(([a, b]) => isOnBorder(between(a, b, 0.5)));
  const start = onBorder.findIndex((here, index) => here && !onBorder[(index - 1 + onBorder.length) % onBorder.length]);
  const count = onBorder.filter(Boolean).length;
  const line = Array.from({ length: count + 1 }, (_, step) => shore[(start + step) % shore.length] ?? border[0] ?? [0, 0]) satisfies Line;
  return [{ line, rank: 'edge', known: centreOf(shore)[1] > -200 ? 'Feldweg' : 'Am Südfeld' }];
};

const isOnBorder = (point: Point): boolean => edgesOf(border).some(([a, b]) => apart(a, point) + apart(point, b) - apart(a, b) < 1e-3);

/** Cuts across the length of a block, somewhere near its middle. */
const cutAcross = (ring: Ring, chance: Chance, sway: number): Split | undefined => {
  const box = boxAround(ring);
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const off = (chance.next() - 0.5) * sway * box.length;
    const turn = (chance.next() - 0.5) * sway * 0.6;
    const across = plus(left(box.axis), times(box.axis, turn));
    const middle = plus(box.centre, times(box.axis, off));
    const split = splitAlong(ring, [minus(middle, times(across, box.width)), plus(middle, times(across, box.width))]);
    if (split?.parts.every((part) => areaOf(part) > areaOf(ring) * 0.2)) return split;
  }
  return undefined;
};

const reserved = (ring: Ring, quarter: Quarter): boolean => quarter.keep.some(({ at, areaMax }) => contains(ring, at) && areaOf(ring) < areaMax);

const cutBlock = (ring: Ring, chance: Chance, note: (street: Street) => void): readonly Block[] => {
  const quarter = quarterAt(centreOf(ring));
  if (areaOf(ring) < quarter.blockArea * chance.between(0.8, 1.5) || reserved(ring, quarter)) return [{ ring, quarter }];
  const split = cutAcross(ring, chance, quarter.sway);
  if (!split) return [{ ring, quarter }];
  note({ line: split.cut, rank: quarter.street });
  return split.parts.flatMap((part) => cutBlock(part, chance, note));
};

export type StreetPlan = { readonly streets: readonly Street[]; readonly blocks: readonly Block[]; readonly border: Ring; readonly water: Ring };

export const createStreetPlan = (chance: Chance): StreetPlan => {
  const town = createTown();
  for (const road of known) cutByKnown(town, road);
  const blocks = town.faces.flatMap((face) => cutBlock(face, chance, (street) => town.streets.push(street)));
  for (const road of known) town.streets.push(...outside(road));
  return { streets: town.streets.filter(({ line }) => lengthOf(line) > 1), blocks, border, water: town.water };
};

/** Main roads go on into the country from where they leave the town. */
const outside = ({ points, rank, name }: Known): readonly Street[] => {
  if (rank !== 'main') return [];
  const line = curveThrough(points, 35);
  return [line, line.toReversed()].flatMap((way) => {
    const inside = way.findIndex((point) => contains(border, point));
    const [before, after] = [way[inside - 1], way[inside]];
    const share =
      before &&
      after &&
      edgesOf(border)
        .map((edge) => crossing([before, after], edge)?.[0])
        .find((found) => found !== undefined);
    return before && after && share !== undefined ? [{ line: [...way.slice(0, inside), between(before, after, share)], rank, known: name }] : [];
  });
};
