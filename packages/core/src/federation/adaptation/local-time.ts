/**
 * Local time: what a clock on a wall in some zone shows, as an instant.
 */
import { Instant, instantOfMs } from '../../ground/instant.ts';
import type { Json } from '../../ground/json.ts';
import { createWallClock, type WallClock } from '../../twin/past/wall-clock.ts';

const form = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;

const instantOnWall = (text: string, clock: WallClock): Instant | undefined => {
  const [, year, month, day, hour, minute, second = '0', fraction = '0'] = form.exec(text) ?? [];
  if (year === undefined) return undefined;
  const shown = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const whole = new Date(shown);
  if (whole.getUTCMonth() !== Number(month) - 1 || whole.getUTCHours() !== Number(hour)) return undefined;
  return instantOfMs(clock.at(shown) + Number(fraction.padEnd(3, '0')));
};

const instantMsMax = 8.64e15;

/** An instant with its offset, milliseconds since 1970, or, where a zone is given, what its clocks show; undefined where it is none of these. */
export const readTime = (value: Json | undefined, timeZone: string | undefined): Instant | undefined => {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= instantMsMax ? instantOfMs(value) : undefined;
  const parsed = Instant.safeParse(value);
  if (parsed.success) return parsed.data;
  const clock = timeZone === undefined ? undefined : createWallClock(timeZone);
  return typeof value === 'string' && clock ? instantOnWall(value, clock) : undefined;
};
