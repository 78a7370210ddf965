/**
 * Clock difference: what an answer tells of the way and of the clock on the other side, by the time that it was written at.
 */
import { addMs, msBetween, parseMessage } from '@cityweave/core';
import type { Deps } from '../deps.ts';
import type { Protocol } from '../protocol/protocol.ts';

export type Sighting = { readonly latencyMs: number /** written halfway, if both clocks agreed */; readonly clockAheadMs: number };

export type SeenProtocol = { readonly protocol: Protocol /** of the last answer */; readonly seen: () => Sighting | undefined };

export const watchClocks = (protocol: Protocol, { clock }: Deps): SeenProtocol => {
  let last: Sighting | undefined;
  const send: Protocol['send'] = async (sending) => {
    const [at, fromMs] = [clock.now(), clock.monotonicMs()];
    const answer = await protocol.send(sending);
    const latencyMs = clock.monotonicMs() - fromMs;
    const message = answer.ok ? parseMessage(answer.value) : answer;
    last = message.ok ? { latencyMs, clockAheadMs: msBetween(addMs(at, latencyMs / 2), message.value.header.timestamp) } : undefined;
    return answer;
  };
  return { protocol: { ...protocol, send }, seen: () => last };
};
