/**
 * Format: numbers, dates, ages and values as the reader's language writes them. What a twin says stays a text whatever it holds.
 */
import { spokenUnit, unitText } from './units.ts';
import { isElsewhere, msShown, shownIn } from './zone.ts';

const secondsOf = { day: 86_400, hour: 3_600, minute: 60, second: 1 } as const;

/** Of an ISO 8601 duration of days, hours, minutes and seconds; undefined where it is none. */
export const secondsOfDuration = (duration: string): number | undefined => {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration);
  if (!found || duration.length < 3) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = found.slice(1).map((part) => Number(part ?? 0));
  return days * secondsOf.day + hours * secondsOf.hour + minutes * secondsOf.minute + seconds;
};

const steps = [
  { unit: 'year', from: 2 * 365.25 * secondsOf.day, seconds: 365.25 * secondsOf.day },
  { unit: 'month', from: 61 * secondsOf.day, seconds: 30.44 * secondsOf.day },
  { unit: 'day', from: secondsOf.day, seconds: secondsOf.day },
  { unit: 'hour', from: secondsOf.hour, seconds: secondsOf.hour },
  { unit: 'minute', from: secondsOf.minute, seconds: secondsOf.minute },
  { unit: 'second', from: 0, seconds: 1 },
] as const;

/** Symbols that all languages in Latin letters share; the others, and longer times, have words. */
const symbols: Readonly<Record<string, string>> = { millisecond: 'ms', second: 's', minute: 'min', hour: 'h' };

type Spoken = { readonly value: number; readonly unit: string; readonly digits: number };

const timeText = (lang: string, { value, unit, digits }: Spoken): string => {
  const spread = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const symbol = new Intl.Locale(lang).maximize().script === 'Latn' ? symbols[unit] : undefined;
  if (symbol) return `${new Intl.NumberFormat(lang, spread).format(value)}\u00a0${symbol}`;
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long', ...spread }).format(value);
};

/** In the one unit that a person would say. */
export const ageText = (lang: string, duration: string): string => {
  const seconds = secondsOfDuration(duration);
  if (seconds === undefined) return duration;
  const step = steps.find(({ from }) => seconds >= from) ?? steps[5];
  return timeText(lang, { value: Math.floor(seconds / step.seconds), unit: step.unit, digits: 0 });
};

/** Of an ISO 8601 duration of less than a minute, as answers take. */
export const millisecondsOf = (duration: string): number => 1_000 * Number(/([\d.]+)S/.exec(duration)?.[1] ?? 0);

/** Less than this is told in milliseconds. */
const shortMs = 100;

export const secondsText = (lang: string, ms: number): string =>
  ms < shortMs
    ? timeText(lang, { value: Math.max(1, Math.round(ms)), unit: 'millisecond', digits: 0 })
    : timeText(lang, { value: ms / 1_000, unit: 'second', digits: 1 });

export const numberText = (lang: string, value: number): string =>
  new Intl.NumberFormat(lang, { maximumFractionDigits: Math.abs(value) >= 1_000 ? 1 : 3, useGrouping: 'min2' }).format(value);

const kilometreMetres = 1_000;

/** As one says a distance on foot or by car: 80 m, 1.2 km. */
export const distanceText = (lang: string, metres: number): string => {
  const [value, unit] = Math.round(metres / 10) * 10 < kilometreMetres ? [Math.max(1, metres), 'meter'] : [metres / kilometreMetres, 'kilometer'];
  const digits = value < 10 && unit === 'meter' ? 1 : 2;
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'short', maximumSignificantDigits: digits }).format(value);
};

/** In which language, and by whose clocks. */
export type Clocked = { readonly lang: string; readonly zone: string };

type Dated = { readonly ms: number; readonly date: 'long' | 'medium' | undefined };

