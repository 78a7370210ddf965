/**
 * Tree: which tiles a layer is cut into: squares in squares, each in one detail or several, coarse first, and which twins are in each.
 */
import type { OutlineForm } from '@cityweave/core';
import { errorsPerSide } from './coarse.ts';
import type { Placed } from './placed.ts';

/** A leaf has no more of either, unless it is of the deepest level. */
export const leafItemsMax = 900;
const leafCornersMax = 12_000;
const levelMax = 14;
/** of a Morton code */
const levels = 16;
/** Of a leaf there is more than the truth: as it looks from further away, by so many metres of error. */
const leafDetails: Readonly<Record<OutlineForm, readonly number[]>> = { prism: [5.6, 4, 2.8, 1], area: [4, 1], line: [4, 1], point: [] };
/** Of what stands for several leaves there is one as coarse as its side asks, and one between that and the next: by how much coarser it is. */
const coarserDetails: Readonly<Record<OutlineForm, readonly number[]>> = { prism: [Math.SQRT2, 1], area: [1], line: [1], point: [1] };
/** A leaf of fewer corners is sent as it is. */
const detailCornersMin = 1_000;

/** `error` is 0 for the truth, `finer` what there is of the same in more detail; `level` is that of its square, `depth` how many nodes stand above it. */
export type Node = {
  readonly level: number;
  readonly depth: number;
  readonly rows: Uint32Array;
  readonly corners: number;
  readonly parent: number | undefined;
  readonly error: number;
  readonly finer: readonly number[];
};

type Growing = { readonly form: OutlineForm; readonly placed: Placed };
type Square = Pick<Node, 'rows' | 'level' | 'corners'>;

/** The four quarters of a run of a Morton curve that begins at a whole square of that level. */
const quarters = ({ morton, corners }: Placed, { rows, level }: Node): readonly Square[] => {
  const step = 4 ** (levels - level - 1);
  const quarterOf = (row: number): number => Math.floor((morton[row] ?? 0) / step) % 4;
  return [0, 1, 2, 3].flatMap((quarter) => {
    const own = rows.filter((row) => quarterOf(row) === quarter);
    return own.length === 0 ? [] : [{ rows: own, level: level + 1, corners: own.reduce((sum, row) => sum + (corners[row] ?? 0), 0) }];
  });
};

export const isLeaf = ({ rows, level, corners }: Square): boolean => level >= levelMax || (rows.length <= leafItemsMax && corners <= leafCornersMax);

/** By how many metres it may lie from the truth, the most first. */
const errorsOf = ({ form, placed }: Growing, square: Square, above: number): readonly number[] => {
  if (!isLeaf(square)) return coarserDetails[form].map((times) => (times * placed.square.side) / 2 ** square.level / errorsPerSide[form]);
  return square.corners < detailCornersMin ? [0] : [...leafDetails[form].filter((error) => error < above), 0];
};

const nodeOf = (growing: Growing, node: Square & Pick<Node, 'parent' | 'depth'>, above: number): Node => {
  const [error = 0, ...finer] = errorsOf(growing, node, above);
  return { ...node, error, finer };
};

/** What takes the place of a node where it is too coarse: the same in more detail, then its quarters. */
const finerThan = (growing: Growing, node: Node, at: number): readonly Node[] => {
  const under = { parent: at, depth: node.depth + 1 };
  const [error, ...finer] = node.finer;
  if (error !== undefined) return [{ ...node, ...under, error, finer }];
  return isLeaf(node) ? [] : quarters(growing.placed, node).map((square) => nodeOf(growing, { ...square, ...under }, node.error));
};

/** Level by level, so that what is coarse comes first, what is as coarse lies together, and every tile after the one it refines. */
export const growTree = (growing: Growing): readonly Node[] => {
  const { order, corners } = growing.placed;
  const whole = { level: 0, depth: 0, rows: Uint32Array.from(order.keys()), corners: corners.reduce((sum, own) => sum + own, 0), parent: undefined };
  const nodes: Node[] = [nodeOf(growing, whole, Infinity)];
  for (let at = 0; at < nodes.length; at += 1) {
    const node = nodes[at];
    if (node) nodes.push(...finerThan(growing, node, at));
  }
  return nodes;
};
