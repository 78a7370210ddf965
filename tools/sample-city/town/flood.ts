/**
 * Flood: where the ground lies lower than the water of a flood, as polygons with holes, traced on a grid (marching squares).
 */
import { apart, areaOf, centreOf, contains, type Point, type Ring } from '../ground/plane.ts';
import { groundAt, stationOf, waterLevelAt } from './river.ts';

/** Metres by which a flood of this return period (years) rises above the mean level. */
export const floods = [
  { years: 20, rise: 2.9 },
  { years: 100, rise: 4.7 },
  { years: 500, rise: 6.2 },
] as const;

const grid = { west: -1_500, south: -1_150, step: 20, columns: 156, rows: 112 } as const;

type Depths = readonly (readonly number[])[];

/** How deep the water of mean level stands over each point of the grid: negative on dry ground. */
const meanDepths = (): Depths =>
  Array.from({ length: grid.rows + 1 }, (_, row) =>
    Array.from({ length: grid.columns + 1 }, (_, column) => {
      const point: Point = [grid.west + column * grid.step, grid.south + row * grid.step];
      return waterLevelAt(stationOf(point)) - groundAt(point);
    }),
  );

type Piece = readonly [from: Point, to: Point];

/** The contour of one cell, water on its left. */
const contourOf = (depths: Depths, [column, row]: readonly [number, number], rise: number): readonly Piece[] => {
  const depth = (i: number, j: number): number => {
    const outside = i <= 0 || j <= 0 || i >= grid.columns || j >= grid.rows;
    return outside ? -0.01 : (depths[j]?.[i] ?? -1) + rise;
  };
  const corners = [
    [column, row],
    [column + 1, row],
    [column + 1, row + 1],
    [column, row + 1],
  ] as const;
  const ends: { readonly point: Point; readonly rising: boolean }[] = [];
  for (const [index, [i, j]] of corners.entries()) {
    const [k, l] = corners[(index + 1) % 4] ?? [i, j];
    const [a, b] = [depth(i, j), depth(k, l)];
    if (a > 0 === b > 0) continue;
    const share = a / (a - b);
    ends.push({ point: [grid.west + grid.step * (i + (k - i) * share), grid.south + grid.step * (j + (l - j) * share)], rising: b > 0 });
  }
  return pairUp(ends);
};

/** Walking round a cell counter-clockwise, the contour enters where the ground falls dry and leaves where it gets wet again. */
const pairUp = (ends: readonly { readonly point: Point; readonly rising: boolean }[]): readonly Piece[] =>
  ends.flatMap((end, index) => {
    const next = ends[(index + 1) % ends.length];
    return !end.rising && next?.rising ? [[end.point, next.point] as const] : [];
  });

const keyOf = ([x, y]: Point): string => `${x.toFixed(3)} ${y.toFixed(3)}`;

const ringsOf = (pieces: readonly Piece[]): readonly Ring[] => {
  const next = new Map(pieces.map(([from, to]) => [keyOf(from), to]));
  const rings: Ring[] = [];
  for (const [from] of pieces) {
    const ring: Point[] = [];
    for (let point = from, to = next.get(keyOf(point)); to; point = to, to = next.get(keyOf(point))) {
      next.delete(keyOf(point));
      ring.push(point);
    }
    if (ring.length > 3) rings.push(smoothed(ring));
  }
  return rings;
};

/** Corners cut once (Chaikin), then points that are too close left out. */
const smoothed = (ring: Ring): Ring => {
  const cut = ring.flatMap((point, index): readonly Point[] => {
    const after = ring[(index + 1) % ring.length] ?? point;
    return [
      [point[0] * 0.75 + after[0] * 0.25, point[1] * 0.75 + after[1] * 0.25],
      [point[0] * 0.25 + after[0] * 0.75, point[1] * 0.25 + after[1] * 0.75],
    ];
  });
  return cut.filter((point, index) => index === 0 || apart(point, cut[index - 1] ?? point) > 1);
};

const areaMin = 1_500;

/** The zones of one flood: each an outer ring and its holes. */
const zonesOf = (depths: Depths, rise: number): readonly (readonly Ring[])[] => {
  const pieces = Array.from({ length: grid.rows }, (_, row) =>
    Array.from({ length: grid.columns }, (__, column) => contourOf(depths, [column, row], rise)),
  ).flat(2);
  const rings = ringsOf(pieces).filter((ring) => Math.abs(areaOf(ring)) > areaMin);
  const outer = rings.filter((ring) => areaOf(ring) > 0);
  return outer
    .map((ring) => [ring, ...rings.filter((hole) => areaOf(hole) < 0 && contains(ring, hole[0] ?? centreOf(hole)))])
    .toSorted(([a = []], [b = []]) => areaOf(b) - areaOf(a));
};

export type Flood = { readonly years: number; readonly rise: number; readonly zones: readonly (readonly Ring[])[] };

export const createFloods = (): readonly Flood[] => {
  const depths = meanDepths();
  return floods.map(({ years, rise }) => ({ years, rise, zones: zonesOf(depths, rise) }));
};
