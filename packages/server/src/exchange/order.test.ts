/**
 * Notices in any order: whatever was overtaken, repeated or lost on its way, what stands is what was said last of all that was heard.
 */
import { type Message, requestMessage } from '@cityweave/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newMessageId, systemDeps } from '../deps.ts';
import { createOrder } from './order.ts';

const { clock, ids } = systemDeps();
const name = 'digitalTwin.notify.communication';

const notice = (sequence: number | undefined, conversationId: string, from = 'urn:dtf:twin:one.example:agency'): Message =>
  requestMessage(name, { parameters: {}, objects: [] } as never, {
    ...{ messageId: newMessageId(ids), timestamp: clock.now(), conversationId },
    ...{ source: { id: from, role: 'communicationAdaptor' }, destination: { id: 'urn:dtf:twin:two.example:agency', role: 'digitalTwin' } },
    ...(sequence !== undefined && { sequence }),
  });

it('of each conversation what stands is the newest that was heard, whatever came late, twice or not at all', () => {
  const heard = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(12)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(heard, (notices) => {
      const [order, standing] = [createOrder(), new Map<string, number>()];
      for (const [conversation, sequence] of notices) {
        const message = notice(sequence, conversation);
        if (order.isLate(name, message)) continue;
        standing.set(conversation, sequence);
        order.note(name, message);
      }
      for (const [conversation, sequence] of standing)
        expect(sequence).toBe(Math.max(...notices.flatMap(([one, number]) => (one === conversation ? [number] : []))));
    }),
  );
});

it('one that came to nothing may be said again; another sender, and what has no number, has its own place', () => {
  const order = createOrder();
  expect(order.isLate(name, notice(5, 'a'))).toBe(false);
  expect(order.isLate(name, notice(5, 'a'))).toBe(false);
  order.note(name, notice(5, 'a'));
  expect([5, 4, 6].map((sequence) => order.isLate(name, notice(sequence, 'a')))).toEqual([true, true, false]);
  expect(order.isLate(name, notice(1, 'a', 'urn:dtf:twin:three.example:agency'))).toBe(false);
  order.note(name, notice(undefined, 'a'));
  expect(order.isLate(name, notice(undefined, 'a'))).toBe(false);
});
