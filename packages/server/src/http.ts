/**
 * HTTP: requests to rooms by path, and the only HTTP status codes. Bodies are bounded while they are read.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  codeOf,
  describeProblem,
  fail,
  isRetryable,
  limits,
  messageDepthMax,
  nestedDeeperThan,
  ok,
  type Problem,
  type ProblemKind,
  problem,
  type Result,
} from '@cityweave/core';
import type { Events } from './events.ts';
import type { Answer } from './exchange/answer.ts';
import type { StreamEvent } from './exchange/stream-event.ts';

/** Complete by its type: a problem without a status does not compile. */
const statusByProblem: Readonly<Record<ProblemKind, number>> = {
  malformed: 400,
  unsupportedVersion: 400,
  unknownKind: 400,
  unknownVerb: 400,
  notMyRole: 405,
  expired: 408,
  replayed: 409,
  tooLarge: 413,
  unsupportedFormat: 415,
  unknownDestination: 404,
  invalid: 422,
  ownedByOther: 409,
  notRegistered: 404,
  notFound: 404,
  revisionConflict: 409,
  leaseExpired: 410,
  badId: 422,
  badQuery: 400,
  tooMany: 413,
  unknownSubscription: 404,
  resnapshot: 410,
  unknownArea: 409,
  unknownDictionary: 404,
  unknownTerm: 422,
  unknownFederation: 404,
  notMember: 403,
  notInitiator: 403,
  declined: 403,
  notAllowedInState: 409,
  notInForce: 403,
  hashDiffers: 409,
  unbridgeable: 422,
  unreachable: 502,
  timedOut: 504,
  interrupted: 503,
  unitsDiffer: 422,
  unknownReferenceSystem: 422,
  clocksDiffer: 422,
  unavailable: 503,
  overloaded: 429,
  notAuthenticated: 401,
  notAuthorised: 403,
  badSignature: 401,
  cancelled: 499,
  badFile: 422,
  outsideCoverage: 422,
  duplicateKey: 422,
  badConfiguration: 500,
  internal: 500,
};

export type HttpRoom = {
  readonly events: Events;
  readonly answer: Answer;
  /** who this node is and by which keys it is known: a JWKS with the node's id, name and address beside it */
  readonly introduction: () => object;
  readonly stream: (id: string, after: number | undefined, signal: AbortSignal) => AsyncIterable<StreamEvent> | undefined;
  /** everything under /graphql and the landing page */
  readonly graphql: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly ready: () => Result<true>;
  readonly version: () => { readonly name: string; readonly version: string; readonly agency: string };
};

/** Who asked is gone when the connection closes before the answer was written. */
const goneSignal = (response: ServerResponse): AbortSignal => {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
};

const readBody = async (request: IncomingMessage, bytesMax: number): Promise<Result<string>> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The request is not destroyed where reading stops: the answer that says why goes out over the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > bytesMax) return fail(problem('tooLarge', { subject: 'message', limit: bytesMax }));
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
};

const parseBody = (text: string): Result<unknown> => {
  try {
    const parsed: unknown = JSON.parse(text);
    return nestedDeeperThan(parsed, messageDepthMax) ? fail(problem('malformed', { accepted: `nested at most ${messageDepthMax} deep` })) : ok(parsed);
  } catch {
    return fail(problem('malformed', { accepted: 'JSON' }));
  }
};

type Document = { readonly status: number; readonly value: unknown; readonly type?: string };

const sendDocument = (response: ServerResponse, { status, value, type = 'application/json' }: Document): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(JSON.stringify(value));
};

/** RFC 9457; facts, a code and a sentence, never an address or a stack. */
const sendJson = (response: ServerResponse, status: number, value: unknown): void => sendDocument(response, { status, value });

const sendProblem = (response: ServerResponse, { kind, ...facts }: Problem): void => {
  const given = { kind, ...facts };
  const status = statusByProblem[kind];
  const value = { type: 'about:blank', title: describeProblem(given), status, code: codeOf(given), retryable: isRetryable(given), ...facts };
  sendDocument(response, { status, value, type: 'application/problem+json' });
};

