/**
 * Coarse: what stands for many outlines where the view is too far to tell them apart, and by how many metres that lies from the truth.
 */
import type { Outline, OutlineForm, OutlineRing } from '@cityweave/core';
import { boxOfRings } from './local.ts';
import { areaOf, type Corner, toMasses } from './masses.ts';

export type Coarse = { readonly outlines: readonly Outline[]; readonly error: number };

/** Parts of a tile's side: by how much buildings may lie from the truth, and below which lines and areas are not told apart. */
const errorsPerSide = 128;
const finePartsPerSide = 192;
const pointCellsPerSide = 24;

const distance = ([x, y]: Corner, [ax, ay]: Corner, [bx, by]: Corner): number => {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
};

/** Douglas and Peucker: leaves out corners that lie within `tolerance` of the line without them. */
export const simplify = (corners: readonly Corner[], tolerance: number): readonly Corner[] => {
  const kept = new Uint8Array(corners.length).fill(0);
  const spans: [number, number][] = [[0, corners.length - 1]];
  kept[0] = 1;
  kept[corners.length - 1] = 1;
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    let [furthest, most] = [-1, tolerance];
    for (let at = from + 1; at < to; at += 1) {
      const away = distance(corners[at] ?? [0, 0], corners[from] ?? [0, 0], corners[to] ?? [0, 0]);
      if (away > most) [furthest, most] = [at, away];
    }
    if (furthest < 0) continue;
    kept[furthest] = 1;
    spans.push([from, furthest], [furthest, to]);
  }
  return corners.filter((_, at) => kept[at] === 1);
};

const coarseLines = (outlines: readonly Outline[], side: number): Coarse => {
  const error = side / finePartsPerSide;
  const seen = outlines.flatMap((outline) => {
    const rings = outline.rings.map((ring) => ({ ...ring, corners: simplify(ring.corners, error) }));
    const [west, south, east, north] = boxOfRings(rings);
    return Math.hypot(east - west, north - south) < error * 2 ? [] : [{ ...outline, rings }];
  });
  return { outlines: seen, error: error * 2 };
};

const simplifyRing = ({ corners, isHole }: OutlineRing, tolerance: number): OutlineRing => ({
  isHole,
  corners: simplify([...corners, ...corners.slice(0, 1)], tolerance).slice(0, -1),
});

/** Of what stands: holes too small to be seen are closed, and a ring of which nothing would be left stays as it is. */
const plainRings = (rings: readonly OutlineRing[], tolerance: number): readonly OutlineRing[] =>
  rings.flatMap((ring) => {
    const plain = simplifyRing(ring, tolerance);
    if (plain.corners.length > 2 && areaOf(plain.corners) > tolerance * tolerance) return [plain];
    return ring.isHole ? [] : [ring];
  });

const coarseAreas = (outlines: readonly Outline[], side: number): Coarse => {
  const error = side / finePartsPerSide;
  const seen = outlines.flatMap((outline) => {
    const rings = outline.rings.map((ring) => simplifyRing(ring, error)).filter(({ corners }) => corners.length > 2 && areaOf(corners) > error * error);
    return rings.some(({ isHole }) => !isHole) ? [{ ...outline, rings: rings[0]?.isHole ? rings.filter(({ isHole }) => !isHole) : rings }] : [];
  });
  return { outlines: seen, error };
};

const firstPerCell = (outlines: readonly Outline[], cell: number): ReadonlyMap<string, Outline> => {
  const cells = new Map<string, Outline>();
  for (const outline of outlines) {
    const [x, y] = outline.rings[0]?.corners[0] ?? [0, 0];
    const key = `${Math.floor(x / cell)} ${Math.floor(y / cell)}`;
    if (!cells.has(key)) cells.set(key, outline);
  }
  return cells;
};

const coarsePoints = (outlines: readonly Outline[], side: number): Coarse => {
  const cell = side / pointCellsPerSide;
  return { outlines: [...firstPerCell(outlines, cell).values()], error: cell / 3 };
};

/** What is larger than a cell stays itself, simplified, as does what stands alone; the rest of each cell becomes a few masses. */
const coarsePrisms = (outlines: readonly Outline[], side: number): Coarse => {
  const error = side / errorsPerSide;
  const { alone, masses } = toMasses(outlines, error);
  const own = alone.map((outline) => ({ ...outline, rings: plainRings(outline.rings, error / 2), roof: 'flat' as const, solid: undefined }));
  return { outlines: [...own, ...masses].sort((a, b) => a.row - b.row), error };
};

const coarseByForm: Readonly<Record<OutlineForm, (outlines: readonly Outline[], side: number) => Coarse>> = {
  prism: coarsePrisms,
  area: coarseAreas,
  line: coarseLines,
  point: coarsePoints,
};

/** `side` is that of the tile, in metres. */
export const toCoarse = (form: OutlineForm, outlines: readonly Outline[], side: number): Coarse => coarseByForm[form](outlines, side);
