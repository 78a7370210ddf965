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
const maintainOnce = ({ store, retention: { changes, recentHours, historyDays, kinds = {} }, clock }: Kept): ReturnType<TwinStore['maintain']> => {
  const now = clock.now();
  const daysAgo = (days: number | undefined): Instant | undefined => (days === undefined ? undefined : addMs(now, -days * 24 * hourMs));
  return store.maintain({
    keepChanges: changes,
    foldBefore: addMs(now, -recentHours * hourMs),
    forgetBefore: daysAgo(historyDays),
    forgetOfKinds: Object.fromEntries(Object.entries(kinds).map(([kind, rule]) => [kind, daysAgo(rule.historyDays) ?? null])),
  });
};

export type Upkeep = { /** once the run that is under way is over; none follows */ readonly close: () => Promise<void> };

/** A run a while after the start, then one an hour, never two at once. */
export const createUpkeep = ({ timers, failed, ...kept }: Kept & { readonly timers: Timers; readonly failed: (cause: unknown) => void }): Upkeep => {
  let running: Promise<unknown> = Promise.resolve();
  let closed = false;
  let cancel: () => void = () => undefined;
  const run = (): void => {
    running = maintainOnce(kept)
      .catch(failed)
      .then(() => {
        if (!closed) cancel = timers.after(everyMs, run);
      });
  };
  cancel = timers.after(firstMs, run);
  return {
    close: async () => {
      closed = true;
      cancel();
      await running;
    },
  };
};
