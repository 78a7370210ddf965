/**
 * State worker: follows one property at a time off the page's own thread, and hands over what is another now.
 */
import { followStates, type StatesAsked } from '../fetching.ts';
import { createFollowing, type Followed, type Following, type FollowTold } from './following.ts';

/** `number`: of the follow, so that what comes late of an earlier one is told apart. */
export type FollowAsked =
  | { readonly verb: 'follow'; readonly number: number; readonly followed: Followed }
  | { readonly verb: 'look'; readonly ranges: StatesAsked['ranges'] }
  | { readonly verb: 'stop' };
export type WorkerTold = { readonly number: number; readonly told: FollowTold };

let following: Following | undefined;

const tell = (number: number, told: FollowTold): void => {
  const moved = 'shown' in told ? [told.shown.buffer] : 'head' in told ? [told.marks.buffer] : [];
  postMessage({ number, told } satisfies WorkerTold, { transfer: moved });
};

const begin = ({ number, followed }: Extract<FollowAsked, { verb: 'follow' }>): Following =>
  createFollowing(followed, { follow: followStates, tell: (told) => tell(number, told), nowSeconds: () => Date.now() / 1_000 });

addEventListener('message', ({ data }: MessageEvent<FollowAsked>) => {
  if (data.verb === 'look') following?.look(data.ranges);
  else {
    following?.close();
    following = data.verb === 'follow' ? begin(data) : undefined;
  }
});
