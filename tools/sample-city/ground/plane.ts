/**
 * Plane: points, lines and rings in metres, as the town is drawn; x east, y north, the market square at the origin.
 */

export type Point = readonly [x: number, y: number];
export type Line = readonly Point[];
/** Counter-clockwise, the first point not repeated. */
export type Ring = readonly Point[];

export const origin: Point = [0, 0];

export const plus = (a: Point, b: Point): Point => [a[0] + b[0], a[1] + b[1]];
export const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1]];
export const times = (a: Point, factor: number): Point => [a[0] * factor, a[1] * factor];
export const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1];
export const cross = (a: Point, b: Point): number => a[0] * b[1] - a[1] * b[0];
/** Not Math.hypot, whose last digit differs from engine to engine and which is slow. */
export const apart = (a: Point, b: Point): number => Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2);
export const towards = (a: Point, b: Point): Point => times(minus(b, a), 1 / Math.max(apart(a, b), 1e-9));
/** a quarter turn to the left */
export const left = ([x, y]: Point): Point => [-y, x];
export const between = (a: Point, b: Point, share: number): Point => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];

/** The item at an index that wraps round; the list must not be empty. */
export const at = (ring: Line, index: number): Point => ring[((index % ring.length) + ring.length) % ring.length] ?? origin;

export type Edge = readonly [from: Point, to: Point];
export const edgesOf = (ring: Ring): readonly Edge[] => ring.map((point, index) => [point, at(ring, index + 1)] as const);
export const segmentsOf = (line: Line): readonly Edge[] => line.slice(1).map((point, index) => [line[index] ?? point, point] as const);

export const areaOf = (ring: Ring): number => edgesOf(ring).reduce((sum, [a, b]) => sum + cross(a, b), 0) / 2;
export const lengthOf = (line: Line): number => segmentsOf(line).reduce((sum, [a, b]) => sum + apart(a, b), 0);

export const centreOf = (ring: Ring): Point => {
  const area = areaOf(ring);
  if (Math.abs(area) < 1e-6) return ring[0] ?? origin;
  let [x, y] = [0, 0];
  for (const [a, b] of edgesOf(ring)) {
    x += (a[0] + b[0]) * cross(a, b);
    y += (a[1] + b[1]) * cross(a, b);
  }
  return [x / (6 * area), y / (6 * area)];
};

export const contains = (ring: Ring, [x, y]: Point): boolean => {
  let inside = false;
  for (const [a, b] of edgesOf(ring)) if (a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]) inside = !inside;
  return inside;
};

export const nearestOn = (point: Point, [a, b]: Edge): Point => {
  const along = minus(b, a);
  const share = dot(minus(point, a), along) / Math.max(dot(along, along), 1e-12);
  return between(a, b, Math.min(1, Math.max(0, share)));
};

export const distanceToEdge = (point: Point, edge: Edge): number => apart(point, nearestOn(point, edge));
export const distanceToEdges = (point: Point, edges: readonly Edge[]): number =>
  edges.reduce((least, edge) => Math.min(least, distanceToEdge(point, edge)), Infinity);

/** Where two segments cross, as shares of both; undefined where they do not. */
export const crossing = ([a, b]: Edge, [c, d]: Edge): readonly [number, number] | undefined => {
  const [r, s] = [minus(b, a), minus(d, c)];
  const denominator = cross(r, s);
  if (Math.abs(denominator) < 1e-12) return undefined;
  const [t, u] = [cross(minus(c, a), s) / denominator, cross(minus(c, a), r) / denominator];
  return t >= -1e-9 && t <= 1 + 1e-9 && u >= -1e-9 && u <= 1 + 1e-9 ? [t, u] : undefined;
};

/** The point and the direction at a distance along a line. */
export const alongLine = (line: Line, distance: number): { readonly point: Point; readonly direction: Point } => {
  let left = distance;
  for (const [a, b] of segmentsOf(line)) {
    const step = apart(a, b);
    if (left <= step) return { point: between(a, b, step === 0 ? 0 : left / step), direction: towards(a, b) };
    left -= step;
  }
  const [end, before] = [line.at(-1) ?? origin, line.at(-2) ?? origin];
  return { point: end, direction: towards(before, end) };
};

/** A curve through the given points (Catmull-Rom), a point about every `step` metres. */
export const curveThrough = (points: Line, step = 30): Line => {
  const curve = segmentsOf(points).flatMap(([b, c], index) => {
    const [a, d] = [points[index - 1] ?? b, points[index + 2] ?? c];
    const pieces = Math.max(1, Math.round(apart(b, c) / step));
    return Array.from({ length: pieces }, (_, piece) => catmullRom([a, b, c, d], piece / pieces));
  });
  return [...curve, points.at(-1) ?? origin];
};

const catmullRom = ([a, b, c, d]: readonly [Point, Point, Point, Point], t: number): Point => {
  const mix = (axis: 0 | 1) =>
    0.5 *
    (2 * b[axis] +
      (c[axis] - a[axis]) * t +
      (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * t * t +
      (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * t * t * t);
  return [mix(0), mix(1)];
};

export const isSimple = (ring: Ring): boolean => {
  const edges = edgesOf(ring);
  return edges.every((edge, index) =>
    edges.every((other, position) => {
      const gap = Math.abs(index - position);
      return gap <= 1 || gap === edges.length - 1 || crossing(edge, other) === undefined;
    }),
  );
};

/** True where two rings share any area or touch. */
export const ringsMeet = (a: Ring, b: Ring): boolean =>
  edgesOf(a).some((edge) => edgesOf(b).some((other) => crossing(edge, other) !== undefined)) || contains(a, b[0] ?? origin) || contains(b, a[0] ?? origin);
