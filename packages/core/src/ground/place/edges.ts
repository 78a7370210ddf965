/**
 * Edges of lines and rings in a tree of boxes, so that of ten thousand only the few near a place are looked at.
 * Neighbours in a ring are neighbours on the map: groups of consecutive edges make the tree, and nothing is sorted.
 */
import type { Box } from './place.ts';

export type Edges = {
  readonly count: number;
  /** calls `each` with the four numbers of every edge whose box meets this one, until it answers true; tells whether it did */
  readonly some: (box: Box, each: (x1: number, y1: number, end: readonly [number, number]) => boolean) => boolean;
};

type Line = readonly (readonly number[])[];

const fanOut = 8;

type Edge = readonly [number, number, number, number];

/** A position repeated makes no edge. */
const pairsOf = (lines: readonly Line[]): readonly Edge[] =>
  lines
    .flatMap((line) => line.slice(1).map((to, index): Edge => [line[index]?.[0] ?? 0, line[index]?.[1] ?? 0, to[0] ?? 0, to[1] ?? 0]))
    .filter(([x1, y1, x2, y2]) => x1 !== x2 || y1 !== y2);

const boxOfEdge = ([x1, y1, x2, y2]: Edge): Box => [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];

const unionOf = (boxes: readonly Box[]): Box => {
  const union: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [west, south, east, north] of boxes) {
    union[0] = Math.min(union[0], west);
    union[1] = Math.min(union[1], south);
    union[2] = Math.max(union[2], east);
    union[3] = Math.max(union[3], north);
  }
  return union;
};

const levelsOver = (leaves: readonly Box[]): readonly (readonly Box[])[] => {
  const levels: (readonly Box[])[] = [leaves];
  for (let below = leaves; below.length > 1; below = levels.at(-1) ?? []) {
    const lower = below;
    levels.push(Array.from({ length: Math.ceil(lower.length / fanOut) }, (_, index) => unionOf(lower.slice(index * fanOut, (index + 1) * fanOut))));
  }
  return levels;
};

const meets = (a: Box, b: Box): boolean => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

export const createEdges = (lines: readonly Line[]): Edges => {
  const edges = pairsOf(lines);
  const levels = levelsOver(edges.map(boxOfEdge));
  const some: Edges['some'] = (box, each) => {
    const walk = (level: number, from: number, to: number): boolean => {
      for (let index = from; index < to; index += 1) {
        const own = levels[level]?.[index];
        if (!own || !meets(own, box)) continue;
        const edge = edges[index];
        if (level === 0 ? edge && each(edge[0], edge[1], [edge[2], edge[3]]) : walk(level - 1, index * fanOut, (index + 1) * fanOut)) return true;
      }
      return false;
    };
    return walk(levels.length - 1, 0, 1);
  };
  return { count: edges.length, some };
};
