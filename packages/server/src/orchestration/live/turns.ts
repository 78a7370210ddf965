/**
 * Turns: when a subscription tells again, and of what changed what moved far enough to be told. A turn tells everything that there is when it begins.
 */
import { hasMoved, type Json, limits, type SubscriptionTerms, type TwinId, type TwinsChanged, triggeringValue } from '@cityweave/core';
import { LRUCache } from 'lru-cache';

type Told = { readonly value: Json | undefined };

export type Movement = (changed: TwinsChanged) => TwinsChanged;

/** What is left of changes where a value must have moved since it was told; what is told is remembered. */
export const createMovement = ({ trigger }: SubscriptionTerms): Movement => {
  if (trigger?.on !== 'change') return (changed) => changed;
  const told = new LRUCache<TwinId, Told>({ max: limits.triggerTwinsMax });
  const isTold = ({ twin }: TwinsChanged['rows'][number]): boolean => {
    const value = triggeringValue(trigger, twin);
    const before = told.get(twin.id);
    const moved = before === undefined || hasMoved(trigger, value, before.value);
    if (moved) told.set(twin.id, { value });
    return moved;
  };
  return (changed) => {
    if (changed.resnapshot) told.clear();
    // what was told to be gone is told when it is there again
    for (const id of [...changed.deleted, ...(changed.outside ?? [])]) told.delete(id);
    return { ...changed, rows: changed.rows.filter(isTold) };
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