/** The zone is named where the reader's own clock shows another time. */
const clockText = ({ lang, zone }: Clocked, { ms, date }: Dated): string => {
  const [styles, fields] = [{ dateStyle: date }, { year: 'numeric', month: date === 'long' ? 'long' : 'short', day: 'numeric' }] as const;
  const hour = isElsewhere(zone, ms)
    ? ({ ...(date && fields), hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const)
    : ({ ...(date && styles), timeStyle: 'short' } as const);
  return new Intl.DateTimeFormat(lang, { timeZone: zone, hourCycle: 'h23', ...hour }).format(ms);
};

/** What is no instant is of no day. */
const isOfDay = (zone: string, instant: string, now: number): boolean => {
  const [day, today] = [Date.parse(instant), now].map((at) => (Number.isNaN(at) ? undefined : shownIn(zone, at).slice(0, 10)));
  return day === today;
};

/** What is no instant stays as it is. */
const atOnce = (clocked: Clocked, instant: string, date: Dated['date']): string => {
  const ms = Date.parse(instant);
  return Number.isNaN(ms) ? instant : clockText(clocked, { ms, date });
};

/** 14:02 of today, else with its date. */
export const instantText = (clocked: Clocked, instant: string, now: number): string =>
  atOnce(clocked, instant, isOfDay(clocked.zone, instant, now) ? undefined : 'medium');

/** From one instant to another: both with their dates, but where both are of today. */
export const spanTexts = (clocked: Clocked, [from, to]: readonly [string, string], now: number): readonly [string, string] => {
  const date = [from, to].every((instant) => isOfDay(clocked.zone, instant, now)) ? undefined : 'medium';
  return [atOnce(clocked, from, date), atOnce(clocked, to, date)];
};

/** The day alone; what is no instant stays as it is. */
export const dayText = ({ lang, zone }: Clocked, instant: string): string => {
  const at = new Date(instant);
  return Number.isNaN(at.getTime()) ? instant : new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeZone: zone }).format(at);
};

/** A day and an hour in full, of a moment anywhere or as clocks of the zone show it. */
export const momentText = (clocked: Clocked, moment: string): string =>
  clockText(clocked, { ms: moment.endsWith('Z') ? Date.parse(moment) : msShown(clocked.zone, moment), date: 'long' });

/** The zone as people call it, with the name that everybody knows it by. */
export const zoneText = ({ lang, zone }: Clocked): string => {
  const parts = new Intl.DateTimeFormat(lang, { timeZone: zone, timeZoneName: 'longGeneric' }).formatToParts();
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
  return name === zone ? name : `${name} (${zone})`;
};

const bidiControls = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g;

/** For places that hold no markup to keep directions apart, as names of controls: without controls of direction, and bounded. */
export const plainText = (text: string, charactersMax = 200): string => cutText(text.replace(bidiControls, ''), charactersMax);

/** By characters as people count them, not in the middle of one. */
export const cutText = (text: string, charactersMax: number): string => {
  if (text.length <= charactersMax) return text;
  const kept = text.slice(0, charactersMax).replace(/[\ud800-\udbff]$/, '');
  return `${kept}…`;
};

type Worded = { readonly none: string; readonly yes: string; readonly no: string };

/** The value alone; a unit that the language has words for is said with it by `quantityText`. */
export const valueText = (lang: string, value: unknown, words: Worded): string => {
  if (value === null || value === undefined) return words.none;
  if (typeof value === 'number') return numberText(lang, value);
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

export const quantityText = (lang: string, { value, unit }: { readonly value: unknown; readonly unit: string | null | undefined }, words: Worded): string => {
  const spoken = unit ? spokenUnit(unit) : undefined;
  if (typeof value === 'number' && spoken)
    return new Intl.NumberFormat(lang, { style: 'unit', unit: spoken, unitDisplay: 'long', maximumFractionDigits: 2 }).format(value);
  const text = valueText(lang, value, words);
  if (!unit || value === null || value === undefined) return text;
  const printed = unitText(unit);
  return printed === '' ? text : printed === '°' ? `${text}°` : `${text}\u00a0${printed}`;
};

/** The unit by itself, as beside the name of a property: in words where the language has them. */
export const unitName = (lang: string, code: string): string => {
  const unit = spokenUnit(code);
  if (!unit) return unitText(code);
  const parts = new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).formatToParts(100);
  return parts.find(({ type }) => type === 'unit')?.value ?? unitText(code);
};
