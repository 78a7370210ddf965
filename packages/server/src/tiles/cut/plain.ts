/**
 * Plain: one building as it looks from so far away that nobody can tell the difference: without small corners, flat where its roof is low, a box where it nearly is one.
 */
import type { Outline, OutlineRing } from '@cityweave/core';
import { areaOf, axisOf, blockOf, type Corner, footprintArea, reachOf } from './masses.ts';
import { simplifyRing } from './simplify.ts';

/** Sides that meet at less of a right angle than this, of 1, cut no corner off. */
const squareLeast = 0.9;
const cornersOfBox = 4;
/** What of the height of a pitched roof is roof, and that it is never steeper than wide: as the viewer raises it. */
const roofShare = 0.4;
const roofPerWidth = 0.6;

/** Holes too small to be seen are closed, and a ring of which nothing would be left stays as it is. */
const plainRings = (rings: readonly OutlineRing[], tolerance: number): readonly OutlineRing[] =>
  rings.flatMap((ring) => {
    const plain = squaredOff(simplifyRing(ring, tolerance), tolerance * 2);
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

/** Where two lines meet, each through two corners; undefined where they run alike. */
const meetOf = ([a, b]: readonly [Corner, Corner], [c, d]: readonly [Corner, Corner]): Corner | undefined => {
  const [ux, uy, vx, vy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const cross = ux * vy - uy * vx;
  if (Math.abs(cross) < squareLeast * Math.hypot(ux, uy) * Math.hypot(vx, vy)) return undefined;
  const share = ((c[0] - a[0]) * vy - (c[1] - a[1]) * vx) / cross;
  return share < 1 ? undefined : [a[0] + ux * share, a[1] + uy * share];
};

/** A corner that is cut off, by no more than the error in the mean along the cut, is there again. */
const squaredOff = ({ corners, isHole }: OutlineRing, error: number): OutlineRing => {
  let kept: readonly Corner[] = corners;
  for (let at = 0; at < kept.length && kept.length > cornersOfBox; at += 1) {
    const [a, b, c, d] = [0, 1, 2, 3].map((next) => kept[(at + next) % kept.length]);
    const meet = a && b && c && d && meetOf([a, b], [d, c]);
    if (!(meet && b && c) || areaOf([b, meet, c]) > error * Math.hypot(c[0] - b[0], c[1] - b[1])) continue;
    const [gone, moved] = [(at + 2) % kept.length, (at + 1) % kept.length];
    kept = kept.flatMap((corner, place) => (place === gone ? [] : [place === moved ? meet : corner]));
  }
  return { corners: kept, isHole };
};

/** `error`: metres by which it may lie from the truth. */
export const toPlain = (outline: Outline, error: number): Outline => {
  const roof = roofHeight(outline);
  if (roof / 2 > error) return { ...outline, rings: plainRings(outline.rings, error / 2) };
  const flat = { ...outline, height: outline.height - roof / 2, roof: 'flat' as const, solid: undefined };
  return boxError(flat) <= error ? blockOf([flat], error) : { ...flat, rings: plainRings(flat.rings, error / 2) };
};
