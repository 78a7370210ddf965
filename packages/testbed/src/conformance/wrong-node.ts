/**
 * WrongNode: a sound node behind a clerk who holds its key and spoils what it says: one fault at a time, seen from outside as if the node had it.
 */
import { createPrivateKey, type JsonWebKey, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { canonicalJson, type Message, parseMessage, TwinPage } from '@cityweave/core';
import { openRecordStore, systemDeps } from '@cityweave/server';
import { present, type TestCity, valueOf } from '../city.ts';
import { authorityOfTest } from '../city-files.ts';

type Said = { readonly request: Message; readonly reply: Message; readonly code: string | undefined };

/** What the clerk makes of an answer; undefined leaves it as it is. */
export type Fault = (said: Said) => Message | undefined;

/** How the clerk does wrong. */
export type Wrong = {
  readonly reply?: Fault | undefined;
  /** streams that the node ends stay open */
  readonly keepsStreams?: boolean;
  /** what the clerk says in place of the node, to whoever asks it and to others */
  readonly instead?: (request: Message, voice: Voice) => Promise<Message | undefined>;
  /** where the node is, if not where the city started it: there the clerk is then, so that partners go on speaking to him */
  readonly behind?: string;
};

export type Addressee = { readonly id: string; readonly role: string; readonly address: string };

/** To speak as the node. */
export type Voice = {
  readonly self: Addressee;
  readonly say: (to: Addressee, action: Message['data']['action'], objects: readonly unknown[]) => Promise<Message | undefined>;
  readonly sign: (message: Message) => Message;
};

const success = { status: 'success', code: 'DTF-000' } as const;

const answered = ({ reply }: Said, changes: { readonly objects?: unknown[] } = {}): Message => ({
  header: reply.header,
  data: { action: { ...reply.data.action, result: success }, objects: changes.objects ?? reply.data.objects },
});

const rowOf = ({ request }: Said): string => `${request.data.action.verb}.${request.data.action.object}`;

/** An answer said anew, as by a node that does not remember that it gave one. */
const anew = ({ reply }: Said): Message => ({ ...reply, header: { ...reply.header, messageId: `urn:uuid:${randomUUID()}` as Message['header']['messageId'] } }); // branding: a UUID

type Raw = Readonly<Record<string, unknown>>;

const firstObject = ({ reply }: Said): Raw => Object(reply.data.objects[0]);
const attributesOf = (object: unknown): Raw => Object(Object(object)['attributes']);

const withAttributes = (said: Said, changes: Raw): Message =>
  answered(said, { objects: [{ ...firstObject(said), attributes: { ...attributesOf(firstObject(said)), ...changes } }] });

/** Every member as one who is there. */
const asIfActive = (said: Said): unknown => {
  const { members } = attributesOf(firstObject(said));
  return Array.isArray(members) ? members.map((member) => ({ ...Object(member), state: 'ACTIVE' })) : members;
};

/** The terms as they were asked for. */
const grantingAll = (said: Said): Message => withAttributes(said, { terms: attributesOf(said.request.data.objects[1])['terms'] });

const kindsIn = ({ reply }: Said): readonly Raw[] => reply.data.objects.map(Object);

type Shown = { readonly digest: string; readonly told?: { readonly content: Raw } };

/** A stretch of a log with its entries otherwise. */
const withLog = (said: Said, change: (entry: Shown, at: number) => Shown): Message | undefined => {
  const { entries } = attributesOf(firstObject(said));
  return rowOf(said) === 'query.exchangeLog' && Array.isArray(entries) ? withAttributes(said, { entries: entries.map(change) }) : undefined;
};

export const faults: Readonly<Record<string, Fault>> = {
  'skips signature checks': (said) => (['DTF-800', 'DTF-802', 'DTF-806'].includes(said.code ?? '') ? answered(said) : undefined),
  'forgets idempotency': (said) => (said.code === 'DTF-108' ? answered(said) : said.code === 'DTF-000' ? anew(said) : undefined),
  'sends data before agreement': (said) =>
    rowOf(said) === 'read.exchangeData' && said.code === 'DTF-409'
      ? answered(said, { objects: [{ kind: 'exchangeData', id: 'data', attributes: { seq: 0 } }] })
      : undefined,
  'sends data before agreement: it takes who only asked for a member': (said) =>
    rowOf(said) === 'read.exchangeData' && said.code === 'DTF-401'
      ? answered(said, { objects: [{ kind: 'exchangeData', id: 'data', attributes: { seq: 0, identified: {} } }] })
      : undefined,
  'lets others speak for the initiator': (said) => (said.code === 'DTF-402' ? answered(said) : undefined),
  'enters a wrong state': (said) =>
    ['confirm.federation', 'request.communication'].includes(rowOf(said)) && ['DTF-400', 'DTF-407', 'DTF-409', 'DTF-410'].includes(said.code ?? '')
      ? answered(said)
      : undefined,
  'needs an adaptor': (said) =>
    rowOf(said) === 'request.communication' && said.code === 'DTF-000' ? withAttributes(said, { adaptorId: 'urn:dtf:twin:bridge.example:agency' }) : undefined,
  'moves what it may not': (said) => (rowOf(said) === 'request.federation' && said.code === 'DTF-000' ? grantingAll(said) : undefined),
  'does not notice who is gone': (said) =>
    rowOf(said) === 'query.federationStatus' && said.code === 'DTF-000' ? withAttributes(said, { state: 'ACTIVE', members: asIfActive(said) }) : undefined,
  'aligns wrongly': (said) =>
    rowOf(said) === 'read.exchangeData' && JSON.stringify(said.reply.data.objects).includes('"slots"')
      ? answered(said, { objects: JSON.parse(JSON.stringify(said.reply.data.objects).replaceAll('"flag":"MISSING"', '"flag":"CARRIED","value":0')) })
      : undefined,
  'does not notice who is gone: it tells no DEGRADED': (said) =>
    rowOf(said) === 'query.federationStatus' && attributesOf(firstObject(said))['state'] === 'DEGRADED' ? withAttributes(said, { state: 'ACTIVE' }) : undefined,
  'discovery knows no synonyms': (said) =>
    rowOf(said) === 'discover.feature' && said.code === 'DTF-000'
      ? answered(said, { objects: kindsIn(said).filter((found) => String(attributesOf(found)['semanticType']).startsWith('city:')) })
      : undefined,
  'keeps no log, or changes it: it forgets what was said': (said) =>
    withLog(said, ({ digest, told }) => (told?.content['kind'] === 'exchange' ? { digest } : { digest, ...(told && { told }) })),
  'keeps no log, or changes it: another entry stands in the place of one': (said) =>
    withLog(said, (entry, at) => (at === 0 ? { digest: entry.digest.replace(/^./, (first) => (first === '0' ? '1' : '0')) } : entry)),
  'keeps no log, or changes it: it tells another result': (said) =>
    withLog(said, (entry) =>
      entry.told?.content['kind'] === 'exchange' ? { ...entry, told: { ...entry.told, content: { ...entry.told.content, code: 'DTF-999' } } } : entry,
    ),
  'looks at no clock': (said) => (['DTF-107', 'DTF-604'].includes(said.code ?? '') ? answered(said) : undefined),
};

/** What an owner said, without the adaptor's entry and under another signature. */
export const alteredByAdaptor: Fault = ({ reply }) => {
  const { via, ...header } = reply.header;
  return via && { ...reply, header };
};

/** Values of a grid of slots as if they had been measured there, whatever they are. */
export const measuredByAdaptor: Fault = (said) =>
  rowOf(said) === 'read.exchangeData' && said.reply.header.via
    ? { ...said.reply, header: JSON.parse(JSON.stringify(said.reply.header).replaceAll('"CARRIED"', '"MEASURED"')) }
    : undefined;

/** Pages of twins otherwise: of what is asked for by no ids, so that a walk meets it. */
export const withPages =
  (change: (page: TwinPage) => TwinPage): Fault =>
  (said) => {
    const { page } = attributesOf(firstObject(said));
    const { filter } = Object(said.request.data.action.parameters)['query'] ?? {};
    if (rowOf(said) !== 'read.exchangeData' || said.code !== 'DTF-000' || !page || Object(filter)['ids']) return undefined;
    return withAttributes(said, { page: change(TwinPage.parse(page)) });
  };

/** Of connections that nobody made it says that they are gone. */
export const knowsAllConnections: Fault = (said) => (said.code === 'DTF-503' ? answered(said) : undefined);

const readKey = (city: TestCity, name: string): JsonWebKey & { kid: string } => {
  const records = valueOf(openRecordStore({ directory: join(city.folder, 'state', authorityOfTest(name)), clock: systemDeps().clock }));
  const key = records.get('nodeKey', 'current') as JsonWebKey & { kid: string }; // branding: as the node keeps it
  records.close();
  return key;
};

const signAs = (message: Message, jwk: JsonWebKey & { kid: string }): Message => {
  const security = { scheme: 'jws' as const, keyId: jwk.kid };
  const bare = { ...message, header: { ...message.header, security } };
  const head = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: jwk.kid })).toString('base64url');
  const input = Buffer.from(`${head}.${Buffer.from(canonicalJson(bare)).toString('base64url')}`);
  const signature = sign(null, input, createPrivateKey({ key: jwk, format: 'jwk' })).toString('base64url');
  return { ...bare, header: { ...bare.header, security: { ...security, signature: `${head}..${signature}` } } };
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

