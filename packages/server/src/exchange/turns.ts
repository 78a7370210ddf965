/**
 * Turns: a sender's changes are answered one after the other: a repeat meets the kept answer, a revision the one before it. What waits goes by its priority, and else as
 * it came; nothing is passed over for ever.
 */
import { limits, type Priority } from '@cityweave/core';

type Waiting = { readonly rank: number; passedOver: number; readonly begin: () => void };

const ranks: Readonly<Record<Priority, number>> = { low: 0, normal: 1, high: 2, emergency: 3 };

/**
 * The first of the most urgent, or the first that was passed over often enough; those before it are passed over once more. Once one was taken for that, the others
 * are passed over anew: what is urgent waits for one of them, never for all.
 */
const takeNext = (line: Waiting[]): Waiting | undefined => {
  const most = Math.max(...line.map(({ rank }) => rank));
  const at = Math.max(
    0,
    line.findIndex(({ rank, passedOver }) => rank === most || passedOver >= limits.turnsPassedOverMax),
  );
  const [next] = line.splice(at, 1);
  if (next && next.rank < most) for (const waiting of line) waiting.passedOver = 0;
  else for (const waiting of line.slice(0, at)) waiting.passedOver += 1;
  return next;
};

export type Turn = { readonly sender: string; readonly priority: Priority | undefined };

/** Undefined where so many of the sender's wait already that no more are taken in. */
export const createTurns = () => {
  const lines = new Map<string, Waiting[]>();
  const goOn = (sender: string): void => {
    const next = takeNext(lines.get(sender) ?? []);
    if (next) next.begin();
    else lines.delete(sender);
  };
  const wait = ({ sender, priority = 'normal' }: Turn): Promise<void> | undefined => {
    const line = lines.get(sender);
    if (!line) {
      lines.set(sender, []);
      return Promise.resolve();
    }
    if (line.length >= limits.turnsWaitingMax) return undefined;
    return new Promise((begin) => line.push({ rank: ranks[priority], passedOver: 0, begin }));
  };
  return async <T>(turn: Turn, run: () => Promise<T>): Promise<T | undefined> => {
    const waiting = wait(turn);
    if (!waiting) return undefined;
    await waiting;
    return run().finally(() => goOn(turn.sender));
  };
};
