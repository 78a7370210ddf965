/**
 * Patch: what a twin's store does not know yet of the latest readings: newer values, a newer place, samples for the history.
 */
import { type Instant, instantOfMs, msOfInstant, type Reading, type Twin } from '@cityweave/core';
import type { Command } from '../../store/store.ts';
import type { Latest } from './latest.ts';

/** Newer observations win; of the same observation the later publication. What a file said without a time of its own gives way to any feed. */
const supersedes = (given: Reading, known: Reading | undefined): boolean => {
  if (known?.observedAt === undefined || known.origin === undefined) return true;
  const order = compareInstants(given.observedAt, known.observedAt);
  return order > 0 || (order === 0 && compareInstants(given.recordedAt, known.recordedAt) > 0);
};

const compareInstants = (a: Instant | undefined, b: Instant | undefined): number => {
  const [left, right] = [a ?? '', b ?? ''];
  return left === right ? 0 : left > right ? 1 : -1;
};

type Patching = {
  readonly twin: Twin;
  /** what was published up to then is in the history of the store */
  readonly keptMs: number;
  /** when the twin's place was observed last */
  readonly placedAtMs: number | undefined;
};

/** What the history does not know yet: what the latest reading passed, and that one too where it came late. */
const samplesOf = (
  { readings, samples }: Latest,
  { stands, keptMs }: { readonly stands: Readonly<Record<string, Reading>>; readonly keptMs: number },
): Readonly<Record<string, readonly Reading[]>> => {
  const isNew = ({ recordedAt }: Reading): boolean => recordedAt !== undefined && msOfInstant(recordedAt) > keptMs;
  const all = [...readings].map(([term, reading]) => [term, [...(samples.get(term) ?? []), ...(!stands[term] && isNew(reading) ? [reading] : [])]] as const);
  return Object.fromEntries(all.filter(([, some]) => some.length > 0));
};

/** What the store does not know yet; nothing where it knows it all. */
export const patchOf = (latest: Latest, { twin, keptMs, placedAtMs }: Patching): readonly Command[] => {
  const values = Object.fromEntries([...latest.readings].filter(([term, reading]) => supersedes(reading, twin.values[term])));
  const samples = samplesOf(latest, { stands: values, keptMs });
  const position = latest.position && latest.position.observedMs >= (placedAtMs ?? Number.NEGATIVE_INFINITY) ? latest.position : undefined;
  const moved = position && JSON.stringify(position.at) !== JSON.stringify(twin.position) ? position.at : undefined;
  if (Object.keys(values).length + Object.keys(samples).length === 0 && !moved) return [];
  return [{ op: 'patchTwin', id: twin.id, values, samples, ...(moved && position && { position: moved, placedAt: instantOfMs(position.observedMs) }) }];
};
