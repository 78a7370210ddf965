/**
 * Taking a bridge down: for good where one of its ends says so (A8); to rest where nobody uses it, until it is asked for again (A2).
 */
import { addMs, limits, ok, type Request } from '@cityweave/core';
import { pause } from '../deps.ts';
import type { AskedBy, Done } from '../exchange/answer.ts';
import { alongside, type BridgeRecord, bridgesOf, forgetBridges, moveBridge, openBridges, ownBridge, savedBridge } from './bridge.ts';
import { type Desk, unawaited } from './standing.ts';
import { tellEnd } from './telling.ts';

/** As it is kept once it carries nothing: with its figures, without its rules. */
const emptied = ({ figures }: Desk, { untold: _, ...bridge }: BridgeRecord): BridgeRecord => ({
  ...bridge,
  figures: figures.of(bridge),
  profile: { ...bridge.profile, features: [] },
});

/** Down for good: the profile goes with it, and the owner is told. */
const close = async (desk: Desk, bridge: BridgeRecord): Promise<void> => {
  const { room, figures } = desk;
  const closed = moveBridge(bridge, 'CLOSED', room.deps.clock.now());
  if (!closed.ok) return;
  room.records.putAll([savedBridge(emptied(desk, closed.value))]);
  figures.forget(bridge);
  await tellEnd(room, closed.value, { end: bridge.owner });
};

/** Nobody says anything over it any more: who ended it may not have been heard, or will come back. To its owner it is interrupted, until the agreement ends. */
const rest = async (desk: Desk, bridge: BridgeRecord): Promise<void> => {
  const { room, figures } = desk;
  const interrupted = moveBridge(bridge, 'INTERRUPTED', room.deps.clock.now());
  room.records.putAll([savedBridge({ ...emptied(desk, interrupted.ok ? interrupted.value : bridge), resting: true })]);
  figures.forget(bridge);
  if (interrupted.ok) await tellEnd(room, interrupted.value, { end: bridge.owner, reason: 'idle' });
};

const idleLooks = 8;

/** Bridges between two ends of which nothing came for `bridgeIdleMs`, counted from when this node started at the earliest. */
export const restIdle = async (desk: Desk): Promise<void> => {
  const { room, figures } = desk;
  const { clock, timers } = room.deps;
  const startedAt = clock.now();
  while (!room.signal.aborted) {
    await pause(timers, limits.bridgeIdleMs / idleLooks, room.signal);
    forgetBridges(room);
    const since = addMs(clock.now(), -limits.bridgeIdleMs);
    const lastOf = (bridge: BridgeRecord) => alongside(room, bridge).map((beside) => figures.of(beside).lastMessageAt ?? '');
    const idle = openBridges(room).filter((bridge) => [startedAt, bridge.connection.since, ...lastOf(bridge)].every((at) => at <= since));
    for (const bridge of room.signal.aborted ? [] : idle) await rest(desk, bridge);
  }
};

/** What was on its way down when the node stopped goes down. */
export const closeStopped = (desk: Desk): void => {
  for (const bridge of bridgesOf(desk.room)) if (bridge.connection.state === 'CLOSING') unawaited(desk, close(desk, bridge));
};

/** A8. */
export const disconnect = (
  desk: Desk,
  { parameters, objects: [{ id }] }: Request<'communicationAdaptor.disconnect.communication'>,
  by: AskedBy,
): Done<'communicationAdaptor.disconnect.communication'> => {
  const { room, figures } = desk;
  const bridge = ownBridge(room, id, by);
  if (!bridge.ok) return bridge;
  const final = figures.of(bridge.value);
  const { state } = bridge.value.connection;
  if (state === 'CLOSED' || state === 'FAILED') return ok({ reply: { parameters: { final }, objects: [] } });
  const closing = moveBridge(bridge.value, state === 'ADAPTING' ? 'CLOSED' : 'CLOSING', room.deps.clock.now());
  if (!closing.ok) return closing;
  const end = (): void => unawaited(desk, close(desk, closing.value));
  return ok({
    reply: { parameters: { final: { ...final, state: closing.value.connection.state } }, objects: [] },
    save: [savedBridge(closing.value)],
    afterwards: () => {
      if (parameters.drainSeconds) room.deps.timers.after(parameters.drainSeconds * 1000, end);
      else end();
    },
  });
};
