/**
 * Upkeep: what a store does for itself while its node runs: forgets what the retention of the node file lets go, and folds what is no longer recent.
 */
import { addMs, type Instant, type TermId } from '@cityweave/core';
import type { Clock, Timers } from '../deps.ts';
import type { TwinStore } from './store.ts';

export type RetentionRule = {
  /** changes of the log that stay, from which subscribers resume */
  readonly changes: number;
  /** how long samples stay as they are before they are folded */
  readonly recentHours: number;
  /** what held no more so long ago is forgotten; kept for good where absent */
  readonly historyDays?: number | undefined;
  /** the same for twins of some kinds */
  readonly kinds?: Readonly<Record<TermId, { readonly historyDays?: number | undefined }>> | undefined;
};

type Kept = { readonly store: TwinStore; readonly retention: RetentionRule; readonly clock: Clock };

const hourMs = 60 * 60 * 1000;
const everyMs = hourMs;
const firstMs = 60_000;

/** One run. */
const maintainOnce = (
  { store, retention: { changes, recentHours, historyDays, kinds = {} }, clock }: Kept,
  signal: AbortSignal,
): ReturnType<TwinStore['maintain']> => {
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
