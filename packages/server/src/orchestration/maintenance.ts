/**
 * Maintenance: when an agency answers no questions of partners, as its node file says; its twin says it to whoever looks for it.
 */
import { fail, instantOfMs, limits, msBetween, ok, type Period, problem, type Result, type TwinStatus } from '@cityweave/core';
import { endingSignal } from '../deps.ts';
import type { Room } from './room.ts';

const windowsOf = ({ node }: Pick<Room, 'node'>): readonly Period[] => node.maintenance.toSorted((a, b) => (a.from < b.from ? -1 : 1));

/** Open, or closed until when. */
export const checkOpen = (room: Pick<Room, 'node' | 'deps' | 'self'>): Result<true> => {
  const now = room.deps.clock.now();
  const closed = windowsOf(room).find(({ from, to }) => from <= now && (to === undefined || now < to));
  if (!closed) return ok(true);
  return fail(problem('inMaintenance', { subject: room.self.id, since: closed.from, ...(closed.to && { retryAfterMs: msBetween(now, closed.to) }) }));
};

/** A store that does not answer within this is not there for who asks. */
const storeWithinMs = limits.probeTimeoutMs / 4;

/** What its twin says of itself to who asks (T16): away while it is closed or stops, of less use while its store does not answer. */
export const statusNow = async (room: Pick<Room, 'node' | 'deps' | 'self' | 'signal' | 'store'>): Promise<TwinStatus> => {
  if (room.signal.aborted || !checkOpen(room).ok) return 'offline';
  const { signal, done } = endingSignal(room.deps.timers, storeWithinMs, room.signal);
  const isThere = await room.store.health({ signal }).then(
    ({ ok: answers }) => answers,
    () => false,
  );
  done();
  return isThere ? 'online' : 'degraded';
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
