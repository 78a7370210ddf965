/**
 * Zone: whose clocks the page tells times by: those of the city, where its node says so, else those of the reader.
 */
import { createWallClock, type WallClock } from '@cityweave/core/wall-clock';

export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

const clocks = new Map<string, WallClock | undefined>();

const known = (zone: string): WallClock | undefined => {
  if (!clocks.has(zone)) clocks.set(zone, createWallClock(zone));
  return clocks.get(zone);
};

const asItIs: WallClock = { shows: (ms) => ms, at: (shown) => shown };

const clockOf = (zone: string): WallClock => known(zone) ?? asItIs;

/** The city's; the reader's own where the city says none, or one that this browser does not know. */
export const zoneOf = (told: string | null | undefined): string => (told && known(told) ? told : ownZone());

/** Clocks there show another time at this moment than the reader's own. */
export const isElsewhere = (zone: string, ms: number): boolean => clockOf(zone).shows(ms) !== clockOf(ownZone()).shows(ms);

const minuteLength = 'YYYY-MM-DDTHH:MM'.length;

/** What clocks there show at this moment, YYYY-MM-DDTHH:MM. */
export const shownIn = (zone: string, ms: number): string => new Date(clockOf(zone).shows(ms)).toISOString().slice(0, minuteLength);

/** The moment, in milliseconds since 1970, at which clocks there show this. */
export const msShown = (zone: string, shown: string): number => clockOf(zone).at(Date.parse(`${shown}Z`));
