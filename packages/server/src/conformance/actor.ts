/**
 * Actor: a twin that the kit plays: its own keys, its own address, everything it hears. It signs whatever it is told to say, also what is no message.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Authority, agencyIdOf, agencyTwinIdOf, canonicalJson, type PublicKey, PublicKey as PublicKeySchema } from '@cityweave/core';
import { calculateJwkThumbprint } from 'jose';
import type { Deps } from '../deps.ts';
import { parseJson } from '../exchange/json.ts';
import type { NodeKey } from '../trust/node-key.ts';
import { signText } from '../trust/signature.ts';

export type Raw = Readonly<Record<string, unknown>>;

export const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member at a path, as `data.action.result.code`. */
export const memberAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((found, name) => (Array.isArray(found) ? found[Number(name)] : isRaw(found) ? found[name] : undefined), value);

/** Whom the kit speaks to, as its introduction says. */
export type Target = { readonly id: string; readonly endpoint: string; readonly keys: readonly PublicKey[]; readonly address: string };

export type Actor = AsyncDisposable & {
  readonly name: string;
  readonly id: string;
  readonly authority: string;
  readonly agency: string;
  readonly key: NodeKey;
  readonly endpoint: { readonly protocol: 'http'; readonly address: string; readonly format: 'application/json'; readonly security: 'jws' };
  /** what the actor answers from now on; undefined is silence */
  readonly answer: (how: (message: Raw) => Raw | undefined) => void;
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

type Answering = { how: (message: Raw) => Raw | undefined };

const listen = async (answering: Answering): Promise<{ readonly server: Server; readonly port: number }> => {
  const heard = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const message = await readJson(request);
    const reply = isRaw(message) ? answering.how(message) : undefined;
    if (reply) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  };
  const server = createServer((request, response) => void heard(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return { server, port: portOf(server) };
};

/** Named anew in every run: a target that was tested before knows none of its actors. */
export const createActor = async (name: string, { ids }: Deps): Promise<Actor> => {
  const authority = Authority.parse(`${name}-${ids.uuid().slice(0, 8)}.conformance.example`);
  const answering: Answering = { how: () => undefined };
  const { server, port } = await listen(answering);
  return {
    name,
    id: agencyTwinIdOf(authority),
    authority,
    agency: agencyIdOf(authority),
    key: await createKey(),
    endpoint: { protocol: 'http', address: `http://127.0.0.1:${port}/dtf/messages`, format: 'application/json', security: 'jws' },
    answer: (how) => {
      answering.how = how;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
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
