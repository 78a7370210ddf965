/**
 * Log line: an entry of the exchange log as it is read.
 */
import { LogEntry } from '@cityweave/core';

/** As JSON; undefined where it is none. */
export const parseLine = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** As an entry; undefined where it is none. */
export const parseEntry = (line: string): LogEntry | undefined => LogEntry.safeParse(parseLine(line)).data;
