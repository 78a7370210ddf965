/**
 * Thinned: a history of which one sample of each series is told in so much time, by the pages of the whole; the same on every engine.
 */
import { isSameSlot, limits, type Sample, thinSamples } from '@cityweave/core';
import type { TwinStore } from '../store.ts';
import { pageOf } from './span.ts';

type History = TwinStore['history'];

/** Samples of the last slot are held back: what the next page begins with may take their place. */
const tellThinned = async (
  page: (after: Parameters<History>[1]['after']) => ReturnType<History>,
  everyMs: number,
  { first, after }: Parameters<History>[1],
) => {
  const told: Sample[] = [];
  let held: readonly Sample[] = [];
  let from = after;
  do {
    const { samples, next } = await page(from);
    const thin = thinSamples([...held, ...samples], everyMs);
    const last = thin.at(-1);
    held = next && last ? thin.filter((sample) => isSameSlot(sample, last, everyMs)) : [];
    told.push(...thin.slice(0, thin.length - held.length));
    from = next;
  } while (from && told.length <= first);
  return pageOf(told, first);
};

export const thinned =
  (history: History): History =>
  (id, { everyMs, ...query }, waiting) =>
    everyMs === undefined
      ? history(id, query, waiting)
      : tellThinned((after) => history(id, { ...query, first: limits.pageMax, after }, waiting), everyMs, query);
