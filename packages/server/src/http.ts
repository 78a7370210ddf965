/**
 * HTTP: requests to rooms by path.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { describeProblem, fail, isTrace, limits, type Message, messageText, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import type { Events } from './events.ts';
import type { StreamEvent } from './exchange/stream-event.ts';
import { openStream } from './http/listener.ts';
import { goneSignal, parseBody, readBody, sendJson, sendProblem, sendText, statusByProblem } from './http/reply.ts';
import type { ViewerFiles } from './http/viewer-files.ts';
import { sendView, type Views } from './http/views.ts';
import { createSocketDoor, refuseUpgrade, type SocketRoom, type Upgrade } from './http/web-socket.ts';
import { traced } from './trace.ts';

export type HttpRoom = SocketRoom & {
  readonly events: Events;
  /** who this node is and by which keys it is known: a JWKS with the node's id, name and address beside it */
  readonly introduction: () => object;
  /** whether messages are taken over a WebSocket as well */
  readonly takesSockets: boolean;
  /** a system of the agency's own says that something changed; false where nobody asked it to */
  readonly farNotice: (token: string) => boolean;
  /** what the node knows, read-only */
  readonly views: Views;
  /** everything under /graphql and the landing page */
  readonly graphql: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** the same over a socket, at /graphql */
  readonly graphqlSocket: Upgrade;
  /** the built viewer; without it the landing page is at / */
  readonly viewer: ViewerFiles;
  /** everything under /tiles/ */
  readonly tiles: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** whether questions would be answered now */
  readonly ready: () => Promise<Result<true>>;
  readonly version: () => { readonly name: string; readonly version: string; readonly agency: string };
};

/** JSON in UTF-8, as it is. A page of elsewhere cannot make a browser say that unasked, so that it cannot speak to a node of this machine. */
const checkContent = ({ headers }: IncomingMessage): Result<true> => {
  const [type, encoding] = [headers['content-type'] ?? '', headers['content-encoding'] ?? 'identity'];
  const isJson = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type);
  if (!isJson) return fail(problem('unsupportedFormat', { subject: 'content-type', found: shorten(type), accepted: 'application/json' }));
  return encoding === 'identity'
    ? ok(true)
    : fail(problem('unsupportedFormat', { subject: 'content-encoding', found: shorten(encoding), accepted: 'identity' }));
};

/** 202: work goes on, and its end is told by a message of its own. */
const statusOf = ({ data }: Message, refused: Problem | undefined): number => {
  if (refused) return statusByProblem[refused.kind];
  return data.action.result?.status === 'accepted' ? 202 : 200;
};

/** What was said, in a form and of a length that are heard; or why it is no message. */
const readMessage = async (request: IncomingMessage): Promise<Result<{ readonly raw: unknown; readonly bytes: number }>> => {
  const content = checkContent(request);
  if (!content.ok) return content;
  const body = await readBody(request, limits.exchangeDataBytesMax);
  if (!body.ok) return body;
  const parsed = parseBody(body.value);
  return parsed.ok ? ok({ raw: parsed.value, bytes: Buffer.byteLength(body.value) }) : parsed;
};

const answerMessage = async (room: HttpRoom, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const said = await readMessage(request);
  if (!said.ok) {
    room.unread(said.problem);
    return sendProblem(response, said.problem);
  }
  const { message, problem: refused } = await room.answer(said.value.raw, goneSignal(response), said.value.bytes);
  if (message) sendText(response, { status: statusOf(message, refused), text: messageText(message) });
  else sendProblem(response, refused ?? problem('internal'));
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
  const events = await openStream(room, request, goneSignal(response));
  if (!events.ok) return sendProblem(response, events.problem);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  for await (const event of events.value) await writeEvent(response, event);
  response.end();
};

type Route = (room: HttpRoom, request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

const showView: Route = ({ views }, request, response) => sendView(views, request, response);

const routes: Readonly<Record<string, Route>> = {
  'POST /dtf/messages': answerMessage,
  'GET /dtf/events': streamEvents,
  'GET /dtf/twins': showView,
  'GET /dtf/features': showView,
  'GET /dtf/federations': showView,
  'GET /dtf/connections': showView,
  'GET /.well-known/jwks.json': (room, _request, response) => sendJson(response, 200, room.introduction()),
  'GET /health/live': (_room, _request, response) => sendJson(response, 200, { status: 'live' }),
  'GET /health/ready': async (room, _request, response) => {
    const ready = await room.ready();
    if (ready.ok) sendJson(response, 200, { status: 'ready' });
    else sendJson(response, 503, { status: 'not ready', problem: describeProblem(ready.problem) });
  },
  'GET /metrics': async (room, _request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await room.events.metrics());
  },
  'GET /version': (room, _request, response) => sendJson(response, 200, room.version()),
};

const farNoticePath = '/dtf/far/';

/** What it says is not read: it is a reason to look. */
const noteFar = (room: HttpRoom, request: IncomingMessage, response: ServerResponse): void => {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  request.resume();
  if (room.farNotice(path.slice(farNoticePath.length))) response.writeHead(204).end();
  else sendProblem(response, problem('unknownSubscription', { found: shorten(path) }));
};

const isGraphql = (path: string): boolean => path === '/' || path === '/graphql' || path.startsWith('/graphql/') || path.startsWith('/landing.');

const knownPaths = new Set(Object.keys(routes).map((route) => route.split(' ')[1]));

const isGet = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

const handle = async (room: HttpRoom, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const route = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`];
  if (route) await route(room, request, response);
  else if (room.viewer.has(path) && isGet(request)) await room.viewer.send(path, request, response);
  else if (path.startsWith(farNoticePath) && request.method === 'POST') noteFar(room, request, response);
  else if (path.startsWith('/tiles/')) await room.tiles(request, response);
  else if (isGraphql(path)) await room.graphql(request, response);
  else sendProblem(response, problem(knownPaths.has(path) ? 'notMyRole' : 'notFound', { subject: path.slice(0, 80) }));
};

/** Requests that want to become sockets, by path; any other is refused. */
const upgrading =
  ({ takesSockets, graphqlSocket }: HttpRoom, take: Upgrade): Upgrade =>
  (request, socket, head) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/graphql') graphqlSocket(request, socket, head);
    else if (takesSockets && (path === '/dtf/messages' || path === '/dtf/events')) take(request, socket, head);
    else refuseUpgrade(request, socket, problem(knownPaths.has(path) ? 'notMyRole' : 'notFound', { subject: path.slice(0, 80) }));
  };

/** The trace that a request says it belongs to. */
const traceIn = ({ headers: { traceparent } }: IncomingMessage): string | undefined =>
  typeof traceparent === 'string' && isTrace(traceparent) ? traceparent : undefined;

export type HttpServer = {
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
    traced(traceIn(request), () => handle(room, request, response)).catch((cause) => {
      if (!response.destroyed) sendProblem(response, room.events.defect('http', cause));
    });
  });
  const door = createSocketDoor(room);
  server.on('upgrade', upgrading(room, door.upgrade));
  return {
    listen: (host, port) => listen(server, host, port),
    close: () =>
      new Promise((resolve) => {
        door.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
