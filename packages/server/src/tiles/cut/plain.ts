/**
 * Plain: one building as it looks from so far away that nobody can tell the difference: without small corners, flat where its roof is low, a box where it nearly is one.
 */
import type { Outline, OutlineRing } from '@cityweave/core';
import { areaOf, axisOf, blockOf, footprintArea, reachOf } from './masses.ts';
import { simplifyRing } from './simplify.ts';

/** What of the height of a pitched roof is roof, and that it is never steeper than wide: as the viewer raises it. */
const roofShare = 0.4;
const roofPerWidth = 0.6;

/** Holes too small to be seen are closed, and a ring of which nothing would be left stays as it is. */
const plainRings = (rings: readonly OutlineRing[], tolerance: number): readonly OutlineRing[] =>
  rings.flatMap((ring) => {
    const plain = simplifyRing(ring, tolerance);
    if (plain.corners.length > 2 && areaOf(plain.corners) > tolerance * tolerance) return [plain];
    return ring.isHole ? [] : [ring];
  });

/** Metres from the eaves, or from the lowest corner above the foot, to the highest point. */
const roofHeight = ({ roof, height, base, rings, solid }: Outline): number => {
  const eaves = solid?.corners.reduce((least, [, , up]) => (up > base + height / 4 ? Math.min(least, up) : least), base + height);
  if (eaves !== undefined) return base + height - eaves;
  if (roof === 'flat') return 0;
  const [first] = rings;
  const reach = first ? reachOf([{ rings: [first] }], axisOf({ rings: [first] })) : [0, 0];
  return Math.min(height * roofShare, Math.min(...reach) * roofPerWidth);
};

/** By how much a box of the same area would lie from it, as a mean along its length. */
const boxError = (outline: Outline): number => {
  const [long, wide] = reachOf([outline], axisOf(outline));
  return (1 - footprintArea(outline.rings) / (long * wide)) * Math.min(long, wide);
};

/** `error`: metres by which it may lie from the truth. */
export const toPlain = (outline: Outline, error: number): Outline => {
  const roof = roofHeight(outline);
  if (roof / 2 > error) return { ...outline, rings: plainRings(outline.rings, error / 2) };
  const flat = { ...outline, height: outline.height - roof / 2, roof: 'flat' as const, solid: undefined };
  return boxError(flat) <= error ? blockOf([flat], error) : { ...flat, rings: plainRings(flat.rings, error / 2) };
};