const answerMessage = async (room: HttpRoom, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await readBody(request, limits.exchangeDataBytesMax);
  if (!body.ok) return sendProblem(response, body.problem);
  const parsed = parseBody(body.value);
  if (!parsed.ok) return sendProblem(response, parsed.problem);
  const { message, problem: refused } = await room.answer(parsed.value, goneSignal(response), Buffer.byteLength(body.value));
  if (message) sendJson(response, refused ? statusByProblem[refused.kind] : 200, message);
  else sendProblem(response, refused ?? problem('internal'));
};

const lastSeen = (request: IncomingMessage): number | undefined => {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
};

const writeEvent = (response: ServerResponse, { type, id, text }: StreamEvent): Promise<void> | undefined => {
  const taken = response.write(`event: ${type}\nid: ${id}\ndata: ${text}\n\n`);
  if (taken || response.destroyed) return undefined;
  return new Promise((resolve) => {
    const over = (): void => {
      response.off('drain', over).off('close', over);
      resolve();
    };
    response.on('drain', over).on('close', over);
  });
};

/** Back-pressured: the next event is made when the last one was taken. */
const streamEvents = async (room: HttpRoom, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const id = new URL(request.url ?? '/', 'http://node').searchParams.get('subscription') ?? '';
  const events = room.stream(id, lastSeen(request), goneSignal(response));
  if (!events) return sendProblem(response, problem('unknownSubscription', { found: id.slice(0, 80) }));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  for await (const event of events) await writeEvent(response, event);
  response.end();
};

type Route = (room: HttpRoom, request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

const routes: Readonly<Record<string, Route>> = {
  'POST /dtf/messages': answerMessage,
  'GET /dtf/events': streamEvents,
  'GET /.well-known/jwks.json': (room, _request, response) => sendJson(response, 200, room.introduction()),
  'GET /health/live': (_room, _request, response) => sendJson(response, 200, { status: 'live' }),
  'GET /health/ready': (room, _request, response) => {
    const ready = room.ready();
    if (ready.ok) sendJson(response, 200, { status: 'ready' });
    else sendProblem(response, ready.problem);
  },
  'GET /metrics': async (room, _request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await room.events.metrics());
  },
  'GET /version': (room, _request, response) => sendJson(response, 200, room.version()),
};

const isGraphql = (path: string): boolean => path === '/' || path === '/graphql' || path.startsWith('/graphql/') || path.startsWith('/landing.');

const knownPaths = new Set(Object.keys(routes).map((route) => route.split(' ')[1]));

const handle = async (room: HttpRoom, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const route = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`];
  if (route) await route(room, request, response);
  else if (isGraphql(path)) await room.graphql(request, response);
  else sendProblem(response, problem(knownPaths.has(path) ? 'notMyRole' : 'notFound', { subject: path.slice(0, 80) }));
};

export type HttpServer = {
  readonly server: Server;
  readonly listen: (host: string, port: number) => Promise<Result<number>>;
  readonly close: () => Promise<void>;
};

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const listen = (server: Server, host: string, port: number): Promise<Result<number>> =>
  new Promise((resolve) => {
    const refused = (cause: NodeJS.ErrnoException) =>
      resolve(
        fail(
          problem('badConfiguration', {
            subject: 'listen',
            found: `${host}:${port}`,
            accepted: cause.code === 'EADDRINUSE' ? 'a port that nobody uses' : 'an address of this machine',
          }),
        ),
      );
    server.once('error', refused);
    server.listen(port, host, () => {
      server.off('error', refused);
      resolve(ok(portOf(server)));
    });
  });

export const createHttp = (room: HttpRoom): HttpServer => {
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: limits.answerMaxMs * 2 }, (request, response) => {
    handle(room, request, response).catch((cause) => {
      if (!response.destroyed) room.events.defect('http', cause);
      sendProblem(response, problem('internal'));
    });
  });
  return {
    server,
    listen: (host, port) => listen(server, host, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
