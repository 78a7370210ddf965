/**
 * Encounters: checks that need more than a conversation as data: bytes that are no message, streams, what the target offers.
 */
import { request } from 'undici';
import { WebSocket } from 'ws';
import { subprotocol } from '../protocol/web-socket.ts';
import { type Actor, memberAt } from './actor.ts';
import { isSuccess, objectsOf, post, type Stage, say } from './stage.ts';
import type { Finding } from './vector.ts';

const failed = (why: string): Finding => ({ outcome: 'failed', why });

/** Bytes that are no message get a code, within the bound of an answer. */
export const sayNonsense = async (stage: Stage): Promise<Finding> => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const texts = ['', '{', 'null', '[]', '"text"', '{"header":null}', '{"header":{"__proto__":1}}', '\u0000', deep, `{"a":"${'x'.repeat(2_000)}`];
  for (const bytes of [...texts, new Uint8Array([0xff, 0xfe, 0x80]), new Uint8Array(1_000)]) {
    const told = await post(stage, stage.target.endpoint, bytes);
    if (told.code === undefined) return failed(`${JSON.stringify(String(bytes).slice(0, 40))} got no code`);
    if (!told.code.startsWith('DTF-1')) return failed(`${JSON.stringify(String(bytes).slice(0, 40))} got ${told.code}`);
  }
  return { outcome: 'passed' };
};

const statusOf = async (address: URL, signal: AbortSignal): Promise<number> => {
  const { statusCode, body } = await request(address, { signal });
  await body.dump();
  return statusCode;
};

/** 101 where it was opened. */
const statusOfSocket = (address: URL): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(address.href.replace(/^http/, 'ws'), subprotocol);
    const tell = (status: number): void => {
      resolve(status);
      socket.terminate();
    };
    socket.once('open', () => tell(101));
    socket.once('unexpected-response', (_, { statusCode = 0 }) => tell(statusCode));
    socket.on('error', () => tell(0));
  });

/** The name of a subscription alone opens no stream. */
export const listenUninvited = async (stage: Stage): Promise<Finding> => {
  const address = new URL('/dtf/events?subscription=urn:dtf:subscription:conformance.example:1', stage.target.endpoint);
  const statusCode = await (stage.binding === 'websocket' ? statusOfSocket : statusOf)(address, stage.signal);
  return statusCode === 404 || statusCode === 401 ? { outcome: 'passed' } : failed(`a stream was opened without a pass: ${statusCode}`);
};

export const findFeature = async (stage: Stage, actor: Actor): Promise<Stage['feature']> => {
  const told = await say(stage, actor, {
    to: stage.registry,
    role: 'registry',
    verb: 'discover',
    object: 'feature',
    parameters: { twins: [stage.target.id], limit: 50 },
  });
  const found = objectsOf(told).find((object) => memberAt(object, 'attributes.featureType') === 'data');
  const [id, semanticType, term] = [memberAt(found, 'id'), memberAt(found, 'attributes.semanticType'), memberAt(found, 'attributes.data.terms.0.term')];
  return typeof id === 'string' && typeof semanticType === 'string' ? { id, kind: semanticType, term: typeof term === 'string' ? term : '@twin' } : undefined;
};

/** It says so itself, or is registered as one: an adaptor that does not answer for itself is one as well. */
export const isAdaptor = async (stage: Stage, actor: Actor): Promise<boolean> => {
  const object = 'communicationAdaptor';
  const itself = await say(stage, actor, { to: stage.target, role: object, verb: 'retrieve', object });
  const registered = await say(stage, actor, { to: stage.registry, role: 'registry', verb: 'discover', object });
  return isSuccess(itself) || objectsOf(registered).some((found) => memberAt(found, 'id') === stage.target.id);
};
