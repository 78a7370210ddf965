/**
 * Moment: a day and a minute of it as clocks of a zone show them, YYYY-MM-DDTHH:MM, and the same moment anywhere, with a Z behind it.
 */
import { msShown } from '../words/zone.ts';

const two = (value: number): string => String(value).padStart(2, '0');

export const minuteAnywhere = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** The same moment wherever it is read, to the minute. */
export const anywhere = (shown: string, zone: string): string => minuteAnywhere(msShown(zone, shown));

export const minutesOf = (moment: string): number => Number(moment.slice(11, 13)) * 60 + Number(moment.slice(14, 16));

export const withMinutes = (moment: string, minutes: number): string => `${moment.slice(0, 11)}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
