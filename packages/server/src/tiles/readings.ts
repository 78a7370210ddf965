/**
 * Readings: what each source says of one property of what is drawn: asked side by side, once for all who want it, and kept until the source's change sequence moves.
 */
import { type AgencyId, type Federation, type FederationId, type TermId, type TwinRow, type ValueFlag, valueOf } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { WalkedSource } from '../orchestration/utilization/walking.ts';
import type { Held } from './scenes.ts';

type Shown = number | string | boolean;

/** What one source says of what is drawn in a row, as far as a column can show it. */
export type RowReading = {
  readonly row: number;
  /** of the twin that is drawn there, not of another one that shares its row */
  readonly isOwn: boolean;
  /** null where a column can show nothing but how it came about */
  readonly value: Shown | null;
  readonly unit: string | undefined;
  readonly flag: ValueFlag;
  /** when it was true, in seconds */
  readonly observed: number;
};

/** One source's part; `complete` is false where it could not be asked, or not for all of it. */
export type Told = { readonly agency: AgencyId; readonly readings: readonly RowReading[]; readonly complete: boolean };

type Walked = Told & { readonly seq: number | undefined };

type Kept = Told & { readonly seq: number };

export type ReadingsAsked = {
  readonly held: Held;
  readonly federation: Federation;
  readonly sources: readonly WalkedSource[];
  readonly term: TermId;
  readonly signal: AbortSignal;
  /** whoever asks hears of changes from now on: what it is told is to be no older than that */
  readonly follows?: true;
  /** told of each page of a walk that begins for whoever asks; all of it is told at its end as well */
  readonly page?: (readings: readonly RowReading[]) => void;
};

/** `keptMax`: readings of all parts that are kept, of which a text counts once more for every `charactersEach`; `sourcesAtOnce`: of those who are asked for one column. */
export const readingLimits = { keptMax: 1_000_000, charactersEach: 64, sourcesAtOnce: 8 } as const;

