/**
 * Due: which rows of a recording are published by now, and how long until the next one; a recorded day is played again every day.
 */
import { dayMs, type Recorded } from './recording.ts';

/** How long a feed sleeps at most, so that a clock that is set is noticed. */
const sleepMaxMs = 60 * 60 * 1000;

export type Playback = {
  readonly rows: readonly Recorded[];
  readonly daily: boolean /** what was published up to then is in the store */;
  readonly doneMs: number;
};

export type Due = { readonly row: Recorded; readonly publishedMs: number };

/** Rows published after `doneMs` and up to now, in that order; of a day played again, never more than the last 24 hours. */
export const dueRows = ({ rows, daily, doneMs }: Playback, nowMs: number): readonly Due[] => {
  if (!daily) return rows.slice(firstAfter(rows, doneMs), firstAfter(rows, nowMs)).map((row) => ({ row, publishedMs: row.publishedMs }));
  const fromMs = Math.max(doneMs, nowMs - dayMs);
  const due: Due[] = [];
  for (let midnightMs = fromMs - (fromMs % dayMs); midnightMs <= nowMs; midnightMs += dayMs)
    for (const row of rows.slice(firstAfter(rows, fromMs - midnightMs), firstAfter(rows, nowMs - midnightMs)))
      due.push({ row, publishedMs: midnightMs + row.publishedMs });
  return due;
};

/** Index of the first row published after `ms`. */
const firstAfter = (rows: readonly Recorded[], ms: number): number => {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.publishedMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Time until the next row is due. */
export const waitMs = ({ rows, daily, doneMs }: Playback, nowMs: number): number => {
  const midnightMs = daily ? doneMs - (doneMs % dayMs) : 0;
  const next = rows[firstAfter(rows, doneMs - midnightMs)]?.publishedMs;
  const tomorrow = daily && rows[0] ? dayMs + rows[0].publishedMs : undefined;
  const dueMs = next ?? tomorrow;
  return dueMs === undefined ? sleepMaxMs : Math.min(sleepMaxMs, Math.max(0, midnightMs + dueMs - nowMs));
};
