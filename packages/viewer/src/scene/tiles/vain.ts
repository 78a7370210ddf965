/**
 * Vain: tiles that were asked for in vain: what is no tile, and what could not be had so often that it has to be said.
 */
import type { SceneLayer } from '@cityweave/core/scene';
import { keysOf, type Layer } from './layers.ts';

/** Fewer times it may be that the city is cut anew meanwhile. */
const timesMax = 3;

export type Vain = {
  /** `again`: it may be had another time */
  readonly note: (key: string, again: boolean) => void;
  readonly forget: (key: string) => void;
  /** those of these layers that have such a tile */
  readonly among: (layers: readonly Layer[]) => readonly SceneLayer[];
};

export const createVain = (): Vain => {
  const times = new Map<string, number>();
  return {
    note: (key, again) => void times.set(key, again ? (times.get(key) ?? 0) + 1 : timesMax),
    forget: (key) => void times.delete(key),
    among: (layers) => {
      const lost = new Set([...times].flatMap(([key, count]) => (count >= timesMax ? [key] : [])));
      return lost.size === 0 ? [] : layers.filter((layer) => keysOf(layer).some((key) => lost.has(key))).map(({ layer }) => layer);
    },
  };
};
