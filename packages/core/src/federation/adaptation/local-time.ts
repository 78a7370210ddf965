/**
 * Local time: what a clock on a wall in some zone shows, as an instant. Zones are those of the platform's own table; nothing is looked up anywhere.
 */
import { Instant, instantOfMs } from '../../ground/instant.ts';
import type { Json } from '../../ground/json.ts';

const form = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?$/;

const formatterOf = (timeZone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  } catch {
    return undefined;
  }
};

export const isTimeZone = (name: string): boolean => formatterOf(name) !== undefined;

/** What the wall shows at an instant, as if it were UTC. */
const wallMs = (formatter: Intl.DateTimeFormat, ms: number): number => {
  const part = Object.fromEntries(formatter.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const of = (name: string): number => part[name] ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
};

/** Twice a year an hour is shown twice or not at all: the earlier instant is taken, or the one that the hour before leads to. */
const instantOnWall = (text: string, formatter: Intl.DateTimeFormat): Instant | undefined => {
  const [, year, month, day, hour, minute, second = '0', fraction = '0'] = form.exec(text) ?? [];
  if (year === undefined) return undefined;
  const shown = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const whole = new Date(shown);
  if (whole.getUTCMonth() !== Number(month) - 1 || whole.getUTCHours() !== Number(hour)) return undefined;
  const offsets = [shown - 86_400_000, shown + 86_400_000].map((ms) => wallMs(formatter, ms) - ms);
  const fits = offsets.map((offset) => shown - offset).filter((ms) => wallMs(formatter, ms) === shown);
  const ms = fits.length > 0 ? Math.min(...fits) : shown - (offsets[0] ?? 0);
  return instantOfMs(ms + Number(fraction.padEnd(3, '0')));
};

const instantMsMax = 8.64e15;

/** An instant with its offset, milliseconds since 1970, or, where a zone is given, what its clocks show; undefined where it is none of these. */
export const readTime = (value: Json | undefined, timeZone: string | undefined): Instant | undefined => {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= instantMsMax ? instantOfMs(value) : undefined;
  const parsed = Instant.safeParse(value);
  if (parsed.success) return parsed.data;
  const formatter = timeZone === undefined ? undefined : formatterOf(timeZone);
  return typeof value === 'string' && formatter ? instantOnWall(value, formatter) : undefined;
};
