/**
 * WebSocket (`dtf.v1`), the asking end: one JSON message a frame, many under way on one line, each answer known by the message it answers;
 * a stream of events has a socket of its own, so that a slow listener keeps nobody else waiting.
 */
import { fail, limits, ok, type Problem, problem, type Result } from '@cityweave/core';
import { type ClientOptions, WebSocket } from 'ws';
import { type Deps, endingSignal } from '../deps.ts';
import { parseJson } from './http.ts';
import type { Sending, StreamedEvent, Streaming } from './protocol.ts';

/** The one subprotocol of the exchange. */
export const subprotocol = 'dtf.v1';

/** An open socket to a peer. */
export type Line = {
  readonly isOpen: () => boolean;
  /** fewer than `socketMessagesMax` messages are under way on it */
  readonly hasRoom: () => boolean;
  readonly ask: (sending: Sending) => Promise<Result<unknown>>;
};

export type WebSockets = {
  /** The line to a peer, opened where there is none; a problem before anything was said. */
  readonly lineTo: (address: string, waiting: Pick<Sending, 'timeoutMs' | 'signal'>) => Promise<Result<Line>>;
  /** Events of a subscription as they come; a problem where its socket was refused. */
  readonly listen: (address: string, streaming: Streaming) => Promise<Result<AsyncIterable<Result<StreamedEvent>>>>;
  readonly close: () => void;
};

const connectTimeoutMs = 1_000;
/** The code with which a socket ends on which a frame was too large. */
export const closedAsTooLarge = 1009;

/** What is no address of a socket is refused by throwing. */
const create = (address: string, options: ClientOptions): WebSocket | undefined => {
  try {
    return new WebSocket(address, subprotocol, { ...options, perMessageDeflate: false, handshakeTimeout: connectTimeoutMs });
  } catch {
    return undefined;
  }
};

type Opening = Pick<ClientOptions, 'maxPayload' | 'headers'>;

/** Resolves once it is open, or refused; `attach` hears everything from its first frame on. */
const open = <T>(address: string, options: Opening, attach: (socket: WebSocket) => T): Promise<Result<T>> =>
  new Promise((resolve) => {
    const socket = create(address, options);
    if (!socket) return resolve(fail(problem('unreachable')));
    const attached = attach(socket);
    socket.once('open', () => resolve(ok(attached)));
    socket.on('error', () => resolve(fail(problem('unreachable'))));
  });

/** Why nobody waits any more: `endingSignal` aborts by a TimeoutError. */
const endOf = ({ reason }: AbortSignal): Problem => problem(Object(reason)['name'] === 'TimeoutError' ? 'timedOut' : 'cancelled');

/** What comes of an opening, for as long as somebody waits for it. */
const within = <T>(opening: Promise<Result<T>>, { timers }: Deps, { timeoutMs, signal }: Pick<Sending, 'timeoutMs' | 'signal'>): Promise<Result<T>> =>
  new Promise((resolve) => {
    const ending = endingSignal(timers, timeoutMs, signal);
    const gone = (): void => resolve(fail(endOf(ending.signal)));
    if (ending.signal.aborted) gone();
    ending.signal.addEventListener('abort', gone, { once: true });
    void opening.then(resolve).finally(ending.done);
  });

/** Asks the other end for a sign of life every `socketPingMs`, not without a payload, and ends the socket when none came for `socketSilentMs`. */
export const keepAlive = (socket: WebSocket, { timers, clock }: Pick<Deps, 'timers' | 'clock'>, payload: () => string | undefined = () => ''): void => {
  let heardAt = clock.monotonicMs();
  const heard = (): void => {
    heardAt = clock.monotonicMs();
  };
  const look = (): void => {
    if (clock.monotonicMs() - heardAt >= limits.socketSilentMs) socket.terminate();
    else if (socket.readyState === socket.OPEN && payload() !== undefined) socket.ping(payload());
    cancel = timers.after(limits.socketPingMs, look);
  };
  let cancel = timers.after(limits.socketPingMs, look);
  socket.on('pong', heard).on('ping', heard).on('message', heard);
  socket.once('close', () => cancel());
};

const correlationOf = (message: unknown): unknown => Object(Object(message)['header'])['correlationId'];

type Waiting = { readonly bytesMax: number; readonly settle: (result: Result<unknown>) => void };

type Talk = { readonly socket: WebSocket; readonly waiting: Map<string, Waiting>; readonly deps: Deps };

/** Nobody waits for anything on this line any more: ended, so that the other end stops working for it, as with HTTP. */
const leave = ({ socket, waiting }: Talk): void => {
  if (waiting.size === 0) socket.terminate();
};

const ask = (talk: Talk, { text, messageId = '', timeoutMs, bytesMax, signal }: Sending): Promise<Result<unknown>> => {
  const { socket, waiting, deps } = talk;
  if (waiting.size >= limits.socketMessagesMax || waiting.has(messageId))
    return Promise.resolve(fail(problem('overloaded', { subject: 'messages of one socket', limit: limits.socketMessagesMax })));
  return new Promise((resolve) => {
    const ending = endingSignal(deps.timers, timeoutMs, signal);
    const settle = (result: Result<unknown>): void => {
      ending.done();
      ending.signal.removeEventListener('abort', gone);
      waiting.delete(messageId);
      resolve(result);
    };
    const gone = (): void => {
      settle(fail(endOf(ending.signal)));
      leave(talk);
    };
    waiting.set(messageId, { bytesMax, settle });
    ending.signal.addEventListener('abort', gone, { once: true });
    if (ending.signal.aborted) gone();
    else socket.send(text, (cause) => (cause ? settle(fail(problem('unreachable'))) : undefined));
  });
};

