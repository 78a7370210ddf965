/**
 * RoadGraph: road links as edges between junctions. A junction is the twin at which links start and end, else the place where they do.
 */
import { limits, TermId, type Twin, type TwinFilter, type TwinId } from '@cityweave/core';
import type { Computing } from './function.ts';
import { lengthMetres } from './geodesy.ts';

export const roadLink = TermId.parse('city:RoadLink');
const [startsAt, endsAt] = [TermId.parse('city:startsAt'), TermId.parse('city:endsAt')];

/** An edge; `ends` are junctions. */
export type RoadLink = { readonly id: TwinId; readonly ends: readonly [string, string]; readonly metres: number };

export type RoadGraph = { readonly links: readonly RoadLink[] /** by junction */; readonly places: ReadonlyMap<string, readonly number[]> };

/** All road links that a filter lets through. */
export const roadLinks = ({ store, signal }: Computing, filter: TwinFilter = {}): AsyncIterable<readonly Twin[]> =>
  store.stream({ filter: { ...filter, kinds: [roadLink] }, chunk: limits.pageMax }, { signal });

/** The course of a link; one of several parts is taken part after part. */
const courseOf = ({ footprint }: Twin): readonly (readonly number[])[] => {
  if (footprint?.type === 'LineString') return footprint.coordinates;
  return footprint?.type === 'MultiLineString' ? footprint.coordinates.flat() : [];
};

/** As finely as coordinates are compared: a tenth of a metre. */
const placeKey = (position: readonly number[]): string => position.map((value) => value.toFixed(6)).join(',');

type Ends = ReadonlyMap<string, { readonly start?: string; readonly end?: string }>;

/** The junctions that links name. */
const endsOf = async ({ store, signal }: Computing, ids: readonly TwinId[]): Promise<Ends> => {
  const ends = new Map<string, { start?: string; end?: string }>();
  const told = await store.adjacent(ids, { kinds: [startsAt, endsAt], direction: 'out', limit: 4 }, { signal });
  for (const { from, kind, to } of told) ends.set(from, { ...ends.get(from), [kind === startsAt ? 'start' : 'end']: to });
  return ends;
};

export const readRoadGraph = async (computing: Computing): Promise<RoadGraph> => {
  const links: RoadLink[] = [];
  const places = new Map<string, readonly number[]>();
  for await (const twins of roadLinks(computing)) {
    const ends = await endsOf(
      computing,
      twins.map(({ id }) => id),
    );
    for (const twin of twins) {
      const course = courseOf(twin);
      const [first, last] = [course[0], course.at(-1)];
      if (!first || !last) continue;
      const named = ends.get(twin.id);
      const [start, end] = [named?.start ?? placeKey(first), named?.end ?? placeKey(last)];
      links.push({ id: twin.id, ends: [start, end], metres: lengthMetres(course) });
      if (!places.has(start)) places.set(start, first);
      if (!places.has(end)) places.set(end, last);
    }
  }
  return { links, places };
};
