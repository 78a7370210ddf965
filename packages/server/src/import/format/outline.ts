/**
 * Outline: faces seen from above, put together where they share edges. Where they do not fit together each face stands for itself.
 */
import { type Geometry, holdsPosition } from '@cityweave/core';
import { importLimits } from '../limits.ts';
import type { Face } from './faces.ts';

type Ring = number[][];

export const outlineOf = (faces: readonly Face[]): Geometry | undefined => {
  const polygons = faces.map(polygonOf).filter((polygon) => polygon.length > 0);
  if (polygons.length === 0) return undefined;
  if (polygons.length === 1) return { type: 'Polygon', coordinates: polygons[0] ?? [] };
  const joined = polygons.length > importLimits.outlineFacesMax ? undefined : (joinPolygons([...polygons, ...faces.map(seamOf)]) ?? joinPolygons(polygons));
  const parts = joined ?? (polygons.length > importLimits.outlineFacesMax ? [[hullOf(polygons)]] : polygons);
  return parts.length === 1 ? { type: 'Polygon', coordinates: parts[0] ?? [] } : { type: 'MultiPolygon', coordinates: parts };
};

/** A face of which nothing is left seen from above joins its neighbours, whose corners lie along it, where it runs the way they do. */
const seamOf = ({ rings: [outer = []], shape }: Face): Ring[] => {
  const ring = closeRing(outer.map((index) => (shape.vertices[index] ?? []).slice(0, 2)));
  return ring.length >= 4 && areaOf(ring) === 0 ? [ring] : [];
};

/** Outer ring against the clock, holes with it; empty where nothing is left of the face seen from above. */
const polygonOf = ({ rings, shape }: Face): Ring[] => {
  const flat = rings.map((ring) => closeRing(ring.map((index) => (shape.vertices[index] ?? []).slice(0, 2))));
  const sound = flat.filter((ring) => ring.length >= 4 && areaOf(ring) !== 0);
  return sound.length === 0 || sound[0] !== flat[0] ? [] : sound.map((ring, index) => (areaOf(ring) > 0 === (index === 0) ? ring : ring.toReversed()));
};

const samePlace = (a: readonly number[] = [], b: readonly number[] = []): boolean => a[0] === b[0] && a[1] === b[1];

const closeRing = (positions: Ring): Ring => {
  const ring = positions.filter((position, index) => index === 0 || !samePlace(position, positions[index - 1]));
  const first = ring[0];
  return first && !samePlace(first, ring.at(-1)) ? [...ring, first] : ring;
};

/** Twice the area, relative to the first position: positive against the clock. */
const areaOf = (ring: Ring): number => {
  const [ox = 0, oy = 0] = ring[0] ?? [];
  let area = 0;
  for (let index = 1; index < ring.length; index += 1) {
    const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = []] = [ring[index - 1], ring[index]];
    area += (ax - ox) * (by - oy) - (bx - ox) * (ay - oy);
  }
  return area;
};

/** Edges that two faces share, one each way, vanish; what is left are the rings. Undefined where that leads nowhere. */
const joinPolygons = (polygons: readonly Ring[][]): Ring[][] | undefined => {
  const edges = new Map<string, Map<string, number[]>>();
  for (const ring of polygons.flat()) {
    for (let index = 1; index < ring.length; index += 1) if (!addEdge(edges, ring[index - 1] ?? [], ring[index] ?? [])) return undefined;
  }
  const rings = chainEdges(edges);
  return rings && nestRings(rings);
};

const nameOf = ([x = 0, y = 0]: readonly number[]): string => `${x} ${y}`;

const addEdge = (edges: Map<string, Map<string, number[]>>, from: number[], to: number[]): boolean => {
  const [a, b] = [nameOf(from), nameOf(to)];
  const back = edges.get(b);
  if (back?.delete(a)) {
    if (back.size === 0) edges.delete(b);
    return true;
  }
  const out = edges.get(a) ?? new Map<string, number[]>();
  if (out.has(b)) return false;
  edges.set(a, out.set(b, to));
  return true;
};

const chainEdges = (edges: Map<string, Map<string, number[]>>): Ring[] | undefined => {
  const rings: Ring[] = [];
  for (let start = edges.keys().next(); !start.done; start = edges.keys().next()) {
    const ring = followEdges(edges, start.value);
    if (!ring) return undefined;
    if (ring.length >= 4) rings.push(ring);
  }
  return rings;
};

const followEdges = (edges: Map<string, Map<string, number[]>>, start: string): Ring | undefined => {
  const ring: Ring = [];
  let at = start;
  do {
    const out = edges.get(at);
    const next = out && leftmost(out, ring);
    if (!out || !next) return undefined;
    out.delete(nameOf(next));
    if (out.size === 0) edges.delete(at);
    ring.push(next);
    at = nameOf(next);
  } while (at !== start);
  const [first] = ring;
  return first ? [ring.at(-1) ?? first, ...ring] : undefined;
};

/** Where rings touch in one place, the one turning left most is the same ring. */
const leftmost = (out: Map<string, number[]>, ring: Ring): number[] | undefined => {
  const choices = [...out.values()];
  const [before, here] = [ring.at(-2), ring.at(-1)];
  if (choices.length === 1 || !before || !here) return choices[0];
  return choices.reduce((best, choice) => (turnOf(before, here, choice) > turnOf(before, here, best) ? choice : best));
};

const turnOf = (before: readonly number[], here: readonly number[], next: readonly number[]): number => {
  const [ax, ay] = [(here[0] ?? 0) - (before[0] ?? 0), (here[1] ?? 0) - (before[1] ?? 0)];
  const [bx, by] = [(next[0] ?? 0) - (here[0] ?? 0), (next[1] ?? 0) - (here[1] ?? 0)];
  return Math.atan2(ax * by - ay * bx, ax * bx + ay * by);
};

/** Each hole goes to the smallest outline around it. */
const nestRings = (rings: readonly Ring[]): Ring[][] | undefined => {
  const outer = rings.filter((ring) => areaOf(ring) > 0).map((ring) => [ring]);
  outer.sort(([a = []], [b = []]) => areaOf(a) - areaOf(b));
  for (const hole of rings.filter((ring) => areaOf(ring) < 0)) {
    const around = outer.find(([ring = []]) => hole.every((position) => holdsPosition({ type: 'Polygon', coordinates: [ring] }, position)));
    if (!around) return undefined;
    around.push(hole);
  }
  return outer.length > 0 ? outer : undefined;
};

/** The convex hull, where there are too many faces to put together. */
const hullOf = (polygons: readonly Ring[][]): Ring => {
  const positions = polygons.flat(2).toSorted(([ax = 0, ay = 0], [bx = 0, by = 0]) => ax - bx || ay - by);
  const lower = halfHull(positions);
  const upper = halfHull(positions.toReversed());
  return closeRing([...lower.slice(0, -1), ...upper.slice(0, -1)]);
};

const halfHull = (positions: readonly number[][]): Ring => {
  const hull: Ring = [];
  for (const position of positions) {
    while (hull.length >= 2 && turnsRight(hull.at(-2), hull.at(-1), position)) hull.pop();
    hull.push(position);
  }
  return hull;
};

const turnsRight = (a: readonly number[] = [], b: readonly number[] = [], c: readonly number[] = []): boolean =>
  ((b[0] ?? 0) - (a[0] ?? 0)) * ((c[1] ?? 0) - (a[1] ?? 0)) - ((b[1] ?? 0) - (a[1] ?? 0)) * ((c[0] ?? 0) - (a[0] ?? 0)) <= 0;
