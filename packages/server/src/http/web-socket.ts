/**
 * WebSocket (`dtf.v1`), the answering end: each frame is heard by the desk as a message that was posted would be, and its answer is a frame;
 * a subscription's events go over a socket of their own. Spoken between nodes: a page of a browser is refused.
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { fail, limits, messageText, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Deps } from '../deps.ts';
import type { Answer } from '../exchange/answer.ts';
import type { StreamEvent } from '../exchange/stream-event.ts';
import { keepAlive, subprotocol } from '../protocol/web-socket.ts';
import { openStream, type StreamRoom } from './listener.ts';
import { parseBody, problemDocument, sendProblem } from './reply.ts';

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export type SocketRoom = StreamRoom & {
  readonly deps: Pick<Deps, 'timers' | 'clock'>;
  readonly answer: Answer;
  /** what came and is no message: that it came is kept */
  readonly unread: (why: Problem) => void;
};

export type SocketDoor = {
  /** A request at /dtf/messages or /dtf/events that wants to become a socket. */
  readonly upgrade: Upgrade;
  readonly close: () => void;
};

/** Says why a request does not become a socket, and ends it. */
export const refuseUpgrade = (request: IncomingMessage, socket: Duplex, found: Problem): void => {
  const response = new ServerResponse(request);
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]); // branding: what asks for an upgrade is a socket of the network
  response.setHeader('connection', 'close');
  response.once('finish', () => socket.end());
  sendProblem(response, found);
};

const checkOrigin = ({ headers: { origin } }: IncomingMessage): Result<true> =>
  origin === undefined
    ? ok(true)
    : fail(problem('notAuthorised', { subject: 'origin', found: shorten(origin), accepted: 'none: nodes speak here, pages have /graphql' }));

const checkSubprotocol = ({ headers }: IncomingMessage): Result<true> => {
  const offered = headers['sec-websocket-protocol'] ?? 'none';
  const isOurs = offered.split(',').some((one) => one.trim() === subprotocol);
  return isOurs ? ok(true) : fail(problem('unsupportedVersion', { subject: 'sec-websocket-protocol', found: shorten(offered), accepted: subprotocol }));
};

type Door = { readonly room: SocketRoom; readonly server: WebSocketServer };

const check = ({ server }: Door, request: IncomingMessage): Result<true> => {
  const origin = checkOrigin(request);
  if (!origin.ok) return origin;
  const isFull = server.clients.size >= limits.socketsMax;
  return isFull ? fail(problem('overloaded', { subject: 'sockets', limit: limits.socketsMax })) : checkSubprotocol(request);
};

const goneSignal = (socket: WebSocket): AbortSignal => {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  return gone.signal;
};

const textOf = async ({ answer, unread }: SocketRoom, bytes: RawData, signal: AbortSignal): Promise<string> => {
  const text = String(bytes);
  const parsed = parseBody(text);
  if (!parsed.ok) {
    unread(parsed.problem);
    return JSON.stringify(problemDocument(parsed.problem));
  }
  const { message, problem: refused } = await answer(parsed.value, signal, Buffer.byteLength(text));
  return message ? messageText(message) : JSON.stringify(problemDocument(refused ?? problem('internal')));
};

/** A frame that `ws` did not take; any other error is the end of a line, and nothing came. */
const noteFrame = ({ unread }: SocketRoom, cause: Error & { readonly code?: string }): void => {
  if (cause.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') unread(problem('tooLarge', { subject: 'message', limit: limits.exchangeDataBytesMax }));
  else if (cause.code?.startsWith('WS_ERR_')) unread(problem('malformed', { found: shorten(cause.message), accepted: 'one message a frame' }));
};

/** Hears no further message while too many are under way, or the other end does not take what it was told. */
const hearAll = (room: SocketRoom, socket: WebSocket): void => {
  const signal = goneSignal(socket);
  let underWay = 0;
  const look = (): void => {
    if (underWay >= limits.socketMessagesMax || socket.bufferedAmount > limits.socketWaitingBytesMax) socket.pause();
    else socket.resume();
  };
  const taken = (): void => {
    underWay -= 1;
    look();
  };
  keepAlive(socket, room.deps);
  socket.on('message', (bytes) => {
    underWay += 1;
    look();
    void textOf(room, bytes, signal).then(
      (text) => {
        socket.send(text, taken);
        look();
      },
      () => socket.terminate(),
    );
  });
};

/** A heartbeat is a ping that says how far the sender is; the next event is made when the last one was taken. */
const sayEvents = async (socket: WebSocket, events: AsyncIterable<StreamEvent>, deps: SocketRoom['deps']): Promise<void> => {
  let last: string | undefined;
  keepAlive(socket, deps, () => last);
  for await (const { type, id, text } of events) {
    if (socket.readyState !== socket.OPEN) break;
    last = id;
    await new Promise<void>((resolve) => (type === 'heartbeat' ? socket.ping(id, undefined, () => resolve()) : socket.send(text, () => resolve())));
  }
  socket.close();
};

const isStream = ({ url = '' }: IncomingMessage): boolean => url.startsWith('/dtf/events');

const upgrade = async (door: Door, request: IncomingMessage, { socket, head }: { readonly socket: Duplex; readonly head: Buffer }): Promise<void> => {
  const checked = check(door, request);
  if (!checked.ok) return refuseUpgrade(request, socket, checked.problem);
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  const events = isStream(request) ? await openStream(door.room, request, gone.signal) : undefined;
  if (events?.ok === false) return refuseUpgrade(request, socket, events.problem);
  door.server.handleUpgrade(request, socket, head, (opened) => {
    // a frame that is too large, or no frame: `ws` says so and closes
    opened.on('error', (cause) => noteFrame(door.room, cause));
    if (events) void sayEvents(opened, events.value, door.room.deps).catch(() => opened.terminate());
    else hearAll(door.room, opened);
  });
};

export const createSocketDoor = (room: SocketRoom): SocketDoor => {
  const options = { noServer: true, maxPayload: limits.exchangeDataBytesMax, perMessageDeflate: false, handleProtocols: () => subprotocol };
  const door: Door = { room, server: new WebSocketServer(options) };
  return {
    upgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      void upgrade(door, request, { socket, head }).catch(() => socket.destroy());
    },
    close: () => {
      for (const socket of door.server.clients) socket.terminate();
    },
  };
};
