/**
 * Coarse: what stands for many outlines where the view is too far to tell them apart, and by how many metres that lies from the truth.
 */
import type { Outline, OutlineForm } from '@cityweave/core';
import { boxOfRings } from './local.ts';
import { areaOf, toMasses } from './masses.ts';
import { each, type Outlines } from './placed.ts';
import { toPlain } from './plain.ts';
import { simplify, simplifyRing } from './simplify.ts';

export type Coarse = { readonly outlines: readonly Outline[]; readonly error: number };

/** Parts of a tile's side by which what is drawn may lie from the truth. */
export const errorsPerSide: Readonly<Record<OutlineForm, number>> = { prism: 128, area: 192, line: 96, point: 72 };

/** Side of the cell of which one point is shown. */
const errorsPerCell = 3;

const coarseLine = (outline: Outline, error: number): readonly Outline[] => {
  const rings = outline.rings.map((ring) => ({ ...ring, corners: simplify(ring.corners, error / 2) }));
  const [west, south, east, north] = boxOfRings(rings);
  return Math.hypot(east - west, north - south) < error ? [] : [{ ...outline, rings }];
};

const coarseArea = (outline: Outline, error: number): readonly Outline[] => {
  const rings = outline.rings.map((ring) => simplifyRing(ring, error)).filter(({ corners }) => corners.length > 2 && areaOf(corners) > error * error);
  return rings.some(({ isHole }) => !isHole) ? [{ ...outline, rings: rings[0]?.isHole ? rings.filter(({ isHole }) => !isHole) : rings }] : [];
};

type Coarsen = (outlines: Outlines, error: number) => readonly Outline[];

/** One after the other, so that only what is left of them is kept. */
const oneByOne =
  (coarsen: (outline: Outline, error: number) => readonly Outline[]): Coarsen =>
  (outlines, error) => {
    const coarse: Outline[] = [];
    for (const outline of each(outlines)) coarse.push(...coarsen(outline, error));
    return coarse;
  };

const coarsePoints: Coarsen = (outlines, error) => {
  const cell = error * errorsPerCell;
  const cells = new Map<string, Outline>();
  for (const outline of each(outlines)) {
    const [x, y] = outline.rings[0]?.corners[0] ?? [0, 0];
    const key = `${Math.floor(x / cell)} ${Math.floor(y / cell)}`;
    if (!cells.has(key)) cells.set(key, outline);
  }
  return [...cells.values()];
};

/** What is larger than a cell stays itself, plainer, as does what stands alone; the rest of each cell becomes a few masses. */
const coarsePrisms: Coarsen = (outlines, error) => {
  const { alone, masses } = toMasses(outlines, error);
  return [...alone.map((outline) => toPlain(outline, error)), ...masses].sort((a, b) => a.row - b.row);
};

const coarseByForm: Readonly<Record<OutlineForm, Coarsen>> = {
  prism: coarsePrisms,
  area: oneByOne(coarseArea),
  line: oneByOne(coarseLine),
  point: coarsePoints,
};

/** `error`: metres by which what is drawn may lie from the truth. */
export const toCoarse = (form: OutlineForm, outlines: Outlines, error: number): Coarse => ({ outlines: coarseByForm[form](outlines, error), error });