type Clerk = { readonly node: string; readonly own: () => string; readonly key: JsonWebKey & { kid: string }; readonly wrong: Wrong; readonly voice: Voice };

/** The node's introduction, with the clerk's address for its own. */
const introduce = async ({ node, own }: Clerk, path: string, response: ServerResponse): Promise<void> => {
  const told = await fetch(new URL(path, node));
  const text = await told.text();
  response.writeHead(told.status, { 'content-type': 'application/json' }).end(path === '/.well-known/jwks.json' ? text.replaceAll(node, own()) : text);
};

const post = (address: string, text: string) =>
  fetch(new URL('/dtf/messages', address), { method: 'POST', headers: { 'content-type': 'application/json' }, body: text });

const messageIn = (text: string): Message | undefined => {
  const parsed = parseMessage(parse(text));
  return parsed.ok ? parsed.value : undefined;
};

const createVoice = (self: Addressee, sign: Voice['sign']): Voice => ({
  self,
  sign,
  say: async (to, action, objects) => {
    const header = {
      ...{ protocolVersion: '1.0', messageId: `urn:uuid:${randomUUID()}`, messageType: 'request', contentFormat: 'application/json' },
      source: { id: self.id, role: 'digitalTwin', endpoint: self.address },
      destination: { id: to.id, role: to.role },
      timestamp: new Date().toISOString(),
    } as Message['header']; // branding: as a node writes it
    const told = await post(to.address, JSON.stringify(sign({ header, data: { action, objects: [...objects] } })));
    return messageIn(await told.text());
  },
});

