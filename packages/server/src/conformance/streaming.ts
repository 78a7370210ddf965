/**
 * Streaming (check 9): a stream that is open when its federation is released ends with it, and tells nothing any more.
 */
import { limits } from '@cityweave/core';
import { createProtocol } from '../protocol/bindings.ts';
import type { Streaming } from '../protocol/protocol.ts';
import { writePass } from '../trust/stream-pass.ts';
import { type Actor, memberAt } from './actor.ts';
import type { Material } from './behaviour.ts';
import { isSuccess, objectsOf, type Stage, say, until } from './stage.ts';
import { connect } from './standing.ts';
import type { Finding } from './vector.ts';

const passed: Finding = { outcome: 'passed' };
const failed = (why: string): Finding => ({ outcome: 'failed', why });

/** Of the federation and the agreement. */
const name = 'streamed';

/** A stream says that it is there, and that it is over, within this. */
const patienceMs = 10_000;
/** The kit itself gives up no stream while it waits for the target to end it. */
const silentMs = 3 * patienceMs;

const streamingOf = ({ deps, target, binding }: Stage, { id, key }: Actor, subscription: string): Omit<Streaming, 'signal'> => {
  const at = Object.assign(new URL('/dtf/events', target.endpoint), { search: new URLSearchParams({ subscription }).toString() }).href;
  const pass = writePass({ subscriber: id, publisher: target.id, subscription }, key, deps.clock.now());
  return {
    address: binding === 'websocket' ? at.replace(/^http/, 'ws') : at,
    headers: { authorization: `Bearer ${pass}` },
    eventBytesMax: limits.exchangeDataBytesMax,
    silentMs,
  };
};

/** How a stream stands, as far as was heard. */
type Line = { isOpen: boolean; isOver: boolean };

const follow = async ({ deps, binding }: Stage, streaming: Streaming, line: Line): Promise<void> => {
  const protocol = createProtocol(deps, [binding]);
  for await (const event of protocol.stream(streaming)) if (event.ok) line.isOpen = true;
  line.isOver = true;
  await protocol.close();
};

type Subscribed = { readonly federationId: string; readonly subscription: string };

const subscribe = async (stage: Stage, actor: Actor): Promise<Subscribed | undefined> => {
  const [federationId, agreementId] = ['federation', 'agreement'].map((noun) => `urn:dtf:${noun}:${actor.authority}:${name}`);
  const parameters = { federationId, agreementId };
  const told = await say(stage, actor, { to: stage.target, role: 'digitalTwin', verb: 'subscribe', object: 'exchangeData', parameters });
  const subscription = memberAt(objectsOf(told)[0], 'id');
  return isSuccess(told) && typeof subscription === 'string' && federationId !== undefined ? { federationId, subscription } : undefined;
};

const releaseAndListen = async (stage: Stage, actor: Actor, { federationId, line }: Pick<Subscribed, 'federationId'> & { readonly line: Line }) => {
  await until(() => line.isOpen || line.isOver, patienceMs);
  if (!line.isOpen) return failed('its subscriber is told nothing, not even that the stream is there');
  const objects = [{ kind: 'federation', id: federationId }];
  const released = await say(stage, actor, { to: stage.target, role: 'digitalTwin', verb: 'release', object: 'federation', objects });
  if (!isSuccess(released)) return failed(`the release was refused: ${released.code ?? 'no answer'}`);
  return (await until(() => line.isOver, patienceMs)) ? passed : failed('the stream is still open after the release');
};

/** T10, its stream, and T15 while that is open. */
export const listenUntilReleased = async (stage: Stage, actor: Actor, material: Pick<Material, 'vectors'>): Promise<Finding> => {
  const connected = await connect(stage, material, { name });
  if (connected.outcome !== 'passed') return connected;
  const subscribed = await subscribe(stage, actor);
  if (!subscribed) return failed('a granted subscription was refused');
  const [line, stop] = [{ isOpen: false, isOver: false }, new AbortController()];
  const signal = AbortSignal.any([stage.signal, stop.signal]);
  const over = follow(stage, { ...streamingOf(stage, actor, subscribed.subscription), signal }, line);
  const found = await releaseAndListen(stage, actor, { federationId: subscribed.federationId, line });
  stop.abort();
  await over;
  return found;
};
