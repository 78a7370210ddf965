/**
 * Far changes: what changed at systems that keep no change log: the last change of every record since they were looked at first, in the order in which it was seen.
 */
import { type Json, limits } from '@cityweave/core';
import type { FarInterface } from '../../config/far-interface.ts';

/** A record as it was told, with its text to compare it by. */
export type Kept = { readonly record: Json; readonly text: string };
/** The records of an interface by their keys. */
export type Records = ReadonlyMap<string, Kept>;

export type FarChange = {
  readonly seq: number;
  readonly given: FarInterface;
  /** as it is now, and as it was; without the former it is gone, without the latter it is new */
  readonly record?: Json | undefined;
  readonly before?: Json | undefined;
};

export type FarChanges = {
  /** the sequence of the last change, or of the first look */
  readonly head: () => number;
  /** the sequence after which every change is remembered */
  readonly since: () => number;
  /** An interface was looked at for the first time: whoever knows it from before has to look for himself. */
  readonly begin: (atMs: number) => void;
  /** Notes what differs; true where something does. */
  readonly note: (given: FarInterface, looks: { readonly before: Records; readonly now: Records; readonly atMs: number }) => boolean;
  readonly after: (seq: number, most: number) => readonly FarChange[];
};

export const createFarChanges = (): FarChanges => {
  /** by interface and key, oldest change first */
  const latest = new Map<string, FarChange>();
  let [head, since] = [0, 0];
  const next = (atMs: number): number => {
    head = Math.max(atMs, head + 1);
    return head;
  };
  const forgetOldest = (): void => {
    for (const [key, { seq }] of latest) {
      if (latest.size <= limits.farChangesMax) return;
      latest.delete(key);
      since = seq;
    }
  };
  return {
    head: () => head,
    since: () => since,
    begin: (atMs) => {
      since = next(atMs);
    },
    note: (given, { before, now, atMs }) => {
      const from = head;
      for (const key of new Set([...before.keys(), ...now.keys()])) {
        const [was, is] = [before.get(key), now.get(key)];
        if (was?.text === is?.text) continue;
        const name = `${given.id} ${key}`;
        latest.delete(name);
        latest.set(name, { seq: next(atMs), given, record: is?.record, before: was?.record });
      }
      forgetOldest();
      return head !== from;
    },
    after: (seq, most) => [...latest.values()].filter((change) => change.seq > seq).slice(0, most),
  };
};
