/**
 * Corner columns: the corners of rings as small differences in whole steps: where each ring begins, then from corner to corner, east and north apart.
 * The last corner of a closed ring is told by how far it lies from where it would square the ring off: most of what is built is squared off.
 */
import type { ByteReader, ByteWriter } from './bytes.ts';

/** Whole steps east, north, east, north ... and where each ring begins: one more than there are rings. */
export type RingSteps = { readonly steps: Float64Array; readonly cornerFrom: Uint32Array; readonly isClosed: boolean };

const cornersSquared = 4;

/** From the corner before `last` along the first side of the ring, until its first corner lies straight across. */
const squaredOff = (steps: Float64Array, first: number, last: number): readonly [number, number] => {
  const at = (corner: number, axis: number): number => steps[corner * 2 + axis] ?? 0;
  const [x, y, beforeX, beforeY] = [at(first, 0), at(first, 1), at(last - 1, 0), at(last - 1, 1)];
  const [sideX, sideY] = [at(first + 1, 0) - x, at(first + 1, 1) - y];
  const along = ((x - beforeX) * sideX + (y - beforeY) * sideY) / (sideX * sideX + sideY * sideY || 1);
  return [Math.round(beforeX + along * sideX), Math.round(beforeY + along * sideY)];
};

/** Corner after corner and where it would lie if nothing were told of it; what `steps` holds of the corners before is known by then. */
const eachExpected = ({ steps, cornerFrom, isClosed }: RingSteps, run: (at: number, x: number, y: number) => void): void => {
  let [ringX, ringY] = [0, 0];
  for (let ring = 0; ring + 1 < cornerFrom.length; ring += 1) {
    const [first, end] = [cornerFrom[ring] ?? 0, cornerFrom[ring + 1] ?? 0];
    if (first === end) continue;
    run(first, ringX, ringY);
    [ringX, ringY] = [steps[first * 2] ?? 0, steps[first * 2 + 1] ?? 0];
    const squared = isClosed && end - first >= cornersSquared ? end - 1 : end;
    for (let at = first + 1; at < squared; at += 1) run(at, steps[at * 2 - 2] ?? 0, steps[at * 2 - 1] ?? 0);
    if (squared < end) run(squared, ...squaredOff(steps, first, squared));
  }
};

/** In the order in which corners are told: where rings begin, then the others. */
const eachTold = (cornerFrom: Uint32Array, run: (at: number) => void): void => {
  for (let ring = 0; ring + 1 < cornerFrom.length; ring += 1) if (cornerFrom[ring] !== cornerFrom[ring + 1]) run(cornerFrom[ring] ?? 0);
  for (let ring = 0; ring + 1 < cornerFrom.length; ring += 1) for (let at = (cornerFrom[ring] ?? 0) + 1; at < (cornerFrom[ring + 1] ?? 0); at += 1) run(at);
};

export const writeCornerColumns = (to: ByteWriter, rings: RingSteps): void => {
  const { steps, cornerFrom } = rings;
  const told = new Float64Array(steps.length);
  eachExpected(rings, (at, x, y) => {
    told[at * 2] = (steps[at * 2] ?? 0) - x;
    told[at * 2 + 1] = (steps[at * 2 + 1] ?? 0) - y;
  });
  for (const axis of [0, 1]) eachTold(cornerFrom, (at) => to.int(told[at * 2 + axis] ?? 0));
};

/** Fills the steps of rings of which it is known where they begin. */
export const readCornerColumns = (from: ByteReader, rings: RingSteps): void => {
  const { steps, cornerFrom } = rings;
  for (const axis of [0, 1])
    eachTold(cornerFrom, (at) => {
      steps[at * 2 + axis] = from.int();
    });
  eachExpected(rings, (at, x, y) => {
    steps[at * 2] = (steps[at * 2] ?? 0) + x;
    steps[at * 2 + 1] = (steps[at * 2 + 1] ?? 0) + y;
  });
};
