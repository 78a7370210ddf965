/**
 * What is counted is in the log as a sum: after its time, at its most, and by itself where anything but the message differs.
 */
import { addMs, instantOfMs, type LoggedExchange, limits } from '@cityweave/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { createTally, type Tally } from './tally.ts';

const begin = instantOfMs(Date.UTC(2026, 4, 4));
const told: LoggedExchange = {
  kind: 'exchange',
  direction: 'heard',
  from: 'urn:dtf:twin:water.example:agency',
  to: 'urn:dtf:twin:front.example:agency',
  verb: 'publish',
  object: 'exchangeData',
  agreementId: 'urn:dtf:agreement:front.example:one',
  code: 'DTF-000',
};

describe('a tally', () => {
  let written: LoggedExchange[] = [];
  let waiting: { readonly ms: number; readonly run: () => void; cancelled: boolean }[] = [];
  let now = begin;
  let tally: Tally;
  const after = (ms: number, run: () => void) => {
    const one = { ms, run, cancelled: false };
    waiting.push(one);
    return () => {
      one.cancelled = true;
    };
  };
  beforeEach(() => {
    [written, waiting, now] = [[], [], begin];
    tally = createTally({ clock: { now: () => now, monotonicMs: () => 0 }, timers: { after } }, (entry) => written.push(entry));
  });

  it('is written logTallyMs after its first message: how many, since when, from where to where', () => {
    for (const seq of [7, 9, 12]) {
      tally.count({ ...told, messageId: `urn:uuid:${seq}` }, seq);
      now = addMs(now, 1_000);
    }
    expect([written, waiting.map(({ ms }) => ms)]).toEqual([[], [limits.logTallyMs]]);
    waiting[0]?.run();
    expect(written).toEqual([{ ...told, messageId: 'urn:uuid:12', tally: { messages: 3, since: begin, fromSeq: 7, toSeq: 12 } }]);
    tally.settle();
    expect(written).toHaveLength(1);
  });

  it('is kept apart by its ends, its agreement and what was said', () => {
    tally.count(told, 1);
    tally.count({ ...told, agreementId: 'urn:dtf:agreement:front.example:two' }, 1);
    tally.count({ ...told, verb: 'probe', object: 'digitalTwin' });
    tally.count(told, 2);
    tally.settle();
    expect(written.map((entry) => entry.tally?.messages)).toEqual([2, 1, 1]);
    expect(waiting.map(({ cancelled }) => cancelled)).toEqual([true]);
  });

  it('is written at logTallyMessagesMax of a kind, and at logTalliesMax kinds', () => {
    for (let n = 1; n < limits.logTallyMessagesMax; n += 1) tally.count(told, n);
    expect(written).toEqual([]);
    tally.count(told, limits.logTallyMessagesMax);
    expect(written.map((entry) => entry.tally?.messages)).toEqual([limits.logTallyMessagesMax]);
    for (let n = 1; n < limits.logTalliesMax; n += 1) tally.count({ ...told, from: `urn:dtf:twin:w${n}.example:agency` });
    expect(written).toHaveLength(1);
    tally.count(told);
    expect(written).toHaveLength(1 + limits.logTalliesMax);
  });
});
