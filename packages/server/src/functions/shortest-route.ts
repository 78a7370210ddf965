/**
 * Shortest route: from each place to each other one over road links, those that meet a closed area left out. Lengths are metres along the links.
 */
import { fail, type Geometry, ok, problem, type Result, TermId, type TwinId } from '@cityweave/core';
import createGraph, { type Graph } from 'ngraph.graph';
import { aStar } from 'ngraph.path';
import { z } from 'zod';
import { AreaInput, areasMax, type CityFunction, type Computing, Place, placesMax } from './function.ts';
import { stepMetres } from './geodesy.ts';
import { type RoadGraph, type RoadLink, readRoadGraph, roadLink, roadLinks } from './road-graph.ts';

const Inputs = z.object({
  from: z.array(Place).min(1).max(placesMax),
  to: z.array(Place).min(1).max(placesMax),
  /** road links that meet one of these are closed */
  closed: z.array(AreaInput).max(areasMax).default([]),
  /** further links that are closed, by id */
  closedLinks: z.array(z.string()).max(10_000).default([]),
});
type Inputs = z.infer<typeof Inputs>;

const Route = z.object({
  /** ids of the places, else their numbers in the inputs */
  from: z.string(),
  to: z.string(),
  /** metres along the links; null where there is no way */
  length: z.number().nullable(),
  links: z.array(z.string()),
  /** metres from the place to its nearest junction, at both ends; not in `length` */
  access: z.tuple([z.number(), z.number()]),
});
const Outputs = z.object({ routes: z.array(Route), links: z.int(), closed: z.array(z.string()) });
type Outputs = z.infer<typeof Outputs>;

const closedIn = async (computing: Computing, geometries: readonly Geometry[]): Promise<Set<string>> => {
  const closed = new Set<string>();
  for (const geometry of geometries)
    for await (const twins of roadLinks(computing, { areas: [{ relation: 'intersects', geometry }] })) for (const { id } of twins) closed.add(id);
  return closed;
};

type Nearest = { readonly junction: string; readonly metres: number };

/** The junction nearest to a place, open or not: who lives where all roads are closed is cut off. */
const nearest = ({ places }: RoadGraph, { position }: Place): Nearest => {
  let best: Nearest = { junction: '', metres: Number.POSITIVE_INFINITY };
  for (const [junction, place] of places) {
    const metres = stepMetres(position, place);
    if (metres < best.metres) best = { junction, metres };
  }
  return best;
};

const edgeKey = (a: string, b: string): string => JSON.stringify(a < b ? [a, b] : [b, a]);

type Network = { readonly graph: Graph<unknown, RoadLink>; readonly edges: ReadonlyMap<string, RoadLink> };

/** Of several links between the same junctions the shortest is the one that a shortest route takes. */
const toNetwork = ({ links }: RoadGraph, closed: ReadonlySet<string>): Network => {
  const edges = new Map<string, RoadLink>();
  for (const link of links) {
    const key = edgeKey(...link.ends);
    const known = edges.get(key);
    if (!closed.has(link.id) && (!known || link.metres < known.metres)) edges.set(key, link);
  }
  const graph = createGraph<unknown, RoadLink>();
  for (const link of edges.values()) graph.addLink(link.ends[0], link.ends[1], link);
  return { graph, edges };
};

type Found = { readonly length: number | null; readonly links: readonly TwinId[] };

const find = ({ graph, edges }: Network, from: string, to: string): Found => {
  if (from === to) return { length: 0, links: [] };
  if (!graph.hasNode(from) || !graph.hasNode(to)) return { length: null, links: [] };
  const path = aStar(graph, { oriented: false, distance: (_a, _b, { data }) => data.metres }).find(from, to);
  const nodes = path.map(({ id }) => String(id)).toReversed();
  if (nodes.length === 0) return { length: null, links: [] };
  const links = nodes.slice(1).flatMap((node, at) => edges.get(edgeKey(nodes[at] ?? '', node)) ?? []);
  return { length: links.reduce((sum, { metres }) => sum + metres, 0), links: links.map(({ id }) => id) };
};

const nameOf = ({ id }: Place, at: number): string => id ?? String(at);

const millimetres = (metres: number): number => Math.round(metres * 1000) / 1000;

const routes = async (inputs: Inputs, computing: Computing): Promise<Result<Outputs>> => {
  const roads = await readRoadGraph(computing);
  if (roads.links.length === 0) return fail(problem('notAvailable', { subject: 'road links' }));
  computing.progress(0.3);
  const closed = await closedIn(
    computing,
    inputs.closed.map(({ geometry }) => geometry),
  );
  for (const id of inputs.closedLinks) closed.add(id);
  computing.progress(0.6);
  const network = toNetwork(roads, closed);
  const [starts, ends] = [inputs.from, inputs.to].map((places) => places.map((place) => nearest(roads, place)));
  const found = (starts ?? []).flatMap((start, from) =>
    (ends ?? []).map((end, to): Outputs['routes'][number] => {
      const { length, links } = find(network, start.junction, end.junction);
      const [a, b] = [inputs.from[from], inputs.to[to]];
      return {
        from: a ? nameOf(a, from) : String(from),
        to: b ? nameOf(b, to) : String(to),
        length: length === null ? null : millimetres(length),
        links: [...links],
        access: [millimetres(start.metres), millimetres(end.metres)],
      };
    }),
  );
  return ok({ routes: found, links: roads.links.length, closed: [...closed].sort() });
};

export const shortestRoute: CityFunction = {
  kind: TermId.parse('city:ShortestRoute'),
  name: { en: 'Shortest route', de: 'Kürzester Weg' },
  method: 'Shortest path over road links in both directions, by length; links that meet a closed area are left out',
  effect: 'none',
  modes: ['sync', 'async'],
  reads: [roadLink],
  inputs: Inputs,
  outputs: Outputs,
  run: (inputs, computing) => routes(Inputs.parse(inputs), computing),
};
