/**
 * Trees: in parks and gardens at random, along wide streets in rows, in the meadows at the river; never on a building or a roadway.
 */
import type { Chance } from '../ground/chance.ts';
import { alongLine, apart, areaOf, contains, distanceToEdges, edgesOf, left, lengthOf, type Point, plus, type Ring, times } from '../ground/plane.ts';
import type { BuiltTown } from './buildings.ts';
import { course, halfWidth, toRiver } from './river.ts';
import { nearestEdge, type StreetNet } from './street-net.ts';
import { halfWidthByRank, type StreetPlan } from './streets.ts';

export type Tree = { readonly at: Point; readonly height: number; readonly crown: number; readonly kind: string };

const kinds = ['Linde', 'Ahorn', 'Eiche', 'Kastanie', 'Esche'] as const;

const grow = (at: Point, chance: Chance, kind: string = chance.pick(...kinds)): Tree => {
  const height = Math.round(chance.between(6, 22) * 10) / 10;
  return { at, height, crown: Math.round(height * chance.between(0.35, 0.55) * 10) / 10, kind };
};

const inRing = (ring: Ring, chance: Chance, everySquareMetres: number): readonly Tree[] => {
  const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const tries = Math.round(((x1 - x0) * (y1 - y0)) / everySquareMetres);
  return Array.from({ length: tries }, (): Point => [chance.between(x0, x1), chance.between(y0, y1)])
    .filter((point) => contains(ring, point))
    .map((point) => grow(point, chance));
};

const alongStreets = ({ streets }: StreetPlan, chance: Chance): readonly Tree[] =>
  streets
    .filter(({ rank, bridge }) => (rank === 'ring' || rank === 'wall') && !bridge)
    .flatMap(({ line, rank }) =>
      Array.from({ length: Math.floor(lengthOf(line) / 14) }, (_, index) => alongLine(line, 7 + index * 14)).flatMap(({ point, direction }) =>
        [1, -1].map((side) => grow(plus(point, times(left(direction), side * (halfWidthByRank[rank] - 1.4))), chance, 'Linde')),
      ),
    );

const atRiver = (chance: Chance): readonly Tree[] =>
  course
    .flatMap((point) => Array.from({ length: 2 }, (): Point => [point[0] + chance.between(-12, 12), point[1] + chance.pick(-1, 1) * chance.between(33, 75)]))
    .flatMap((point) => (toRiver(point) > halfWidth + 4 && Math.abs(point[0]) < 1_200 ? [grow(point, chance, chance.pick('Weide', 'Erle', 'Pappel'))] : []));

/** In every third garden one or two, away from the house. */
const inGardens = ({ parcels, buildings }: BuiltTown, chance: Chance): readonly Tree[] =>
  parcels.flatMap(({ ring, building }) => {
    const house = building === undefined ? undefined : buildings[building - 1]?.outline;
    if (areaOf(ring) < 260 || !chance.happens(building === undefined ? 0.8 : 0.5)) return [];
    return inRing(ring, chance, Math.max(260, areaOf(ring) / 3)).filter(
      ({ at, crown }) => !house || (!contains(house, at) && distanceToEdges(at, edgesOf(house)) > crown / 2),
    );
  });

const roadway = 0.62;

export const createTrees = (plan: StreetPlan, built: BuiltTown, { net, chance }: { readonly net: StreetNet; readonly chance: Chance }): readonly Tree[] => {
  const green = built.parks.flatMap(({ ring, green: { sort } }) =>
    inRing(ring, chance, { park: 130, square: 260, cemetery: 180, playground: 200, allotments: 200 }[sort]),
  );
  const placed = [...green, ...alongStreets(plan, chance), ...atRiver(chance), ...inGardens(built, chance)];
  const free = placed.filter((tree, index) => !placed.slice(Math.max(0, index - 60), index).some((other) => apart(other.at, tree.at) < 4));
  return free.filter(({ at }) => {
    const street = nearestEdge(net, at);
    return !street || street.distance > halfWidthByRank[street.edge.rank] * roadway;
  });
};
