/**
 * Instant: a point in time with exactly one spelling (UTC, milliseconds, Z), so that instants compare as text.
 */
import { z } from 'zod';

const canonical = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})$/;

const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** The platform reads 30 February as 2 March: a day that does not exist is refused instead. */
const exists = (text: string): boolean => {
  const [month, day, hour, minute, second] = [5, 8, 11, 14, 17].map((at) => Number.parseInt(text.slice(at, at + 2), 10));
  if (month === undefined || day === undefined || hour === undefined || minute === undefined) return false;
  const seconds = text[16] === ':' ? (second ?? 0) : 0;
  const inYear = month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= daysOf(Number(text.slice(0, 4)), month));
  return inYear && hour <= 23 && minute <= 59 && seconds <= 59;
};

const normalise = (text: string): string => {
  if (canonical.test(text)) return text;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
};

/** RFC 3339 in, canonical UTC text out. An instant without an offset is refused: its moment is not known. */
export const Instant = z
  .string()
  .regex(rfc3339, 'an RFC 3339 instant with offset, as 2026-05-04T12:30:00Z')
  .refine(exists, 'a day and time that exist')
  .transform(normalise)
  .refine((text) => canonical.test(text), 'a day and time that exist')
  .brand<'Instant'>();
export type Instant = z.infer<typeof Instant>;

const [firstMs, lastMs] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/** What lies before the first or behind the last instant that has its spelling is that one. */
export const instantOfMs = (ms: number): Instant => new Date(Math.min(Math.max(ms, firstMs), lastMs)).toISOString() as Instant; // branding: toISOString is the canonical spelling

export const msOfInstant = (instant: Instant): number => Date.parse(instant);

/** Milliseconds from `earlier` to `later`; negative when they are the other way round. */
export const msBetween = (earlier: Instant, later: Instant): number => msOfInstant(later) - msOfInstant(earlier);

export const addMs = (instant: Instant, ms: number): Instant => instantOfMs(msOfInstant(instant) + ms);

const isoDuration = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** ISO 8601 duration of days, hours, minutes and seconds (months and years have no fixed length) in ms; undefined where it is none. */
export const msOfDuration = (text: string): number | undefined => {
  const found = isoDuration.exec(text);
  if (!found || text === 'P' || text.endsWith('T')) return undefined;
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1000);
};

/** Milliseconds as an ISO 8601 duration: 90500 is PT1M30.5S; negative ones are clipped to PT0S. */
export const durationOfMs = (ms: number): string => {
  const whole = Math.max(0, Math.round(ms));
  const days = Math.floor(whole / 86_400_000);
  const hours = Math.floor((whole % 86_400_000) / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = (whole % 60_000) / 1000;
  const time = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`;
  return days || time ? `P${days ? `${days}D` : ''}${time ? `T${time}` : ''}` : 'PT0S';
};
