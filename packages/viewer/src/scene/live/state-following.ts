/**
 * State following: frames of a property as they come from the worker that reads them, which is started when somebody follows something.
 */
import type { StateFrame } from '@cityweave/core/scene/tiles';
import type { StatesAsked } from '../fetching.ts';
import type { FollowAsked, FollowTold } from './state-worker.ts';

export type StateFollowing = {
  /** Until it ends, breaks or is refused; then `again` tells whether to ask anew. */
  readonly follow: (asked: StatesAsked, take: (frame: StateFrame) => void, signal: AbortSignal) => Promise<{ readonly again: boolean }>;
  readonly close: () => void;
};

const startWorker = (): Worker => new Worker(new URL('./state-worker.ts', import.meta.url), { type: 'module' });

export const createStateFollowing = (): StateFollowing => {
  let worker: Worker | undefined;
  let follows = 0;
  const say = (asked: FollowAsked): void => {
    worker ??= startWorker();
    worker.postMessage(asked);
  };
  return {
    follow: (asked, take, signal) =>
      new Promise((resolve) => {
        follows += 1;
        const number = follows;
        const listening = new AbortController();
        const end = (ended: { readonly again: boolean }): void => {
          listening.abort();
          resolve(ended);
        };
        say({ verb: 'follow', number, asked });
        const hear = ({ data }: MessageEvent<FollowTold>): void => {
          if (data.number !== number) return;
          if ('ended' in data) end(data.ended);
          else take(data.frame);
        };
        const stop = (): void => {
          say({ verb: 'stop', number });
          end({ again: false });
        };
        worker?.addEventListener('message', hear, { signal: listening.signal });
        signal.addEventListener('abort', stop, { once: true, signal: listening.signal });
      }),
    close: () => worker?.terminate(),
  };
};
