/**
 * Broker: a small context broker that speaks NGSI-LD (ETSI GS CIM 009) over HTTP and keeps its entities in memory: the system of its own that an agency of a shown city has.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, request } from 'undici';
import type { Deps } from '../deps.ts';
import { Attributes, createEntities, type Entities, NgsiEntity } from './entities.ts';
import { createSubscriptions, Subscription, type Subscriptions } from './subscriptions.ts';

export type Broker = AsyncDisposable & {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly entities: Entities;
  readonly subscriptions: Subscriptions;
  readonly close: () => Promise<void>;
};

type Room = { readonly deps: Deps; readonly entities: Entities; readonly subscriptions: Subscriptions };
type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };
type Asked = { readonly url: URL; readonly id: string; readonly body: unknown };

const bodyBytesMax = 1024 * 1024;
const pageMax = 1_000;
const pageDefault = 20;

/** As the standard words its errors (RFC 7807). */
const refusal = (status: number, name: string, detail: string): Answer => ({
  status,
  body: { type: `https://uri.etsi.org/ngsi-ld/errors/${name}`, title: name, detail },
});
const badRequest = (detail: string): Answer => refusal(400, 'BadRequestData', detail);
const notFound = (what: string): Answer => refusal(404, 'ResourceNotFound', what);

const listIn = (url: URL, name: string): readonly string[] | undefined => url.searchParams.get(name)?.split(',');

const numberIn = (url: URL, name: string, otherwise: number): number => {
  const found = Number(url.searchParams.get(name) ?? otherwise);
  return Number.isInteger(found) && found >= 0 ? found : Number.NaN;
};

const listEntities = ({ entities }: Room, { url }: Asked): Answer => {
  const [limit, offset] = [numberIn(url, 'limit', pageDefault), numberIn(url, 'offset', 0)];
  if (Number.isNaN(limit) || Number.isNaN(offset) || limit > pageMax) return badRequest(`limit and offset: whole numbers, limit at most ${pageMax}`);
  const found = entities.list({ types: listIn(url, 'type'), ids: listIn(url, 'id') });
  const next = new URL(url);
  next.searchParams.set('offset', String(offset + limit));
  const link = limit > 0 && offset + limit < found.length ? { link: `<${next.pathname}${next.search}>; rel="next"; type="application/ld+json"` } : {};
  return { status: 200, body: found.slice(offset, offset + limit), headers: { ...link, 'ngsild-results-count': String(found.length) } };
};

const getEntity = ({ entities }: Room, { id }: Asked): Answer => ((found) => (found ? { status: 200, body: found } : notFound(id)))(entities.get(id));

const putEntity = ({ entities }: Room, { body }: Asked): Answer => {
  const entity = NgsiEntity.safeParse(body);
  if (!entity.success) return badRequest('an entity with id and type');
  if (entities.get(entity.data.id)) return refusal(409, 'AlreadyExists', entity.data.id);
  return entities.put(entity.data)
    ? { status: 201, headers: { location: `/ngsi-ld/v1/entities/${encodeURIComponent(entity.data.id)}` } }
    : refusal(403, 'TooManyResults', 'entities');
};

const patchEntity = ({ entities, deps }: Room, { id, body }: Asked): Answer => {
  const attributes = Attributes.safeParse(body);
  if (!attributes.success) return badRequest('attributes by name, each with its type');
  return entities.patch(id, attributes.data, deps.clock.now()) ? { status: 204 } : notFound(id);
};

const addSubscription = ({ subscriptions }: Room, { body }: Asked): Answer => {
  const subscription = Subscription.safeParse(body);
  if (!subscription.success) return badRequest('a Subscription with notification.endpoint.uri');
  const id = subscriptions.add(subscription.data);
  return id === undefined ? refusal(403, 'TooManyResults', 'subscriptions') : { status: 201, headers: { location: `/ngsi-ld/v1/subscriptions/${id}` } };
};

/** `timerel` before, after or between `timeAt` and `endTimeAt`. */
const temporalEntity = ({ entities }: Room, { id, url }: Asked): Answer => {
  const [relation, at, end] = ['timerel', 'timeAt', 'endTimeAt'].map((name) => url.searchParams.get(name) ?? undefined);
  if (relation !== undefined && at === undefined) return badRequest('timeAt');
  const last = url.searchParams.get('lastN');
  const period = { before: { to: at }, after: { from: at }, between: { from: at, to: end } }[relation ?? ''] ?? {};
  const found = entities.temporal(id, { ...period, ...(last !== null && { lastN: Number(last) }) });
  return found ? { status: 200, body: found } : notFound(id);
};

