/**
 * Turns: of one line only so many are done at once. What waits goes by its priority, and else as it came; nothing is passed over for ever, and nothing overtakes what
 * was said before it in the same conversation: that goes as urgently.
 */
import { limits, type Priority } from '@cityweave/core';

type Waiting = { readonly rank: number; readonly conversation: string | undefined; passedOver: number; readonly begin: () => void };

const ranks: Readonly<Record<Priority, number>> = { low: 0, normal: 1, high: 2, emergency: 3 };

type Head = { readonly at: number; rank: number };

/** The first of each conversation, as urgent as the most urgent behind it. */
const headsOf = (line: readonly Waiting[]): readonly Head[] => {
  const heads = new Map<unknown, Head>();
  for (const [at, waiting] of line.entries()) {
    const key = waiting.conversation ?? waiting;
    const head = heads.get(key);
    if (head) head.rank = Math.max(head.rank, waiting.rank);
    else heads.set(key, { at, rank: waiting.rank });
  }
  return [...heads.values()];
};

/**
 * The first of the most urgent, or the first that was passed over often enough; those before it are passed over once more. Once one was taken for that, the others
 * are passed over anew: what is urgent waits for one of them, never for all.
 */
const takeNext = (line: Waiting[]): Waiting | undefined => {
  const heads = headsOf(line);
  const most = Math.max(...heads.map(({ rank }) => rank));
  const head = heads.find(({ at, rank }) => rank === most || (line[at]?.passedOver ?? 0) >= limits.turnsPassedOverMax);
  if (!head) return undefined;
  const [next] = line.splice(head.at, 1);
  if (head.rank < most) for (const waiting of line) waiting.passedOver = 0;
  else for (const waiting of line.slice(0, head.at)) waiting.passedOver += 1;
  return next;
};

export type Turn = {
  /** in which line: of one sender, or to one address */
  readonly line: string;
  readonly priority?: Priority | undefined;
  readonly conversation?: string | undefined;
  /** who waits gives up */
  readonly signal?: AbortSignal | undefined;
};

type Line = { underWay: number; readonly waiting: Waiting[] };

/** True once it is its turn, false where it was given up. */
const wait = (line: Line, { priority = 'normal', conversation, signal }: Turn): Promise<boolean> =>
  new Promise((resolve) => {
    const giveUp = (): void => {
      line.waiting.splice(line.waiting.indexOf(waiting), 1);
      resolve(false);
    };
    const begin = (): void => {
      signal?.removeEventListener('abort', giveUp);
      resolve(true);
    };
    const waiting: Waiting = { rank: ranks[priority], conversation, passedOver: 0, begin };
    line.waiting.push(waiting);
    signal?.addEventListener('abort', giveUp, { once: true });
  });

/** Undefined where it was given up, or so many of its line wait already that no more are taken in. `over` ends the turn before what is done in it ends. */
type Take = <T>(turn: Turn, run: (over: () => void) => Promise<T>) => Promise<T | undefined>;
/** With how many of a line wait now. */
export type InTurn = Take & { readonly waiting: (line: string) => number };

export const createTurns = (atOnce: number): InTurn => {
  const lines = new Map<string, Line>();
  const goOn = (key: string, line: Line): void => {
    const next = takeNext(line.waiting);
    if (next) next.begin();
    else line.underWay -= 1;
    if (line.underWay === 0) lines.delete(key);
  };
  const take: Take = async (turn, run) => {
    const line = lines.get(turn.line) ?? { underWay: 0, waiting: [] };
    lines.set(turn.line, line);
    if (line.underWay < atOnce) line.underWay += 1;
    else if (turn.signal?.aborted || line.waiting.length >= limits.turnsWaitingMax || !(await wait(line, turn))) return undefined;
    let isOver = false;
    const over = (): void => {
      if (!isOver) goOn(turn.line, line);
      isOver = true;
    };
    return run(over).finally(over);
  };
  return Object.assign(take, { waiting: (key: string) => lines.get(key)?.waiting.length ?? 0 });
};
