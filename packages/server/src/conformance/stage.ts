/**
 * Stage: who takes part in a run: the target, its registry, two actors of the kit; and how one of them says something and what came back.
 */
import { type Binding, type Instant, parseMessage, problems } from '@cityweave/core';
import { request } from 'undici';
import { WebSocket } from 'ws';
import type { Deps } from '../deps.ts';
import { parseJson } from '../exchange/json.ts';
import { closedAsTooLarge, subprotocol } from '../protocol/web-socket.ts';
import { verifyMessage } from '../trust/signature.ts';
import { type Actor, memberAt, type Raw, signRaw, type Target } from './actor.ts';

/** A feature of the target that data can be asked of. */
export type Offered = { readonly id: string; readonly kind: string /** a property of its twins */; readonly term: string };

export type Stage = {
  readonly deps: Deps;
  readonly target: Target;
  readonly registry: Target;
  readonly actors: Readonly<Record<string, Actor>>;
  readonly feature: Offered | undefined;
  /** whether it lies between others: it answers for itself, or its registry says so */
  readonly isAdaptor: boolean;
  /** what carries what the kit says */
  readonly binding: Binding;
  /** where the target reaches the actors */
  readonly host: string;
  readonly signal: AbortSignal;
};

export type Told = { readonly status: number; readonly body: unknown; readonly code: string | undefined };

const answerMaxMs = 30_000;

const toldOf = (status: number, text: string): Told => {
  const body = parseJson(text);
  const code = memberAt(body, 'data.action.result.code') ?? memberAt(body, 'code');
  return { status, body, code: typeof code === 'string' ? code : undefined };
};

const postOverHttp = async (address: string, bytes: string | Uint8Array, signal: AbortSignal): Promise<Told> => {
  const { statusCode, body } = await request(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: bytes, signal });
  return toldOf(statusCode, await body.text());
};

/** One frame on a socket of its own, and the first one that comes back. */
const postOverSocket = (address: string, bytes: string | Uint8Array, signal: AbortSignal): Promise<Told> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(address.replace(/^http/, 'ws'), subprotocol);
    const end = (): void => socket.terminate();
    signal.addEventListener('abort', end, { once: true });
    socket.once('open', () => socket.send(bytes));
    socket.once('message', (frame) => resolve(toldOf(200, String(frame))));
    socket.once('message', () => socket.close());
    socket.on('error', reject);
    socket.once('close', (code) => {
      signal.removeEventListener('abort', end);
      // what is too large for a frame has no answer but the code of the close
      if (code === closedAsTooLarge) resolve({ status: 0, body: undefined, code: problems.tooLarge.code });
      else reject(new Error('closed without an answer'));
    });
  });

/** Bytes to the target's address for messages, over the binding that the kit plays over; an answer, or nothing, within the bound. */
export const post = async ({ signal, binding }: Pick<Stage, 'signal' | 'binding'>, address: string, bytes: string | Uint8Array): Promise<Told> => {
  const within = AbortSignal.any([signal, AbortSignal.timeout(answerMaxMs)]);
  try {
    return await (binding === 'websocket' ? postOverSocket : postOverHttp)(address, bytes, within);
  } catch {
    return { status: 0, body: undefined, code: undefined };
  }
};

export type Header = { readonly messageId: string; readonly to: Target; readonly role: string; readonly at: Instant; readonly more?: Raw | undefined };

/** A message of an actor, not yet signed. */
export const writeRaw = (actor: Actor, { messageId, to, role, at, more = {} }: Header, data: Raw): Raw => ({
  header: {
    protocolVersion: '1.0',
    messageId,
    messageType: 'request',
    source: { id: actor.id, role: 'digitalTwin', endpoint: actor.endpoint.address },
    destination: { id: to.id, role },
    timestamp: at,
    contentFormat: 'application/json',
    ...more,
  },
  data,
});

