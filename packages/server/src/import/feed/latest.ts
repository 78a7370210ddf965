/**
 * Latest: of many rows, what stands of each twin's terms, and what it passes, for the history.
 */
import { instantOfMs, type Position, type Reading } from '@cityweave/core';
import type { Due } from './due.ts';

export type Latest = {
  readonly readings: Map<string, Reading> /** before the latest */;
  readonly samples: Map<string, readonly Reading[]>;
  position?: { readonly at: Position; readonly observedMs: number };
};

/** A reading whose times are still numbers: of thousands of rows only the last becomes a value. */
type Timed = { readonly reading: Reading; readonly observedMs: number; readonly publishedMs: number };

type Collected = { readonly timed: Map<string, Timed>; readonly passed: Map<string, Timed[]>; position?: Latest['position'] };

const isLater = (given: Timed, known: Timed | undefined): boolean =>
  !known || given.observedMs > known.observedMs || (given.observedMs === known.observedMs && given.publishedMs > known.publishedMs);

/** The latest of each term; what it passes, or what comes late, is for the history. */
const collect = ({ timed, passed }: Collected, term: string, given: Timed): void => {
  const known = timed.get(term);
  const [stands, other] = isLater(given, known) ? [given, known] : [known, given];
  if (stands) timed.set(term, stands);
  const before = passed.get(term);
  if (other && before) before.push(other);
  else if (other) passed.set(term, [other]);
};

const collectDue = (due: readonly Due[]): ReadonlyMap<string, Collected> => {
  const collected = new Map<string, Collected>();
  for (const { row, publishedMs } of due) {
    const observedMs = publishedMs - row.lagMs;
    const known: Collected = collected.get(row.key) ?? { timed: new Map(), passed: new Map() };
    for (const [term, reading] of Object.entries(row.readings)) collect(known, term, { reading, observedMs, publishedMs });
    if (row.position && observedMs >= (known.position?.observedMs ?? Number.NEGATIVE_INFINITY)) known.position = { at: row.position, observedMs };
    collected.set(row.key, known);
  }
  return collected;
};

/** Of several readings of one property the one that supersedes the others, and for the history those of them that it does not know: one patch a twin, never one a row. */
export const latestOf = (due: readonly Due[], { origin, keptMs }: { readonly origin: string; readonly keptMs: number }): ReadonlyMap<string, Latest> => {
  const toReading = ({ reading, observedMs, publishedMs }: Timed): Reading => ({
    ...reading,
    observedAt: instantOfMs(observedMs),
    recordedAt: instantOfMs(publishedMs),
    origin,
  });
  const latest = new Map<string, Latest>();
  for (const [key, { timed, passed, position }] of collectDue(due)) {
    const readings = new Map([...timed].map(([term, found]) => [term, toReading(found)]));
    const samples = new Map([...passed].map(([term, all]) => [term, all.filter(({ publishedMs }) => publishedMs > keptMs).map(toReading)]));
    latest.set(key, { readings, samples, ...(position && { position }) });
  }
  return latest;
};
