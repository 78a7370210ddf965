/**
 * Budget: what tiles may take of the memory of a machine, and which of them go where they take more.
 */
import type { DrawnTile } from './drawn-tile.ts';

export const budgetLimits = { bytesMax: 64 * 1024 * 1024, bytesOfPhoneMax: 24 * 1024 * 1024 } as const;

const isPhone = (): boolean => matchMedia('(pointer: coarse) and (max-width: 900px)').matches;

/** What tiles may take of the memory of this machine. */
export const bytesHere = (): number => (isPhone() ? budgetLimits.bytesOfPhoneMax : budgetLimits.bytesMax);

type Kept = Pick<DrawnTile, 'isRoot' | 'lastDrawn' | 'level' | 'bytes'>;

type Here<Tile> = { readonly here: ReadonlyMap<string, Tile>; readonly drawn: ReadonlySet<Tile>; readonly bytes: number };

/** Tiles that go: first what was not drawn for longest, of that the finest; what is drawn stays, and roots do, so that something can always stand in for what comes. */
export const keysBeyond = <Tile extends Kept>({ here, drawn, bytes }: Here<Tile>, bytesMax: number): readonly string[] => {
  if (bytes <= bytesMax) return [];
  const idle = [...here].filter(([, tile]) => !(drawn.has(tile) || tile.isRoot)).sort(([, a], [, b]) => a.lastDrawn - b.lastDrawn || b.level - a.level);
  let left = bytes;
  return idle.flatMap(([key, tile]) => {
    if (left <= bytesMax) return [];
    left -= tile.bytes;
    return [key];
  });
};
