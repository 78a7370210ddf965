/**
 * Readings: what each source says of one property of what is drawn: asked side by side, told in the order of the sources, and kept until the source's change sequence moves.
 */
import type { Federation, FederationId, Json, TermId, ValueFlag } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import type { Held } from './scenes.ts';

/** What one source says of what is drawn in a row. */
export type RowReading = {
  readonly row: number;
  /** of the twin that is drawn there, not of another one that shares its row */
  readonly isOwn: boolean;
  readonly value: Json;
  readonly unit: string | undefined;
  readonly flag: ValueFlag;
};

/** One source's part; `complete` is false where it could not be asked, or not for all of it. */
export type Told = { readonly agency: string; readonly readings: readonly RowReading[]; readonly complete: boolean };

type Kept = Told & { readonly seq: number };

export type ReadingsAsked = {
  readonly held: Held;
  readonly federation: Federation;
  readonly sources: readonly WalkedSource[];
  readonly term: TermId;
  readonly signal: AbortSignal;
};

/** `keptMax`: readings of all parts that are kept; `sourcesAtOnce`: of those who are asked for one column. */
export const readingLimits = { keptMax: 1_000_000, sourcesAtOnce: 8 } as const;

export type Readings = {
  readonly of: (asked: ReadingsAsked) => Promise<readonly Told[]>;
  /** Nothing is kept of it any more, also of what is being asked now. */
  readonly forget: (federation: FederationId) => Promise<void>;
};

/** In the order of what is given, whoever ends first. */
const sideBySide = async <T, R>(given: readonly T[], atOnce: number, run: (one: T) => Promise<R>): Promise<readonly R[]> => {
  const [done, waiting] = [new Array<R>(given.length), given.entries()];
  const takeTurns = async (): Promise<void> => {
    for (const [at, one] of waiting) done[at] = await run(one);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, given.length) }, takeTurns));
  return done;
};

const walk = async ({ held, term, signal }: ReadingsAsked, source: WalkedSource): Promise<Told & { readonly seq: number | undefined }> => {
  const readings: RowReading[] = [];
  const walked = await source.walk(
    { filter: { property: [{ term, op: 'exists', value: true }] }, terms: [term] },
    (rows) => {
      for (const { twin } of rows) {
        const row = held.rows.rowOf(twin.id);
        const reading = twin.values[term];
        if (row === undefined || !reading) continue;
        const { value, unit, flag = twin.provenance.flag ?? 'MEASURED' } = reading;
        readings.push({ row, isOwn: held.rows.idOf(row) === twin.id, value, unit, flag });
      }
    },
    signal,
  );
  return { agency: source.agency, readings, complete: walked.ok, seq: walked.ok ? walked.value : undefined };
};

const keyOf = ({ held, federation, term }: ReadingsAsked, { agency, steadyUnder }: WalkedSource): string | undefined =>
  steadyUnder && [federation.id, agency, steadyUnder, term, held.built.scene.rowsRevision].join(' ');

export const createReadings = (keptMax: number = readingLimits.keptMax): Readings => {
  const kept = new LRUCache<string, Kept>({ maxSize: keptMax, sizeCalculation: ({ readings }) => 1 + readings.length });
  let forgotten = 0;
  const tell = async (asked: ReadingsAsked, source: WalkedSource, mayKeep: () => boolean): Promise<Told> => {
    const key = keyOf(asked, source);
    const known = key === undefined ? undefined : kept.get(key);
    if (known) {
      const seq = await source.seq(asked.signal);
      if (!seq.ok) return { agency: source.agency, readings: [], complete: false };
      if (seq.value === known.seq) return known;
    }
    const { seq, ...told } = await walk(asked, source);
    if (key !== undefined && seq !== undefined && mayKeep()) kept.set(key, { ...told, seq });
    return told;
  };
  return {
    of: (asked) => {
      const before = forgotten;
      return sideBySide(asked.sources, readingLimits.sourcesAtOnce, (source) => tell(asked, source, () => forgotten === before));
    },
    forget: async (federation) => {
      forgotten += 1;
      for (const key of [...kept.keys()]) if (key.startsWith(`${federation} `)) kept.delete(key);
    },
  };
};
