/**
 * Forgetting: what is over is kept for a time, so that who looks back finds it, and of one partner the last ones; then it goes.
 */
import { addMs, type Instant, limits } from '@cityweave/core';
import type { RecordStore } from './store.ts';

type Listed = ReturnType<RecordStore['list']>[number];

export type Forgetting = {
  readonly noun: string;
  /** nothing changes it any more, and nothing needs it */
  readonly isOver: (record: Listed) => boolean;
  /** whose it is */
  readonly partnerOf: (record: Listed) => string;
};

export const forgetOver = (records: RecordStore, { noun, isOver, partnerOf }: Forgetting, now: Instant): void => {
  const before = addMs(now, -limits.overKeptMs);
  for (const over of Map.groupBy(records.list(noun).filter(isOver), partnerOf).values()) {
    const latestFirst = over.toSorted((a, b) => (a.at < b.at ? 1 : -1));
    for (const [place, { id, at }] of latestFirst.entries()) if (at < before || place >= limits.overKeptPerPartnerMax) records.remove(noun, id);
  }
};