const removed = (isThere: boolean, id: string): Answer => (isThere ? { status: 204 } : notFound(id));

type Route = { readonly method: string; readonly path: RegExp; readonly answer: (room: Room, asked: Asked) => Answer };

const routes: readonly Route[] = [
  { method: 'GET', path: /^\/ngsi-ld\/v1\/entities$/, answer: listEntities },
  { method: 'POST', path: /^\/ngsi-ld\/v1\/entities$/, answer: putEntity },
  { method: 'GET', path: /^\/ngsi-ld\/v1\/entities\/([^/]+)$/, answer: getEntity },
  { method: 'DELETE', path: /^\/ngsi-ld\/v1\/entities\/([^/]+)$/, answer: ({ entities }, { id }) => removed(entities.remove(id), id) },
  { method: 'PATCH', path: /^\/ngsi-ld\/v1\/entities\/([^/]+)\/attrs$/, answer: patchEntity },
  { method: 'GET', path: /^\/ngsi-ld\/v1\/temporal\/entities\/([^/]+)$/, answer: temporalEntity },
  { method: 'GET', path: /^\/ngsi-ld\/v1\/subscriptions$/, answer: ({ subscriptions }) => ({ status: 200, body: subscriptions.list() }) },
  { method: 'POST', path: /^\/ngsi-ld\/v1\/subscriptions$/, answer: addSubscription },
  { method: 'DELETE', path: /^\/ngsi-ld\/v1\/subscriptions\/([^/]+)$/, answer: ({ subscriptions }, { id }) => removed(subscriptions.remove(id), id) },
];

const readBody = async (incoming: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(chunk);
  }
  try {
    return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : undefined;
  } catch {
    return undefined;
  }
};

const answer = async (room: Room, incoming: IncomingMessage): Promise<Answer> => {
  const url = URL.parse(incoming.url ?? '/', `http://${incoming.headers.host}`);
  const fits = routes.filter(({ path }) => url && path.test(url.pathname));
  const route = fits.find(({ method }) => method === incoming.method);
  if (!url || !route) return fits.length > 0 ? refusal(405, 'OperationNotSupported', incoming.method ?? '') : notFound(url?.pathname ?? '');
  const [, encoded = ''] = route.path.exec(url.pathname) ?? [];
  const id = /%(?![0-9A-Fa-f]{2})/.test(encoded) ? encoded : decodeURIComponent(encoded);
  return route.answer(room, { url, id, body: incoming.method === 'GET' ? undefined : await readBody(incoming) });
};

const send = (response: ServerResponse, { status, body, headers = {} }: Answer): void => {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { ...headers, ...(body !== undefined && { 'content-type': type }) });
  response.end(body === undefined ? undefined : JSON.stringify(body));
};

const notifyMs = 2_000;

/** Who does not answer is told of the next change all the same. */
const createNotify = (agent: Agent) => async (uri: string, notification: unknown) => {
  try {
    const said = { method: 'POST', dispatcher: agent, body: JSON.stringify(notification), headers: { 'content-type': 'application/json' } } as const;
    const { body } = await request(uri, { ...said, signal: AbortSignal.timeout(notifyMs) });
    await body.dump();
  } catch {
    return;
  }
};

const listen = async (server: Server, port: number): Promise<string> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
};

/** On loopback only: it asks nobody who he is. */
export const startBroker = async ({
  entities: given,
  deps,
  port = 0,
}: {
  readonly entities: readonly NgsiEntity[];
  readonly deps: Deps;
  readonly port?: number;
}): Promise<Broker> => {
  const entities = createEntities();
  for (const entity of given) entities.put(entity);
  const agent = new Agent({ connections: 4, connectTimeout: notifyMs });
  const subscriptions = createSubscriptions(entities, deps, createNotify(agent));
  const room: Room = { deps, entities, subscriptions };
  const server = createServer((incoming, response) => {
    answer(room, incoming).then(
      (made) => send(response, made),
      () => send(response, refusal(500, 'InternalError', 'internal error')),
    );
  });
  const close = async (): Promise<void> => {
    subscriptions.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await agent.destroy();
  };
  return { origin: await listen(server, port), entities, subscriptions, close, [Symbol.asyncDispose]: close };
};
