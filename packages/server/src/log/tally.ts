/**
 * Tally: messages that come all the time and were accepted, those of a stream and probes, are counted; one entry says how many there were, since when.
 */
import { type Instant, type LoggedExchange, limits } from '@cityweave/core';
import type { Deps } from '../deps.ts';

export type Tally = {
  /** One more message of its kind; `seq` is its place in the sender's changes. */
  readonly count: (exchange: LoggedExchange, seq?: number) => void;
  /** Writes what was counted so far. */
  readonly settle: () => void;
};

type Counted = { readonly last: LoggedExchange; readonly messages: number; readonly since: Instant; readonly seqs: readonly number[] };

/** All of what is said of a message but which one it is. */
const kindOf = ({ messageId: _, ...what }: LoggedExchange): string => JSON.stringify(what);

const entryOf = ({ last, messages, since, seqs: [fromSeq, toSeq = fromSeq] }: Counted): LoggedExchange => ({
  ...last,
  tally: { messages, since, ...(fromSeq !== undefined && { fromSeq, toSeq }) },
});

export const createTally = ({ clock, timers }: Pick<Deps, 'clock' | 'timers'>, write: (exchange: LoggedExchange) => void): Tally => {
  const counted = new Map<string, Counted>();
  let cancel: (() => void) | undefined;
  const settle = (): void => {
    cancel?.();
    cancel = undefined;
    for (const one of counted.values()) write(entryOf(one));
    counted.clear();
  };
  return {
    count: (exchange, seq) => {
      const kind = kindOf(exchange);
      const { messages, since, seqs } = counted.get(kind) ?? { messages: 0, since: clock.now(), seqs: [] };
      counted.set(kind, { last: exchange, messages: messages + 1, since, seqs: seq === undefined ? seqs : [seqs[0] ?? seq, seq] });
      if (messages + 1 >= limits.logTallyMessagesMax || counted.size >= limits.logTalliesMax) settle();
      else cancel ??= timers.after(limits.logTallyMs, settle);
    },
    settle,
  };
};
