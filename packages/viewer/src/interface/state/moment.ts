/**
 * Moment: a day and a minute of it as the reader's clock shows them, YYYY-MM-DDTHH:MM.
 */

const two = (value: number): string => String(value).padStart(2, '0');

export const localMoment = (at: Date): string =>
  `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

/** The same moment wherever it is read, to the minute. */
export const anywhere = (localTime: string): string => `${new Date(localTime).toISOString().slice(0, 16)}Z`;

export const minutesOf = (moment: string): number => Number(moment.slice(11, 13)) * 60 + Number(moment.slice(14, 16));

export const withMinutes = (moment: string, minutes: number): string => `${moment.slice(0, 11)}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
