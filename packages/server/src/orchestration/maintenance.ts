/**
 * Maintenance: when an agency answers no questions of partners, as its node file says; its twin says it to whoever looks for it.
 */
import { fail, instantOfMs, msBetween, ok, type Period, problem, type Result } from '@cityweave/core';
import type { Room } from './room.ts';

const windowsOf = ({ node }: Room): readonly Period[] => node.maintenance.toSorted((a, b) => (a.from < b.from ? -1 : 1));

/** Open, or closed until when. */
export const checkOpen = (room: Room): Result<true> => {
  const now = room.deps.clock.now();
  const closed = windowsOf(room).find(({ from, to }) => from <= now && (to === undefined || now < to));
  if (!closed) return ok(true);
  return fail(problem('inMaintenance', { subject: room.self.id, since: closed.from, ...(closed.to && { retryAfterMs: msBetween(now, closed.to) }) }));
};

/** The times between the windows, as a twin is registered with; nothing where it is always open. */
export const scheduleOf = (room: Room): readonly Period[] | undefined => {
  const windows = windowsOf(room);
  if (windows.length === 0) return undefined;
  const starts = [instantOfMs(0), ...windows.flatMap(({ to }) => to ?? [])];
  return starts.flatMap((from, at) => {
    const next = windows[at]?.from;
    return next === undefined || next > from ? [{ from, ...(next && { to: next }) }] : [];
  });
};
