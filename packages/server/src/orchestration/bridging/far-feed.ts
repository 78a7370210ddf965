/**
 * Far feed: what a subscriber over a bridge is told (T11): records that changed as they are there now, and those that are gone as they were; an adaptor converts them.
 */
import { type FarContent, type Json, limits } from '@cityweave/core';
import type { Feed, Granted } from '../live/feed.ts';
import type { Room } from '../room.ts';
import type { FarChange } from './far-changes.ts';
import { contentOf } from './far-content.ts';
import type { FarLog } from './far-log.ts';
import { grantedInterfaces } from './far-records.ts';

/** What left the area that was agreed on is gone for whoever may not look beyond it. */
const contentsOf = (room: Room, granted: Granted, changes: readonly FarChange[]): { readonly far: FarContent[]; readonly farGone: FarContent[] } => {
  const interfaces = grantedInterfaces(room, granted.features).map((one) => ({ ...one, area: granted.area }));
  const told = (one: (typeof interfaces)[number], records: readonly (Json | undefined)[]): FarContent[] => {
    const content = contentOf(
      room,
      one,
      records.filter((record) => record !== undefined),
    );
    return content.content.length > 0 ? [content] : [];
  };
  return {
    far: interfaces.flatMap((one) =>
      told(
        one,
        changes.filter(({ given }) => given === one.given).map(({ record }) => record),
      ),
    ),
    farGone: interfaces.flatMap((one) =>
      told(
        one,
        changes.filter((change) => change.given === one.given && isGone(room, one, change)).map(({ before }) => before),
      ),
    ),
  };
};

const isGone = (room: Room, one: Parameters<typeof contentOf>[1], { record }: FarChange): boolean =>
  record === undefined || contentOf(room, one, [record]).content.length === 0;

export const createFarFeed = (room: Room, log: FarLog): Feed => ({
  head: log.look,
  open: log.follow,
  next: async (after, granted) => {
    if (log.failure()) return { type: 'over' };
    const { changes, head, since } = log.changes(after, limits.streamBatchTwinsMax);
    if (after < since) return { type: 'changed', seq: head, changed: { seq: head, rows: [], deleted: [], resnapshot: true } };
    const last = changes.at(-1);
    if (!last) return { type: 'quiet', head };
    return { type: 'changed', seq: last.seq, changed: { seq: last.seq, rows: [], deleted: [], ...contentsOf(room, granted, changes) } };
  },
  wait: log.next,
});
