/**
 * State following: what the worker tells that follows a property, which is started when somebody follows something.
 */
import type { StatesAsked } from '../fetching.ts';
import type { Followed, FollowTold } from './following.ts';
import type { FollowAsked, WorkerTold } from './state-worker.ts';

export type StateFollowing = {
  /** Follows this and nothing else any more. */
  readonly follow: (followed: Followed, hear: (told: FollowTold) => void) => void;
  readonly look: (ranges: StatesAsked['ranges']) => void;
  readonly stop: () => void;
  readonly close: () => void;
};

const startWorker = (): Worker => new Worker(new URL('./state-worker.ts', import.meta.url), { type: 'module' });

export const createStateFollowing = (): StateFollowing => {
  let worker: Worker | undefined;
  let [number, hear]: [number, (told: FollowTold) => void] = [0, () => undefined];
  const start = (): Worker => {
    const started = startWorker();
    started.addEventListener('message', ({ data }: MessageEvent<WorkerTold>) => data.number === number && hear(data.told));
    return started;
  };
  const say = (asked: FollowAsked): void => worker?.postMessage(asked);
  return {
    follow: (followed, told) => {
      worker ??= start();
      [number, hear] = [number + 1, told];
      say({ verb: 'follow', number, followed });
    },
    look: (ranges) => say({ verb: 'look', ranges }),
    stop: () => {
      number += 1;
      say({ verb: 'stop' });
    },
    close: () => worker?.terminate(),
  };
};
