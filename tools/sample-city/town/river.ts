/**
 * River: the Aune runs from west to east past the old town in two bends; the ground rises from it on both sides.
 */
import { apart, distanceToEdges, type Line, left, type Point, plus, type Ring, segmentsOf, times, towards } from '../ground/plane.ts';

const reach = { west: -1_900, east: 2_000, step: 25 } as const;

export const courseY = (x: number): number => -345 + 150 * Math.sin((x + 160) / 430) + 38 * Math.sin((x - 90) / 190) - 0.03 * x;

/** The middle of the river, upstream in the west. */
export const course: Line = Array.from({ length: (reach.east - reach.west) / reach.step + 1 }, (_, index): Point => {
  const x = reach.west + index * reach.step;
  return [x, courseY(x)];
});

const courseEdges = segmentsOf(course);

export const halfWidth = 29;

const aside = (metres: number): Line =>
  course.map((point, index) => {
    const [before, after] = [course[index - 1] ?? point, course[index + 1] ?? point];
    return plus(point, times(left(towards(before, after)), metres));
  });

const withWaves = (line: Line, waves: number, metres: number): Line =>
  line.map(([x, y], index): Point => [x, y + metres * Math.sin(index / waves) * Math.sin(index / (waves * 2.7) + 1)]);

export const leftBank: Line = aside(halfWidth);
export const rightBank: Line = aside(-halfWidth);
export const riverRing: Ring = [...rightBank, ...leftBank.toReversed()];

/** The lanes along the river: close to the water at the old town, behind meadows elsewhere. */
const meadow = (x: number): number => 14 + 46 * (1 - Math.exp(-(((x + 60) / 520) ** 2)));
const laneAside = (side: 1 | -1): Line =>
  aside(0).map((point, index) => {
    const [before, after] = [course[index - 1] ?? point, course[index + 1] ?? point];
    return plus(point, times(left(towards(before, after)), side * (halfWidth + meadow(point[0]))));
  });
const thinned = (line: Line): Line => line.filter((_, index) => index % 2 === 0 || index === line.length - 1);
export const northLane: Line = thinned(withWaves(laneAside(1), 3, 4));
export const southLane: Line = thinned(withWaves(laneAside(-1), 4, 5));

/** The stretches of the river that can be nearest to a point: its course is a function of x, so none farther aside than the water straight north or south. */
const stretchesNear = ([x, y]: Point): readonly [first: number, last: number] => {
  const across = Math.abs(y - courseY(x)) + reach.step;
  const index = (at: number) => Math.min(courseEdges.length, Math.max(0, Math.floor((at - reach.west) / reach.step)));
  return [index(x - across), index(x + across) + 1];
};

export const toRiver = (point: Point): number => distanceToEdges(point, courseEdges.slice(...stretchesNear(point)));

/** Metres along the river from the western edge to each of its points. */
const run: number[] = [0];
for (const [a, b] of courseEdges) run.push((run.at(-1) ?? 0) + apart(a, b));

/** How far downstream the nearest part of the river is, in metres from the western edge. */
export const stationOf = (point: Point): number => {
  const [first, last] = stretchesNear(point);
  let [best, station] = [Infinity, 0];
  for (const [offset, [a, b]] of courseEdges.slice(first, last).entries()) {
    const near = Math.min(apart(point, a), apart(point, b));
    if (near < best) [best, station] = [near, run[first + offset] ?? 0];
  }
  return station;
};

const fall = 0.0006;
/** Mean level of the water, metres above the zero of DHHN2016. */
export const waterLevelAt = (station: number): number => 61.4 - fall * station;

const hills = ([x, y]: Point): number =>
  1.6 * Math.sin(x / 310 + 0.7) * Math.sin(y / 270 + 1.9) + 0.7 * Math.sin(x / 127 + y / 149) + 0.45 * Math.sin(x / 83 - y / 97 + 2);

/** Height of the ground: flat meadows at the river, then slopes, steeper in the north. */
export const groundAt = (point: Point): number => {
  const distance = Math.max(0, toRiver(point) - halfWidth);
  const side = point[1] > courseY(point[0]) ? 1 : 0;
  const old = 1.4 * Math.exp(-((point[0] / 330) ** 2 + ((point[1] - 40) / 260) ** 2));
  const slope = side ? 13 * (1 - Math.exp(-distance / 620)) + distance * 0.006 : 8.5 * (1 - Math.exp(-distance / 700)) + distance * 0.003;
  const damp = 1 - Math.exp(-distance / 130);
  return waterLevelAt(stationOf(point)) + 1.1 + slope + old + damp * (hills(point) + 0.6);
};
