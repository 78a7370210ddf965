/**
 * Following: one property of what is in view, kept up to date in a worker, however often the line breaks; tells what is another now.
 */
import type { StateFrame, StateHead } from '@cityweave/core/scene/tiles';
import type { followStates, StatesAsked } from '../fetching.ts';
import type { Bounds } from '../staged.ts';
import { createColumn, type GrowingColumn } from './column.ts';
import type { ShownBytes } from './shown.ts';

export type Followed = {
  readonly federation: string;
  readonly term: string;
  readonly rows: number;
  /** of the scene whose rows they are */
  readonly rowsRevision: string;
  readonly bounds: Bounds;
  /** from which row on the rows are of which agency, least first */
  readonly agencies: readonly (readonly [firstRow: number, agency: number])[];
};

export type FollowTold =
  /** marks of all rows, by what is said of all of them */
  | { readonly head: StateHead; readonly marks: Uint8Array<ArrayBuffer> }
  | { readonly shown: ShownBytes }
  /** the rows of the scene are other twins */
  | { readonly revised: true };

export type Following = {
  /** The eye looks at these rows now. */
  readonly look: (ranges: StatesAsked['ranges']) => void;
  readonly close: () => void;
};

type Room = {
  readonly follow: typeof followStates;
  readonly tell: (told: FollowTold) => void;
  readonly nowSeconds: () => number;
};

const againMs = 1_000;
const staleEveryMs = 5_000;
/** What comes meanwhile is told together: nobody sees more pictures of it, and every telling takes of the page's time. */
const toldEveryMs = 250;

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(stop, ms);
    signal.addEventListener('abort', stop, { once: true });
  });

/** At once where nothing was told for a while. */
const createTelling = (growing: GrowingColumn, tell: Room['tell']) => {
  let [waits, ended] = [false, false];
  const flush = (): void => {
    const { buffer, count, alarmed } = growing.others();
    if (count === 0 || ended) return;
    tell({ shown: { buffer, count, alarmed } });
    waits = true;
    setTimeout(() => {
      waits = false;
      flush();
    }, toldEveryMs);
  };
  return {
    note: (): void => {
      if (!waits) flush();
    },
    close: (): void => {
      ended = true;
    },
  };
};

type State = {
  readonly growing: GrowingColumn;
  readonly tell: Room['tell'];
  readonly note: () => void;
  readonly rowsRevision: string;
  since: StatesAsked['since'];
  /** what comes is of other rows than those that were staged */
  isOther: boolean;
};

const take = (state: State, frame: StateFrame): void => {
  const { growing, tell, note, rowsRevision } = state;
  if ('head' in frame) {
    const { head, version } = frame;
    state.isOther = head.revision !== rowsRevision;
    if (state.isOther) {
      tell({ revised: true });
      return;
    }
    state.since = { epoch: head.epoch, version };
    tell({ head, marks: growing.takeHead(head) });
    return;
  }
  if (state.isOther) return;
  if (state.since) state.since = { ...state.since, version: frame.version };
  growing.takeValues(frame.changed);
  note();
};

export const createFollowing = ({ federation, term, rows, rowsRevision, bounds, agencies }: Followed, { follow, tell, nowSeconds }: Room): Following => {
  const agencyOf = (row: number): number => agencies.findLast(([firstRow]) => firstRow <= row)?.[1] ?? 0;
  const growing = createColumn({ rows, bounds, agencyOf, nowSeconds });
  const telling = createTelling(growing, tell);
  const state: State = { growing, tell, note: telling.note, rowsRevision, since: undefined, isOther: false };
  const ended = new AbortController();
  let stop = new AbortController();
  /** What was seen before is known up to a version; what comes into view is asked for from the beginning. */
  const followOn = async (ranges: StatesAsked['ranges'], signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const asked = { federation, term, ranges, rowsRevision, since: state.since };
      const { again, moved } = await follow(asked, (frame) => signal.aborted || take(state, frame), signal);
      if (moved) tell({ revised: true });
      if (!again) return;
      await sleep(againMs, signal);
    }
  };
  const keepStale = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await sleep(staleEveryMs, ended.signal);
      growing.age();
      telling.note();
    }
  };
  void keepStale();
  return {
    look: (ranges) => {
      stop.abort();
      stop = new AbortController();
      state.since = undefined;
      void followOn(ranges, stop.signal);
    },
    close: () => {
      telling.close();
      stop.abort();
      ended.abort();
    },
  };
};