export type Readings = {
  /** In the order of the sources. */
  readonly of: (asked: ReadingsAsked) => Promise<readonly Told[]>;
  /** Each part as it comes. */
  readonly each: (asked: ReadingsAsked, take: (told: Told) => void) => Promise<void>;
  /** Of whom it is wanted now and who has not answered yet. */
  readonly waitingFor: (federation: FederationId, term: TermId) => readonly AgencyId[];
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

const isShowable = (value: unknown): value is Shown => ['number', 'string', 'boolean'].includes(typeof value);

/** One of the twin that is drawn in a row and one of the others that share it, the first of each that can be shown: however often a source repeats a twin, there are no more. */
const createRowReadings = ({ rows }: Held) => {
  const readings = new Map<number, RowReading>();
  return {
    add: ({ id, values, provenance }: TwinRow['twin'], term: TermId): readonly RowReading[] => {
      const [row, reading] = [rows.rowOf(id), values[term]];
      if (row === undefined || !reading) return [];
      const { value: said, unit, flag, observedAt } = valueOf(reading, provenance);
      const value = isShowable(said) ? said : null;
      const isOwn = rows.idOf(row) === id;
      const place = 2 * row + Number(isOwn);
      if ((readings.get(place)?.value ?? null) !== null) return [];
      const added = { row, isOwn, value, unit, flag, observed: Date.parse(observedAt) / 1_000 };
      readings.set(place, added);
      return [added];
    },
    all: (): readonly RowReading[] => [...readings.values()],
  };
};

const walk = async ({ held, term, signal, page }: ReadingsAsked, source: WalkedSource): Promise<Walked> => {
  const readings = createRowReadings(held);
  const walked = await source.walk(
    { filter: { property: [{ term, op: 'exists', value: true }] }, terms: [term], footprints: false },
    (rows) => {
      const added = rows.flatMap(({ twin }) => readings.add(twin, term));
      page?.(added);
    },
    signal,
  );
  return { agency: source.agency, readings: readings.all(), complete: walked.ok, seq: walked.ok ? walked.value : undefined };
};

const weightOf = ({ value }: RowReading): number => 1 + (typeof value === 'string' ? Math.floor(value.length / readingLimits.charactersEach) : 0);

const sharedKey = ({ held, federation, term }: ReadingsAsked, { agency, steadyUnder }: WalkedSource): string =>
  [federation.id, agency, steadyUnder, term, held.built.scene.rowsRevision].join(' ');

const keptKey = (asked: ReadingsAsked, source: WalkedSource): string | undefined => source.steadyUnder && sharedKey(asked, source);

const unasked = ({ agency }: WalkedSource): Walked => ({ agency, readings: [], complete: false, seq: undefined });

type SharedWalk = { readonly walked: Promise<Walked>; readonly stop: AbortController; waiting: number };

/** One walk for all who want the same at a time; it ends when none of them waits any more. */
const createSharedWalks = () => {
  const underWay = new Map<string, SharedWalk>();
  const drop = (key: string, shared: SharedWalk): void => {
    if (underWay.get(key) === shared) underWay.delete(key);
  };
  const begin = (key: string, asked: ReadingsAsked, source: WalkedSource): SharedWalk => {
    const stop = new AbortController();
    const walked = walk({ ...asked, signal: stop.signal }, source).finally(() => drop(key, shared));
    const shared: SharedWalk = { walked, stop, waiting: 0 };
    underWay.set(key, shared);
    return shared;
  };
  const walkOnce = (asked: ReadingsAsked, source: WalkedSource): Promise<Walked> => {
    if (asked.signal.aborted) return Promise.resolve(unasked(source));
    const key = sharedKey(asked, source);
    const shared = underWay.get(key) ?? begin(key, asked, source);
    const leave = (): void => {
      shared.waiting -= 1;
      if (shared.waiting > 0) return;
      drop(key, shared);
      shared.stop.abort();
    };
    shared.waiting += 1;
    asked.signal.addEventListener('abort', leave, { once: true });
    return shared.walked.finally(() => asked.signal.removeEventListener('abort', leave));
  };
  return {
    /** What changed since a walk that was under way began, and before somebody followed, is in neither: then it is walked once more. */
    walk: async (asked: ReadingsAsked, source: WalkedSource): Promise<Walked> => {
      const joins = underWay.has(sharedKey(asked, source));
      const walked = await walkOnce(asked, source);
      if (!(asked.follows && joins && walked.complete) || asked.signal.aborted) return walked;
      const now = await source.seq(asked.signal);
      return now.ok && now.value === walked.seq ? walked : walkOnce(asked, source);
    },
    /** Who asks from now on is told what is said from now on. */
    forget: (federation: FederationId): void => {
      for (const key of [...underWay.keys()]) if (key.startsWith(`${federation} `)) underWay.delete(key);
    },
  };
};

export const createReadings = (keptMax: number = readingLimits.keptMax): Readings => {
  const walks = createSharedWalks();
  const asking = new Set<Pick<ReadingsAsked, 'federation' | 'term'> & { readonly waiting: Set<AgencyId> }>();
  const kept = new LRUCache<string, Kept>({
    maxSize: keptMax,
    sizeCalculation: ({ readings }) => readings.reduce((sum, reading) => sum + weightOf(reading), 1),
  });
  let forgotten = 0;
  const tell = async (asked: ReadingsAsked, source: WalkedSource, mayKeep: () => boolean): Promise<Told> => {
    const key = keptKey(asked, source);
    const known = key === undefined ? undefined : kept.get(key);
    if (known && !asked.signal.aborted) {
      const seq = await source.seq(asked.signal);
      if (!seq.ok) return unasked(source);
      if (seq.value === known.seq) return known;
    }
    const { seq, ...told } = await walks.walk(asked, source);
    if (key !== undefined && seq !== undefined && mayKeep()) kept.set(key, { ...told, seq });
    return told;
  };
  const each = async <R>(asked: ReadingsAsked, take: (told: Told) => R): Promise<readonly R[]> => {
    const before = forgotten;
    const under = { ...asked, waiting: new Set(asked.sources.map(({ agency }) => agency)) };
    asking.add(under);
    const ask = async (source: WalkedSource): Promise<R> => {
      const told = await tell(asked, source, () => forgotten === before);
      under.waiting.delete(source.agency);
      return take(told);
    };
    return sideBySide(asked.sources, readingLimits.sourcesAtOnce, ask).finally(() => asking.delete(under));
  };
  return {
    of: (asked) => each(asked, (told) => told),
    each: async (asked, take) => void (await each(asked, take)),
    waitingFor: (federation, term) => {
      const same = [...asking].filter((one) => one.federation.id === federation && one.term === term);
      return [...new Set(same.flatMap(({ waiting }) => [...waiting]))];
    },
    forget: async (federation) => {
      forgotten += 1;
      walks.forget(federation);
      for (const key of [...kept.keys()]) if (key.startsWith(`${federation} `)) kept.delete(key);
    },
  };
};
