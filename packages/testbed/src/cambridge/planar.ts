/**
 * Planar: whether two GeoJSON geometries meet on the plane of their coordinates, in the plainest way there is.
 * Written apart from core, so that its answers can confirm those of the product.
 */
type Point = readonly number[];
type Ring = readonly Point[];
type Polygon = readonly Ring[];

export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Point }
  | { readonly type: 'LineString'; readonly coordinates: Ring }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly Ring[] }
  | { readonly type: 'Polygon'; readonly coordinates: Polygon }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly Polygon[] };

export type Area = Extract<Geometry, { readonly type: 'Polygon' | 'MultiPolygon' }>;

type Segment = readonly [Point, Point];

const x = (point: Point): number => point[0] ?? Number.NaN;
const y = (point: Point): number => point[1] ?? Number.NaN;

/** Twice the signed area of a triangle: 0 where c lies on the line through a and b. */
const turn = (a: Point, b: Point, c: Point): number => (x(b) - x(a)) * (y(c) - y(a)) - (y(b) - y(a)) * (x(c) - x(a));

const liesBetween = (point: Point, [a, b]: Segment): boolean =>
  Math.min(x(a), x(b)) <= x(point) && x(point) <= Math.max(x(a), x(b)) && Math.min(y(a), y(b)) <= y(point) && y(point) <= Math.max(y(a), y(b));

const onSegment = (point: Point, segment: Segment): boolean => turn(...segment, point) === 0 && liesBetween(point, segment);

const cross = (one: Segment, other: Segment): boolean => {
  const [a, b] = [turn(...one, other[0]), turn(...one, other[1])];
  const [c, d] = [turn(...other, one[0]), turn(...other, one[1])];
  if (a * b < 0 && c * d < 0) return true;
  return onSegment(other[0], one) || onSegment(other[1], one) || onSegment(one[0], other) || onSegment(one[1], other);
};

const segmentsOf = (line: Ring): readonly Segment[] => line.slice(1).map((point, index): Segment => [line[index] ?? point, point]);

/** Counts the edges that a ray to the right crosses: odd is inside. */
const insideRing = (point: Point, ring: Ring): boolean => {
  let inside = false;
  for (const [a, b] of segmentsOf(ring)) {
    const spans = y(a) > y(point) !== y(b) > y(point);
    if (spans && x(point) < ((x(b) - x(a)) * (y(point) - y(a))) / (y(b) - y(a)) + x(a)) inside = !inside;
  }
  return inside;
};

/** The edge belongs to the polygon; a hole does not, but its edge does. */
const insidePolygon = (point: Point, [shell = [], ...holes]: Polygon): boolean => {
  if ([shell, ...holes].some((ring) => segmentsOf(ring).some((segment) => onSegment(point, segment)))) return true;
  return insideRing(point, shell) && !holes.some((hole) => insideRing(point, hole));
};

const polygonsOf = (area: Area): readonly Polygon[] => (area.type === 'Polygon' ? [area.coordinates] : area.coordinates);

const linesOf = (geometry: Geometry): readonly Ring[] => {
  switch (geometry.type) {
    case 'Point':
      return [[geometry.coordinates]];
    case 'LineString':
      return [geometry.coordinates];
    case 'MultiLineString':
    case 'Polygon':
      return geometry.coordinates;
    case 'MultiPolygon':
      return geometry.coordinates.flat();
  }
};

const holds = (geometry: Geometry, point: Point): boolean =>
  (geometry.type === 'Polygon' || geometry.type === 'MultiPolygon') && polygonsOf(geometry).some((polygon) => insidePolygon(point, polygon));

/** Some vertex inside the area, some edges crossing, or the whole area inside the geometry. */
const meets = (geometry: Geometry, area: Area): boolean => {
  const lines = linesOf(geometry);
  if (lines.flat().some((point) => polygonsOf(area).some((polygon) => insidePolygon(point, polygon)))) return true;
  const edges = linesOf(area).flatMap(segmentsOf);
  if (lines.flatMap(segmentsOf).some((segment) => edges.some((edge) => cross(segment, edge)))) return true;
  return linesOf(area).some(([first]) => first !== undefined && holds(geometry, first));
};

type Extent = { readonly west: number; readonly south: number; readonly east: number; readonly north: number };

const extentOf = (geometry: Geometry): Extent => {
  const points = linesOf(geometry).flat();
  const [xs, ys] = [points.map(x), points.map(y)];
  return { west: Math.min(...xs), south: Math.min(...ys), east: Math.max(...xs), north: Math.max(...ys) };
};

const touch = (a: Extent, b: Extent): boolean => a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;

/** Tells whether a geometry meets one of these areas; those whose extents do not even touch are not looked at. */
export const createZone = (areas: readonly Area[]): ((geometry: Geometry) => boolean) => {
  const parts = areas.map((area) => ({ area, extent: extentOf(area) }));
  return (geometry) => {
    const extent = extentOf(geometry);
    return parts.some((part) => touch(part.extent, extent) && meets(geometry, part.area));
  };
};
