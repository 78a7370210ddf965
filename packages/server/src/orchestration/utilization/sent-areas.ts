/**
 * Areas on their way between members: a large one is clipped to what a member covers, sent once, named by its digest afterwards, and never simplified.
 */
import {
  type Box,
  boxesMeet,
  boxOf,
  canonicalJson,
  fail,
  type Geometry,
  limits,
  ok,
  type Problem,
  problem,
  type Result,
  type TwinFilter,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { sha256 } from '../../trust/signature.ts';

/** Areas that partners sent, by digest, so that a large one is sent once. */
export type Areas = LRUCache<string, Geometry>;

export const createAreas = (): Areas => new LRUCache<string, Geometry>({ max: limits.areasRememberedMax });

const digests = new WeakMap<Geometry, string>();

/** The same zone is sent to every member, so it is digested once. */
export const digestOfArea = (geometry: Geometry): string => {
  const digest = digests.get(geometry) ?? sha256(canonicalJson(geometry));
  digests.set(geometry, digest);
  return digest;
};

const mapAreas = (filter: TwinFilter, place: (digest: string) => Geometry | undefined): Result<TwinFilter> => {
  let missing: Problem | undefined;
  const inside = (part: TwinFilter): TwinFilter => ({
    ...part,
    ...(part.areas && {
      areas: part.areas.map((test) => {
        const geometry = test.geometry ?? (test.digest === undefined ? undefined : place(test.digest));
        if (!geometry) missing = problem('unknownArea', { subject: test.digest ?? 'an area without geometry' });
        return { ...test, geometry };
      }),
    }),
    ...(part.all && { all: part.all.map(inside) }),
    ...(part.any && { any: part.any.map(inside) }),
    ...(part.not && { not: inside(part.not) }),
    ...(part.linked && { linked: part.linked.map((test) => ({ ...test, to: test.to && inside(test.to) })) }),
  });
  const mapped = inside(filter);
  return missing ? fail(missing) : ok(mapped);
};

/** Remembers the areas that came along (each under the digest of what it is, whatever it was called) and puts all in place. */
export const withKnownAreas = (areas: Areas, filter: TwinFilter, sent: Readonly<Record<string, Geometry>>): Result<TwinFilter> => {
  for (const geometry of Object.values(sent)) areas.set(digestOfArea(geometry), geometry);
  return mapAreas(filter, (digest) => areas.get(digest));
};

const partBoxes = new WeakMap<Geometry, readonly Box[]>();

/** Measured once for all members that the geometry goes to. */
const boxesOfParts = (geometry: Extract<Geometry, { type: 'MultiPolygon' }>): readonly Box[] => {
  const boxes = partBoxes.get(geometry) ?? geometry.coordinates.map((coordinates) => boxOf({ type: 'Polygon', coordinates }));
  partBoxes.set(geometry, boxes);
  return boxes;
};

/** The parts of a geometry that touch a box: what lies elsewhere cannot matter there; what stays is never simplified. */
export const clipToBox = (geometry: Geometry, coverage: Geometry | undefined): Geometry => {
  if (!coverage || geometry.type !== 'MultiPolygon') return geometry;
  const box = boxOf(coverage);
  const boxes = boxesOfParts(geometry);
  const coordinates = geometry.coordinates.filter((_, at) => boxesMeet(boxes[at] ?? box, box));
  const isWhole = coordinates.length === 0 || coordinates.length === geometry.coordinates.length;
  return isWhole ? geometry : { type: 'MultiPolygon', coordinates };
};

/** The filter with its areas named, and what they are by name. */
export const takeAreas = (filter: TwinFilter, coverage: Geometry | undefined, found: Map<string, Geometry>): TwinFilter => ({
  ...filter,
  ...(filter.areas && {
    areas: filter.areas.map(({ geometry, ...test }) => {
      if (!geometry) return test;
      const clipped = clipToBox(geometry, coverage);
      const digest = digestOfArea(clipped);
      found.set(digest, clipped);
      return { ...test, digest };
    }),
  }),
  ...(filter.all && { all: filter.all.map((part) => takeAreas(part, coverage, found)) }),
  ...(filter.any && { any: filter.any.map((part) => takeAreas(part, coverage, found)) }),
  ...(filter.not && { not: takeAreas(filter.not, coverage, found) }),
});
