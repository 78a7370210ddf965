/**
 * Coarse: what stands for many outlines where the view is too far to tell them apart, and by how many metres that lies from the truth.
 */
import type { Outline, OutlineForm, OutlineRing } from '@cityweave/core';
import { boxOfRings, type LocalBox } from './local.ts';

export type Coarse = { readonly outlines: readonly Outline[]; readonly error: number };

type Corner = readonly [number, number];

/** Parts of a tile's side: cells in which buildings become one mass, and below which lines and areas are not told apart. */
const cellsPerSide = 48;
const finePartsPerSide = 192;
const pointCellsPerSide = 24;

const areaOf = (corners: readonly Corner[]): number => {
  let twice = 0;
  for (let at = 0; at < corners.length; at += 1) {
    const [a, b] = [corners[at], corners[(at + 1) % corners.length]];
    if (a && b) twice += a[0] * b[1] - b[0] * a[1];
  }
  return Math.abs(twice) / 2;
};

const footprintArea = (rings: readonly OutlineRing[]): number => rings.reduce((sum, { corners, isHole }) => sum + (isHole ? -1 : 1) * areaOf(corners), 0);

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

const coarseAreas = (outlines: readonly Outline[], side: number): Coarse => {
  const error = side / finePartsPerSide;
  const seen = outlines.flatMap((outline) => {
    const rings = outline.rings
      .map((ring) => ({ ...ring, corners: simplify([...ring.corners, ...ring.corners.slice(0, 1)], error).slice(0, -1) }))
      .filter(({ corners }) => corners.length > 2 && areaOf(corners) > error * error);
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

type Mass = { area: number; volume: number; squares: number; base: number; largest: Outline; largestArea: number; x: number; y: number };

const addToMass = (cells: Map<string, Mass>, outline: Outline, cell: number): void => {
  const [west, south, east, north] = boxOfRings(outline.rings);
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  const area = Math.max(1, footprintArea(outline.rings));
  const key = `${Math.floor(x / cell)} ${Math.floor(y / cell)}`;
  const mass = cells.get(key) ?? { area: 0, volume: 0, squares: 0, base: 0, largest: outline, largestArea: 0, x: 0, y: 0 };
  cells.set(key, mass);
  mass.area += area;
  mass.volume += area * outline.height;
  mass.squares += area * outline.height * outline.height;
  mass.base += area * outline.base;
  mass.x += area * x;
  mass.y += area * y;
  if (area > mass.largestArea) [mass.largest, mass.largestArea] = [outline, area];
};

/** A block with the footprint and the volume of all that stands in the cell, about where most of it stands; its row is that of its largest member. */
const blockOf = ({ area, volume, base, largest, x, y }: Mass, cell: number): Outline => {
  const half = Math.min(cell, Math.sqrt(area)) / 2;
  const [east, north] = [x / area, y / area];
  const corners: readonly Corner[] = [
    [east - half, north - half],
    [east + half, north - half],
    [east + half, north + half],
    [east - half, north + half],
  ];
  return { row: largest.row, rings: [{ corners, isHole: false }], base: base / area, height: volume / area, roof: 'flat' };
};

const isLarge = ({ rings, height }: Outline, cell: number): boolean => {
  const [west, south, east, north]: LocalBox = boxOfRings(rings);
  return Math.max(east - west, north - south) > cell * 1.5 || height > cell * 2;
};

const spreadShare = 0.9;

/** By how much roofs lie from that of their block: the root mean square of each block, such that nine tenths of what is built lie closer. */
const spreadOf = (masses: readonly Mass[]): number => {
  const spreads = masses.map(({ area, volume, squares }) => ({ area, spread: Math.sqrt(Math.max(0, squares / area - (volume / area) ** 2)) }));
  const all = spreads.reduce((sum, { area }) => sum + area, 0);
  let closer = 0;
  for (const { area, spread } of spreads.toSorted((a, b) => a.spread - b.spread)) {
    closer += area;
    if (closer >= all * spreadShare) return spread;
  }
  return 0;
};

/** What is larger than a cell stays itself, simplified; the rest of each cell becomes one mass. */
const coarsePrisms = (outlines: readonly Outline[], side: number): Coarse => {
  const cell = side / cellsPerSide;
  const large = outlines.filter((outline) => isLarge(outline, cell));
  const own = coarseAreas(large, side).outlines.map((outline) => ({ ...outline, roof: 'flat' as const, solid: undefined }));
  const cells = new Map<string, Mass>();
  for (const outline of outlines) if (!isLarge(outline, cell)) addToMass(cells, outline, cell);
  const masses = [...cells.values()];
  return { outlines: [...own, ...masses.map((mass) => blockOf(mass, cell))].sort((a, b) => a.row - b.row), error: Math.max(cell / 3, spreadOf(masses)) };
};

const coarseByForm: Readonly<Record<OutlineForm, (outlines: readonly Outline[], side: number) => Coarse>> = {
  prism: coarsePrisms,
  area: coarseAreas,
  line: coarseLines,
  point: coarsePoints,
};

/** `side` is that of the tile, in metres. */
export const toCoarse = (form: OutlineForm, outlines: readonly Outline[], side: number): Coarse => coarseByForm[form](outlines, side);
