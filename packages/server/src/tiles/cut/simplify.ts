/**
 * Simplify: lines and rings without the corners that nobody would miss.
 */
import type { OutlineRing } from '@cityweave/core';
import type { Corner } from './masses.ts';

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

export const simplifyRing = ({ corners, isHole }: OutlineRing, tolerance: number): OutlineRing => ({
  isHole,
  corners: simplify([...corners, ...corners.slice(0, 1)], tolerance).slice(0, -1),
});
