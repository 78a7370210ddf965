/**
 * Subscribers of a node: how many listen, and that no more do than members can serve.
 */
import { limits, problem } from '@cityweave/core';
import { faultOf } from '../fault.ts';
import type { GraphqlRoom } from '../room.ts';

export type Counts = { readonly take: (max: number) => boolean; readonly give: () => void };

export type CountsOf = (room: GraphqlRoom) => Counts;

export const countsOf = (): CountsOf => {
  const open = new WeakMap<object, number>();
  return ({ orchestration }) => {
    const now = () => open.get(orchestration) ?? 0;
    return {
      take: (max) => {
        if (now() >= max) return false;
        open.set(orchestration, now() + 1);
        return true;
      },
      give: () => {
        open.set(orchestration, now() - 1);
      },
    };
  };
};

/** Members bound the streams of one partner: a node cannot follow for more subscribers than that. */
export const subscribersMax = limits.streamsPerPeerMax;

/**
 * Ends at once when the reader lets go: a generator that waits for its next event would hear of it with that event only.
 */
export const letGo = <T>(events: AsyncGenerator<T>, stop: AbortController): AsyncIterableIterator<T> => ({
  next: () => events.next(),
  return: () => {
    stop.abort();
    return events.return(undefined);
  },
  [Symbol.asyncIterator]() {
    return this;
  },
});

export async function* counted<T>({ take, give }: Counts, events: AsyncGenerator<T>): AsyncGenerator<T> {
  if (!take(subscribersMax))
    return void (await Promise.reject(
      faultOf(problem('overloaded', { subject: 'subscriptions', limit: subscribersMax, retryAfterMs: limits.streamHeartbeatMs })),
    ));
  try {
    yield* events;
  } finally {
    give();
  }
}