/** What is wrong with an answer as a message, whatever it says; undefined where nothing is. */
export const faultOfAnswer = async (told: Told, asked: Raw, to: Target): Promise<string | undefined> => {
  const message = parseMessage(told.body);
  if (!message.ok) return told.status === 0 ? 'no answer came' : 'the answer is no message';
  const { header, data } = message.value;
  if (header.messageType !== 'response') return 'the answer is no response';
  if (header.correlationId !== memberAt(asked, 'header.messageId')) return 'the answer does not name the message that it answers';
  if (header.source.id !== to.id || header.destination.id !== memberAt(asked, 'header.source.id')) return 'the answer does not swap source and destination';
  if (data.action.verb !== memberAt(asked, 'data.action.verb') || data.action.object !== memberAt(asked, 'data.action.object'))
    return 'the answer does not repeat verb and object';
  if (!data.action.result) return 'the answer has no result';
  return (await verifyMessage(message.value, to.keys)).ok ? undefined : 'the answer is not signed with the key of the target';
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => AbortSignal.timeout(ms).addEventListener('abort', () => resolve(), { once: true }));

/** For leases to run out and links to be missed: the target has a clock of its own. */
export const pass = wait;

const stepMs = 100;

/** Looks again and again, until it is so or for so long. */
export const until = async (isThere: () => boolean | Promise<boolean>, boundMs: number): Promise<boolean> => {
  for (let waited = 0; waited < boundMs; waited += stepMs) {
    if (await isThere()) return true;
    await pass(stepMs);
  }
  return isThere();
};

export const say = async (
  stage: Stage,
  actor: Actor,
  given: {
    readonly to: Target;
    readonly role: string;
    readonly verb: string;
    readonly object: string;
    readonly parameters?: Raw;
    readonly objects?: readonly unknown[];
  },
): Promise<Told> => {
  const { to, role, verb, object, parameters = {}, objects = [] } = given;
  const at = stage.deps.clock.now();
  const message = writeRaw(actor, { messageId: `urn:uuid:${stage.deps.ids.uuid()}`, to, role, at }, { action: { verb, object, parameters }, objects });
  return post(stage, to.endpoint, JSON.stringify(signRaw(message, actor.key)));
};

/** The entry under which an actor is known. */
export const entryOf = (actor: Actor): Raw => ({
  kind: 'digitalTwin',
  id: actor.id,
  attributes: {
    name: { en: `Conformance kit: ${actor.name}` },
    twinType: 'city:AgencyTwin',
    domain: 'city:domain',
    owner: { name: 'Conformance kit', organizationId: actor.agency },
    status: 'online',
    endpoints: actor.endpoints,
    keys: [actor.key.publicKey],
    features: [],
    visibility: { level: 'federation' },
  },
});

export const featureOf = (actor: Actor, kind: string, terms: readonly string[] = []): Raw => ({
  kind: 'feature',
  id: `urn:dtf:feature:${actor.authority}:${encodeURIComponent(kind)}`,
  attributes: {
    twinId: actor.id,
    name: { en: kind },
    featureType: 'data',
    semanticType: kind,
    direction: 'provides',
    data: { schema: {}, terms: terms.map((term) => ({ term })), count: 1, stage: 'transformed' },
    coverage: {},
    bindings: actor.endpoints,
    policy: {},
    visibility: { level: 'federation' },
    status: 'active',
    version: '1.0.0',
  },
});

export const objectsOf = ({ body }: Told): readonly unknown[] => {
  const objects = memberAt(body, 'data.objects');
  return Array.isArray(objects) ? objects : [];
};

export const isSuccess = ({ code }: Told): boolean => code === 'DTF-000' || code === 'DTF-001' || code === 'DTF-002';

/** Leaves nothing of an actor in the registry, whatever it is a part of; who is there no more is left out in its time. */
export const withdraw = async (stage: Stage, actor: Actor): Promise<void> => {
  const objects = [{ kind: 'digitalTwin', id: actor.id }];
  await say(stage, actor, { to: stage.registry, role: 'registry', verb: 'deregister', object: 'digitalTwin', parameters: { force: true }, objects });
};
