/**
 * The difference of clocks is what remains of an answer's time once half the way is taken off.
 */
import { addMs, instantOfMs, ok, problem, requestMessage, TwinId } from '@cityweave/core';
import { expect, it } from 'vitest';
import { newMessageId, systemDeps } from '../deps.ts';
import { createHttpProtocol } from '../protocol/http.ts';
import { watchClocks } from './clock-difference.ts';

const sentAt = instantOfMs(Date.UTC(2026, 4, 4));
const wayMs = 40;
const sending = { address: 'http://water.example/', text: '', timeoutMs: 1, bytesMax: 1 };

/** A way of 40 ms to a clock that is ahead by so much, or to nobody. */
const lookAt = async (aheadMs: number | undefined) => {
  const times = [0, wayMs];
  const clock = { now: () => sentAt, monotonicMs: () => times.shift() ?? Number.NaN };
  const id = TwinId.parse('urn:dtf:twin:water.example:agency');
  const written = (ahead: number) =>
    requestMessage(
      'digitalTwin.probe.digitalTwin',
      { parameters: { echo: 'a' }, objects: [{ kind: 'digitalTwin', id }] },
      {
        messageId: newMessageId(systemDeps().ids),
        source: { id, role: 'digitalTwin' },
        destination: { id, role: 'digitalTwin' },
        timestamp: addMs(sentAt, wayMs / 2 + ahead),
      },
    );
  const send = async () => (aheadMs === undefined ? ({ ok: false, problem: problem('unreachable') } as const) : ok(written(aheadMs)));
  const { protocol, seen } = watchClocks({ ...createHttpProtocol(), send }, { ...systemDeps(), clock });
  await protocol.send(sending);
  return seen();
};

it.each([0, 3_000, -12])('a clock that is ahead by %i ms is seen to be', async (aheadMs) => {
  expect(await lookAt(aheadMs)).toEqual({ latencyMs: wayMs, clockAheadMs: aheadMs });
});

it('nothing is seen of whoever does not answer', async () => {
  expect(await lookAt(undefined)).toBeUndefined();
});
