/**
 * Street net: the streets as nodes and edges; each edge runs from one crossing to the next and bears its street's name.
 */
import type { Chance } from '../ground/chance.ts';
import { apart, between, distanceToEdge, type Line, lengthOf, nearestOn, type Point, segmentsOf } from '../ground/plane.ts';
import { streetNames } from './street-names.ts';
import type { Street, StreetPlan, StreetRank } from './streets.ts';

export type StreetNode = { readonly number: number; readonly at: Point; readonly edges: number[] };
export type StreetEdge = {
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly line: Line;
  readonly rank: StreetRank;
  readonly name: string;
  readonly bridge?: string | undefined;
  readonly length: number;
};
export type StreetNet = { readonly nodes: readonly StreetNode[]; readonly edges: readonly StreetEdge[] };

const nearby = 0.06;

/** A street cut at every point where another one ends on it. */
const cutAtEnds = (line: Line, ends: readonly Point[]): readonly Line[] => {
  const pieces: Point[][] = [[line[0] ?? [0, 0]]];
  for (const [a, b] of segmentsOf(line)) {
    const here = ends.filter((end) => distanceToEdge(end, [a, b]) < nearby).toSorted((p, q) => apart(a, p) - apart(a, q));
    for (const end of here) {
      const last = pieces.at(-1) ?? [];
      if (apart(last.at(-1) ?? end, end) < 0.5 && last.length === 1) continue;
      last.push(end);
      pieces.push([end]);
    }
    const last = pieces.at(-1) ?? [];
    if (apart(last.at(-1) ?? a, b) > nearby) last.push(b);
  }
  return pieces.filter((piece) => piece.length > 1 && lengthOf(piece) > 0.5);
};

const createNodes = () => {
  const nodes: StreetNode[] = [];
  const numberAt = (point: Point): number => {
    const found = nodes.find((node) => apart(node.at, point) < 0.6);
    if (found) return found.number;
    nodes.push({ number: nodes.length + 1, at: point, edges: [] });
    return nodes.length;
  };
  return { nodes, numberAt };
};

const nameOf = (street: Street, chance: Chance, names: Record<'lane' | 'side', string[]>): string => {
  if (street.known) return street.known;
  const pool = names[street.rank === 'lane' ? 'lane' : 'side'];
  return pool.splice(Math.floor(chance.next() * pool.length), 1)[0] ?? 'Namenloser Weg';
};

export const createStreetNet = ({ streets }: StreetPlan, chance: Chance): StreetNet => {
  const { nodes, numberAt } = createNodes();
  const names = streetNames();
  const ends = streets.flatMap(({ line }) => [line[0], line.at(-1)].filter((point) => point !== undefined));
  const edges: StreetEdge[] = [];
  for (const street of streets) {
    const name = nameOf(street, chance, names);
    for (const line of cutAtEnds(street.line, ends)) {
      const [from, to] = [numberAt(line[0] ?? [0, 0]), numberAt(line.at(-1) ?? [0, 0])];
      if (from === to) continue;
      const number = edges.length + 1;
      edges.push({ number, from, to, line, rank: street.rank, name, bridge: street.bridge, length: lengthOf(line) });
      for (const node of [from, to]) nodes[node - 1]?.edges.push(number);
    }
  }
  return { nodes, edges };
};

/** The edge that a point lies nearest to. */
export const nearestEdge = (net: StreetNet, point: Point): { readonly edge: StreetEdge; readonly at: Point; readonly distance: number } | undefined => {
  let best: { edge: StreetEdge; at: Point; distance: number } | undefined;
  for (const edge of net.edges) {
    const tooFar = best && apart(point, edge.line[0] ?? point) - edge.length > best.distance;
    for (const segment of tooFar ? [] : segmentsOf(edge.line)) {
      const at = nearestOn(point, segment);
      const distance = apart(point, at);
      if (!best || distance < best.distance) best = { edge, at, distance };
    }
  }
  return best;
};

export const nearestNode = (net: StreetNet, point: Point): number =>
  net.nodes.reduce((best, node) => (apart(node.at, point) < apart(net.nodes[best - 1]?.at ?? node.at, point) ? node.number : best), 1);

type Way = { readonly metres: number; readonly edge?: StreetEdge };

/** Shortest ways from a node to all others (Dijkstra; the net is small). */
export const waysFrom = (net: StreetNet, start: number): ReadonlyMap<number, Way> => {
  const done = new Map<number, Way>();
  const open = new Map<number, Way>([[start, { metres: 0 }]]);
  while (open.size > 0) {
    const [node, way] = [...open].reduce((least, entry) => (entry[1].metres < least[1].metres ? entry : least));
    open.delete(node);
    done.set(node, way);
    for (const number of net.nodes[node - 1]?.edges ?? []) {
      const edge = net.edges[number - 1];
      const other = edge && (edge.from === node ? edge.to : edge.from);
      if (!edge || other === undefined || done.has(other)) continue;
      const metres = way.metres + edge.length;
      if (metres < (open.get(other)?.metres ?? Infinity)) open.set(other, { metres, edge });
    }
  }
  return done;
};

/** The line of the shortest way from the start of `ways` to a node, and the edges it uses. */
export const wayTo = (ways: ReadonlyMap<number, Way>, target: number): { readonly line: Line; readonly edges: readonly StreetEdge[] } => {
  const line: Point[] = [];
  const edges: StreetEdge[] = [];
  let node = target;
  for (let way = ways.get(node); way?.edge; way = ways.get(node)) {
    const { edge } = way;
    line.push(...(edge.to === node ? edge.line.toReversed() : edge.line).slice(line.length > 0 ? 1 : 0));
    edges.push(edge);
    node = edge.to === node ? edge.from : edge.to;
  }
  return { line: line.toReversed(), edges: edges.toReversed() };
};

/** The rank of the street that runs along a side of a block. */
export const rankAlong = (streets: readonly Street[], [a, b]: readonly [Point, Point]): StreetRank => {
  const middle = between(a, b, 0.5);
  const found = streets.find(({ line }) => segmentsOf(line).some((segment) => distanceToEdge(middle, segment) < nearby));
  return found?.rank ?? 'edge';
};
