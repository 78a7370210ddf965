/**
 * Actor: a twin that the kit plays: its own keys, its own address, everything it hears. It signs whatever it is told to say, also what is no message.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  Authority,
  agencyIdOf,
  agencyTwinIdOf,
  type Binding,
  canonicalJson,
  type Endpoint,
  type PublicKey,
  PublicKey as PublicKeySchema,
} from '@cityweave/core';
import { calculateJwkThumbprint } from 'jose';
import { WebSocketServer } from 'ws';
import type { Deps } from '../deps.ts';
import { parseJson } from '../exchange/json.ts';
import { endpointsAt } from '../exchange/peer.ts';
import { subprotocol } from '../protocol/web-socket.ts';
import type { NodeKey } from '../trust/node-key.ts';
import { signText } from '../trust/signature.ts';

export type Raw = Readonly<Record<string, unknown>>;

export const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member at a path, as `data.action.result.code`. */
export const memberAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((found, name) => (Array.isArray(found) ? found[Number(name)] : isRaw(found) ? found[name] : undefined), value);

/** Whom the kit speaks to, as its introduction says. */
export type Target = { readonly id: string; readonly endpoint: string; readonly keys: readonly PublicKey[]; readonly address: string };

type Answering = (message: Raw, over: Binding) => Raw | undefined;

export type Actor = AsyncDisposable & {
  readonly name: string;
  readonly id: string;
  readonly authority: string;
  readonly agency: string;
  /** of words that are its own */
  readonly prefix: string;
  readonly key: NodeKey;
  /** where it is reached over HTTP */
  readonly endpoint: Endpoint;
  /** what it registers: over a WebSocket as well where the kit plays over one */
  readonly endpoints: readonly Endpoint[];
  /** what the actor answers from now on to what it hears over a binding; undefined is silence */
  readonly answer: (how: Answering) => void;
};

const createKey = async (): Promise<NodeKey> => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = await calculateJwkThumbprint(jwk);
  return { keyId: kid, publicKey: PublicKeySchema.parse({ kty: 'OKP', crv: 'Ed25519', x: jwk.x, kid }), privateKey };
};

/** The message with a signature of a key over all of it but `via` and the signature itself. */
export const signRaw = (message: Raw, key: NodeKey): Raw => {
  if (!isRaw(message['header'])) return message;
  const { via, security: _, ...header } = message['header'];
  const security = { scheme: 'jws', keyId: key.keyId };
  const signature = signText(canonicalJson({ ...message, header: { ...header, security } }), key);
  return { ...message, header: { ...header, ...(via !== undefined && { via }), security: { ...security, signature } } };
};

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const bodyBytesMax = 16 * 1024 * 1024;

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  return parseJson(Buffer.concat(chunks).toString('utf8'));
};

type Desk = { how: Answering };

type Listening = { readonly port: number; readonly close: () => Promise<void> };

const listen = async (desk: Desk, host: string): Promise<Listening> => {
  const heard = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const message = await readJson(request);
    const reply = isRaw(message) ? desk.how(message, 'http') : undefined;
    if (reply) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  };
  const server = createServer((request, response) => void heard(request, response).catch(() => response.destroy()));
  const sockets = new WebSocketServer({ server, handleProtocols: () => subprotocol, maxPayload: bodyBytesMax });
  sockets.on('connection', (socket) =>
    socket.on('message', (bytes) => {
      const message = parseJson(String(bytes));
      const reply = isRaw(message) ? desk.how(message, 'websocket') : undefined;
      if (reply) socket.send(JSON.stringify(reply));
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, host, () => resolve()));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets.clients) socket.terminate();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: portOf(server), close };
};

export const thisMachine = '127.0.0.1';

/** What it is reached over, and where. */
type Reached = { readonly binding?: Binding | undefined; readonly host?: string | undefined };

/** Named anew in every run: a target that was tested before knows none of its actors. */
export const createActor = async (name: string, { ids }: Deps, { binding = 'http', host = thisMachine }: Reached = {}): Promise<Actor> => {
  const own = ids.uuid().slice(0, 8);
  const authority = Authority.parse(`${name}-${own}.conformance.example`);
  const desk: Desk = { how: () => undefined };
  const { port, close } = await listen(desk, host);
  const endpoints = endpointsAt(`http://${host}:${port}/dtf/messages`, [binding]);
  const [endpoint] = endpoints;
  return {
    name,
    id: agencyTwinIdOf(authority),
    authority,
    agency: agencyIdOf(authority),
    prefix: `kit${own}`,
    key: await createKey(),
    endpoint,
    endpoints,
    answer: (how) => {
      desk.how = how;
    },
    [Symbol.asyncDispose]: close,
  };
};

/** A good answer of an actor to a message that it heard. */
export const replyOf = (
  actor: Actor,
  message: Raw,
  { parameters = {}, objects = [], at, id }: { readonly parameters?: Raw; readonly objects?: readonly unknown[]; readonly at: string; readonly id: string },
): Raw => {
  const header = isRaw(message['header']) ? message['header'] : {};
  const action = memberAt(message, 'data.action');
  const { verb, object } = isRaw(action) ? action : {};
  const said = {
    protocolVersion: '1.0',
    messageId: `urn:uuid:${id}`,
    messageType: 'response',
    correlationId: header['messageId'],
    source: { id: actor.id, role: 'digitalTwin' },
    destination: header['source'],
    timestamp: at,
    contentFormat: 'application/json',
  };
  return signRaw({ header: said, data: { action: { verb, object, parameters, result: { status: 'success', code: 'DTF-000' } }, objects } }, actor.key);
};
