/**
 * Order: of numbered notices of one conversation the newest stands: what was overtaken on its way is heard and changes nothing.
 */
import { limits, type Message, type RowName, rowOf } from '@cityweave/core';
import { LRUCache } from 'lru-cache';

export type Order = {
  /** Whether a newer one, or the same number, was heard before. */
  readonly isLate: (name: RowName, message: Message) => boolean;
  /** It stands by now. */
  readonly note: (name: RowName, message: Message) => void;
};

/** In what a notice has its place, and which; undefined where it has none. */
const placeOf = (name: RowName, { header: { source, conversationId, sequence } }: Message) =>
  rowOf(name).messageType === 'notification' && conversationId !== undefined && sequence !== undefined
    ? { key: JSON.stringify([source.id, name, conversationId]), sequence }
    : undefined;

export const createOrder = (): Order => {
  const newest = new LRUCache<string, number>({ max: limits.messageIdsRememberedMax });
  return {
    isLate: (name, message) => {
      const place = placeOf(name, message);
      return place !== undefined && place.sequence <= (newest.get(place.key) ?? -1);
    },
    note: (name, message) => {
      const place = placeOf(name, message);
      if (place) newest.set(place.key, Math.max(place.sequence, newest.get(place.key) ?? -1));
    },
  };
};