const passOn = async ({ node, key, wrong, voice }: Clerk, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = (await bodyOf(request)).toString();
  const said = messageIn(body);
  const instead = said && (await wrong.instead?.(said, voice));
  if (instead) return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(instead));
  const told = await post(node, body);
  const text = await told.text();
  const reply = messageIn(text);
  const spoiled = said && reply ? wrong.reply?.({ request: said, reply, code: reply.data.action.result?.code }) : undefined;
  response.writeHead(told.status, { 'content-type': 'application/json' }).end(spoiled ? JSON.stringify(signAs(spoiled, key)) : text);
};

/** Events as they come; of the end the listener hears where the clerk lets him. */
const stream = async ({ node, wrong }: Clerk, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const headers = { authorization: present(request.headers.authorization, 'pass'), accept: 'text/event-stream' };
  const told = await fetch(new URL(present(request.url, 'path'), node), { headers });
  response.writeHead(told.status, { 'content-type': told.headers.get('content-type') ?? 'text/plain' });
  for await (const chunk of told.body ?? []) response.write(chunk);
  if (!wrong.keepsStreams) response.end();
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export type WrongNode = AsyncDisposable & { readonly address: string };

const serve = (clerk: Clerk, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = present(request.url, 'path');
  if (request.method === 'POST') return passOn(clerk, request, response);
  return path.startsWith('/dtf/events') && request.headers.authorization !== undefined ? stream(clerk, request, response) : introduce(clerk, path, response);
};

/** The node of this name, with one fault, at an address of its own. */
export const wrongNode = async (city: TestCity, name: string, wrong: Wrong): Promise<WrongNode> => {
  let address = '';
  const { address: known, twin: id } = city.node(name);
  const node = wrong.behind ?? known;
  const key = readKey(city, name);
  const self = { id, role: 'registry', address: node };
  const clerk: Clerk = { node, own: () => address, key, wrong, voice: createVoice(self, (message) => signAs(message, key)) };
  const server = createServer((request, response) => void serve(clerk, request, response).catch(() => response.destroy()));
  server.listen(wrong.behind === undefined ? 0 : Number(new URL(known).port), '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // branding: it listens at a port
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      const over = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await over;
    },
  };
};
