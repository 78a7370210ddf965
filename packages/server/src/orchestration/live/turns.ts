/**
 * Turns: when a subscription tells again, and of what changed what moved far enough to be told. A turn tells everything that there is when it begins.
 */
import {
  hasMoved,
  type Json,
  limits,
  onChange,
  type SubscriptionTerms,
  type TwinId,
  type TwinRow,
  type TwinsChanged,
  tellsMovesAlone,
  triggeringValues,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';

type Told = readonly (Json | undefined)[];

export type Movement = {
  /** What is told of changes, which is remembered: all of them, or where nothing but moves are told those twins that moved. */
  readonly telling: (changed: TwinsChanged) => TwinsChanged;
  /** Whether a twin moved far enough to be told at once. */
  readonly isUrgent: (changed: TwinsChanged) => boolean;
};

export const createMovement = (terms: SubscriptionTerms): Movement => {
  const [triggers, movesAlone] = [onChange(terms), tellsMovesAlone(terms)];
  const told = new LRUCache<TwinId, Told>({ max: limits.triggerTwinsMax });
  const moved = ({ twin }: TwinRow): boolean => {
    const before = told.get(twin.id);
    return before === undefined || hasMoved(triggers, triggeringValues(triggers, twin), before);
  };
  return {
    telling: (changed) => {
      if (triggers.length === 0) return changed;
      if (changed.resnapshot) told.clear();
      // what was told to be gone is told when it is there again
      for (const id of [...changed.deleted, ...(changed.outside ?? [])]) told.delete(id);
      const rows = movesAlone ? changed.rows.filter(moved) : changed.rows;
      for (const { twin } of rows) told.set(twin.id, triggeringValues(triggers, twin));
      return { ...changed, rows };
    },
    isUrgent: ({ rows, resnapshot = false }) => resnapshot || (triggers.length > 0 && rows.some(moved)),
  };
};

/** Whether anything is left to be told. */
export const saysSomething = ({ rows, deleted, outside = [], far = [], farGone = [], resnapshot = false }: TwinsChanged): boolean =>
  resnapshot || [rows, deleted, outside, far, farGone].some((part) => part.length > 0);

/** Turns of a subscription, over all its connections. */
export type Turns = {
  /** how long until something may be told again; 0 while a turn goes on */
  readonly waitMs: (betweenMs: number) => number;
  readonly isOn: () => boolean;
  /** a turn tells what there is when it begins, up to that change */
  readonly begin: (upTo: number) => void;
  /** told up to that change: a turn that has reached its end is over, whatever changed meanwhile */
  readonly reached: (seq: number) => void;
};

export const createTurns = (monotonicMs: () => number): Turns => {
  let lastMs = Number.NEGATIVE_INFINITY;
  let end: number | undefined;
  return {
    waitMs: (betweenMs) => (end === undefined ? Math.max(0, lastMs + betweenMs - monotonicMs()) : 0),
    isOn: () => end !== undefined,
    begin: (upTo) => {
      lastMs = monotonicMs();
      end = upTo;
    },
    reached: (seq) => {
      if (end !== undefined && seq >= end) end = undefined;
    },
  };
};
