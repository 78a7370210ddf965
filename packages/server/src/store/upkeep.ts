/**
 * Upkeep: what a store does for itself while its node runs: forgets what the retention of the node file lets go, and folds what is no longer recent.
 */
import { addMs, type Instant, TermId, type Vocabulary } from '@cityweave/core';
import type { Clock, Timers } from '../deps.ts';
import type { TwinStore, Waiting } from './store.ts';

export type RetentionRule = {
  /** changes of the log that stay, from which subscribers resume */
  readonly changes: number;
  /** how long samples stay as they are before they are folded */
  readonly recentHours: number;
  /** what held no more so long ago is forgotten; kept for good where absent */
  readonly historyDays?: number | undefined;
  /** the same for twins of some kinds, and of those that are narrower: of several the nearest counts */
  readonly kinds?: Readonly<Record<TermId, { readonly historyDays?: number | undefined }>> | undefined;
};

type Kept = { readonly store: TwinStore; readonly retention: RetentionRule; readonly vocabulary: () => Vocabulary; readonly clock: Clock };

const hourMs = 60 * 60 * 1000;
const everyMs = hourMs;
const firstMs = 60_000;

type KindRules = NonNullable<RetentionRule['kinds']>;

/** The rules of kinds, told for every kind that there is: its own, or that of the nearest wider one. */
const rulesOf = async ({ store, vocabulary }: Kept, kinds: KindRules, waiting: Waiting): Promise<KindRules> => {
  const { isA } = vocabulary();
  const ruled = Object.keys(kinds).map((kind) => TermId.parse(kind));
  const nearest = (kind: TermId): TermId | undefined => {
    const wider = ruled.filter((one) => isA(kind, one));
    return wider.find((one) => wider.every((other) => isA(one, other)));
  };
  const present = ruled.length === 0 ? [] : (await store.kinds(waiting)).map(({ kind }) => kind);
  return Object.fromEntries([...ruled, ...present].flatMap((kind) => (nearest(kind) ? [[kind, kinds[nearest(kind) ?? kind] ?? {}]] : [])));
};

/** One run. */
const maintainOnce = async (kept: Kept, signal: AbortSignal): ReturnType<TwinStore['maintain']> => {
  const { store, clock } = kept;
  const { changes, recentHours, historyDays } = kept.retention;
  const kinds = await rulesOf(kept, kept.retention.kinds ?? {}, { signal });
  const now = clock.now();
  const daysAgo = (days: number | undefined): Instant | undefined => (days === undefined ? undefined : addMs(now, -days * 24 * hourMs));
  const retention = {
    keepChanges: changes,
    foldBefore: addMs(now, -recentHours * hourMs),
    forgetBefore: daysAgo(historyDays),
    forgetOfKinds: Object.fromEntries(Object.entries(kinds).map(([kind, rule]) => [kind, daysAgo(rule.historyDays) ?? null])),
  };
  return store.maintain(retention, { signal });
};

export type Upkeep = { /** once the run that is under way has ended at its next step; none follows */ readonly close: () => Promise<void> };

/** A run a while after the start, then one an hour, never two at once. */
export const createUpkeep = ({ timers, failed, ...kept }: Kept & { readonly timers: Timers; readonly failed: (cause: unknown) => void }): Upkeep => {
  let running: Promise<unknown> = Promise.resolve();
  const closed = new AbortController();
  let cancel: () => void = () => undefined;
  const run = (): void => {
    running = maintainOnce(kept, closed.signal)
      .catch((cause) => {
        if (!closed.signal.aborted) failed(cause);
      })
      .then(() => {
        if (!closed.signal.aborted) cancel = timers.after(everyMs, run);
      });
  };
  cancel = timers.after(firstMs, run);
  return {
    close: async () => {
      closed.abort();
      cancel();
      await running;
    },
  };
};