const attachLine = (deps: Deps, socket: WebSocket): Line => {
  const waiting = new Map<string, Waiting>();
  keepAlive(socket, deps);
  socket.on('message', (bytes) => {
    const text = String(bytes);
    const answer = parseJson(text);
    const asked = answer.ok ? waiting.get(String(correlationOf(answer.value))) : undefined;
    const isTooLarge = asked !== undefined && Buffer.byteLength(text) > asked.bytesMax;
    asked?.settle(isTooLarge ? fail(problem('tooLarge', { subject: 'answer', limit: asked.bytesMax })) : answer);
  });
  socket.once('close', (code) => {
    const why = code === closedAsTooLarge ? problem('tooLarge', { limit: limits.exchangeDataBytesMax }) : problem('unreachable');
    for (const { settle } of [...waiting.values()]) settle(fail(why));
  });
  const hasRoom = (): boolean => waiting.size < limits.socketMessagesMax;
  return { isOpen: () => socket.readyState === socket.OPEN, hasRoom, ask: (sending) => ask({ socket, waiting, deps }, sending) };
};

/** Frames in their order, read only as fast as they are taken; the last item says why there are no more. */
const attachStream = (deps: Deps, socket: WebSocket, { silentMs }: Streaming): AsyncGenerator<Result<StreamedEvent>> => {
  const ready: Result<StreamedEvent>[] = [];
  let wake = (): void => undefined;
  const put = (item: Result<StreamedEvent>): void => {
    ready.push(item);
    socket.pause();
    wake();
  };
  socket.on('message', (bytes) => put(ok({ id: undefined, type: 'message', text: String(bytes) })));
  socket.on('ping', (seq) => put(ok({ id: String(seq), type: 'heartbeat', text: '' })));
  socket.once('close', (code) => put(fail(code === closedAsTooLarge ? problem('tooLarge', { subject: 'event' }) : problem('interrupted'))));
  const next = (): Promise<void> =>
    new Promise((resolve) => {
      const cancel = deps.timers.after(silentMs, () => put(fail(problem('timedOut'))));
      wake = () => {
        cancel();
        resolve();
      };
      socket.resume();
    });
  return taken({ socket, ready, next });
};

type Taking = { readonly socket: WebSocket; readonly ready: Result<StreamedEvent>[]; readonly next: () => Promise<void> };

async function* taken({ socket, ready, next }: Taking): AsyncGenerator<Result<StreamedEvent>> {
  try {
    for (;;) {
      if (ready.length === 0) await next();
      const item = ready.shift();
      if (!item) continue;
      yield item;
      if (!item.ok) return;
    }
  } finally {
    socket.terminate();
  }
}

type Room = { readonly deps: Deps; readonly lines: Map<string, Line>; readonly opening: Map<string, Promise<Result<Line>>>; readonly all: Set<WebSocket> };

const known = ({ all }: Room, socket: WebSocket): void => {
  all.add(socket);
  socket.once('close', () => all.delete(socket));
};

const openLine = async (room: Room, address: string): Promise<Result<Line>> => {
  const { deps, lines, opening } = room;
  const opened = await open(address, { maxPayload: limits.exchangeDataBytesMax }, (socket) => {
    known(room, socket);
    const line = attachLine(deps, socket);
    socket.once('open', () => lines.set(address, line));
    socket.once('close', () => void (lines.get(address) === line && lines.delete(address)));
    return line;
  });
  opening.delete(address);
  return opened;
};

const lineTo = async (room: Room, address: string, waiting: Pick<Sending, 'timeoutMs' | 'signal'>): Promise<Result<Line>> => {
  const line = room.lines.get(address);
  if (line?.isOpen()) return ok(line);
  const opening = room.opening.get(address) ?? openLine(room, address);
  room.opening.set(address, opening);
  return within(opening, room.deps, waiting);
};

const listen = async (room: Room, address: string, streaming: Streaming): Promise<Result<AsyncIterable<Result<StreamedEvent>>>> => {
  const { headers, lastEventId, eventBytesMax, signal } = streaming;
  const asked = { ...headers, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
  const opened = open(address, { maxPayload: eventBytesMax, headers: asked }, (socket) => {
    known(room, socket);
    const leave = (): void => socket.terminate();
    signal.addEventListener('abort', leave, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', leave));
    return attachStream(room.deps, socket, streaming);
  });
  return within(opened, room.deps, { timeoutMs: connectTimeoutMs, signal });
};

export const createWebSockets = (deps: Deps): WebSockets => {
  const room: Room = { deps, lines: new Map(), opening: new Map(), all: new Set() };
  return {
    lineTo: (address, waiting) => lineTo(room, address, waiting),
    listen: (address, streaming) => listen(room, address, streaming),
    close: () => {
      for (const socket of room.all) socket.terminate();
    },
  };
};
