/**
 * State worker: follows one property frame by frame, off the page's own thread, and hands over columns.
 */
import type { StateFrame } from '@cityweave/core/scene/tiles';
import { followStates, type StatesAsked } from '../fetching.ts';

export type FollowAsked =
  | { readonly verb: 'follow'; readonly number: number; readonly asked: StatesAsked }
  | { readonly verb: 'stop'; readonly number: number };
export type FollowTold = { readonly number: number } & ({ readonly frame: StateFrame } | { readonly ended: { readonly again: boolean } });

const following = new Map<number, AbortController>();

const tell = (told: FollowTold): void => {
  const changed = 'frame' in told && 'changed' in told.frame ? told.frame.changed : undefined;
  postMessage(told, { transfer: changed ? [changed.rows, changed.values, changed.observed, changed.flags].map(({ buffer }) => buffer as ArrayBuffer) : [] }); // branding: made here, not shared
};

const follow = async (number: number, asked: StatesAsked): Promise<void> => {
  const stop = new AbortController();
  following.set(number, stop);
  const ended = await followStates(asked, (frame) => stop.signal.aborted || tell({ number, frame }), stop.signal);
  following.delete(number);
  tell({ number, ended });
};

addEventListener('message', ({ data }: MessageEvent<FollowAsked>) => {
  if (data.verb === 'follow') void follow(data.number, data.asked);
  else following.get(data.number)?.abort();
});
