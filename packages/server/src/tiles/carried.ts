/**
 * Carried: what stands on a roof is drawn on it where the scene has the building, and on the ground where it has none: nothing floats.
 */
import { boxOf, intersects } from '@cityweave/core';
import type { Drawn } from './drawn.ts';

/** About the side of a block: buildings are looked for in the cells that their box touches. */
const cellDegrees = 0.001;
/** A longer side than that many cells is no building's. */
const cellsMax = 8;

const cellOf = (degrees: number): number => Math.floor(degrees / cellDegrees);
const range = (from: number, to: number): readonly number[] => Array.from({ length: Math.min(cellsMax, to - from + 1) }, (_, at) => from + at);

const isCarrier = ({ form, base, carries }: Drawn): boolean => carries && form === 'prism' && base === 0;

const carriersByCell = (drawn: Iterable<Drawn>): ReadonlyMap<string, readonly Drawn[]> => {
  const cells = new Map<string, Drawn[]>();
  for (const one of drawn) {
    if (!isCarrier(one)) continue;
    const [west = 0, south = 0, east = 0, north = 0] = boxOf(one.place);
    for (const column of range(cellOf(west), cellOf(east)))
      for (const line of range(cellOf(south), cellOf(north))) {
        const key = `${column} ${line}`;
        const known = cells.get(key);
        if (known) known.push(one);
        else cells.set(key, [one]);
      }
  }
  return cells;
};

/** What is of a roof keeps its own height on the ground; all else reaches from the ground to its top. */
const grounded = (one: Drawn): Drawn => ({ ...one, base: 0, height: one.isOfRoof ? one.height : one.base + one.height });

/** Of all that is drawn: how each of them stands. */
export const createCarried = (drawn: Iterable<Drawn>): ((one: Drawn) => Drawn) => {
  const cells = carriersByCell(drawn);
  const isCarried = ({ place }: Drawn): boolean => {
    const [west = 0, south = 0, east = 0, north = 0] = boxOf(place);
    const [x, y] = [(west + east) / 2, (south + north) / 2];
    return (cells.get(`${cellOf(x)} ${cellOf(y)}`) ?? []).some((carrier) => intersects({ type: 'Point', coordinates: [x, y] }, carrier.place));
  };
  return (one) => (one.form === 'prism' && one.base > 0 && !isCarried(one) ? grounded(one) : one);
};
