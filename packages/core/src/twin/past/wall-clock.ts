/**
 * Wall clock: what clocks in some zone show, there and back. Zones are those of the platform's own table; nothing is looked up anywhere.
 */

/** What is shown is written as if it were UTC, in milliseconds since 1970. */
export type WallClock = {
  readonly shows: (ms: number) => number;
  /** Twice a year an hour is shown twice or not at all: the earlier instant is taken, or the one that the hour before leads to. */
  readonly at: (shown: number) => number;
};

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

const wallMs = (formatter: Intl.DateTimeFormat, ms: number): number => {
  const part = Object.fromEntries(formatter.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const of = (name: string): number => part[name] ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
};

const dayMs = 86_400_000;

const instantOf = (formatter: Intl.DateTimeFormat, shown: number): number => {
  const offsets = [shown - dayMs, shown + dayMs].map((ms) => wallMs(formatter, ms) - ms);
  const fits = offsets.map((offset) => shown - offset).filter((ms) => wallMs(formatter, ms) === shown);
  return fits.length > 0 ? Math.min(...fits) : shown - (offsets[0] ?? 0);
};

/** Undefined where nobody knows such a zone. To the second. */
export const createWallClock = (timeZone: string): WallClock | undefined => {
  const formatter = formatterOf(timeZone);
  return formatter && { shows: (ms) => wallMs(formatter, ms), at: (shown) => instantOf(formatter, shown) };
};
