/**
 * Bindings: of two that both ends speak the better one is taken: a WebSocket, else HTTP. Where the socket is refused HTTP carries it:
 * before anything was said, so that nothing is said twice.
 */
import { type Binding, fail, limits, problem, type Result } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { Deps } from '../deps.ts';
import { createHttpProtocol } from './http.ts';
import type { Protocol, Sending, StreamedEvent, Streaming, Way } from './protocol.ts';
import { createWebSockets, type WebSockets } from './web-socket.ts';

const peersRememberedMax = 10_000;

const isSocket = (address: string): boolean => address.startsWith('ws');

/** Which socket to try, if any: none of a peer that refused its socket a while ago and has HTTP. */
const createChoice = ({ clock }: Deps, isSpoken: boolean) => {
  const restUntil = new LRUCache<string, number>({ max: peersRememberedMax });
  return {
    socketOf: ({ address, socket }: Way): string | undefined => {
      if (isSocket(address)) return address;
      const isResting = socket !== undefined && (restUntil.get(socket) ?? Number.NEGATIVE_INFINITY) > clock.monotonicMs();
      return isSpoken && !isResting ? socket : undefined;
    },
    refused: (socket: string): void => void restUntil.set(socket, clock.monotonicMs() + limits.socketRestMs),
  };
};

type Ways = Pick<Deps, 'clock'> & { readonly http: Protocol; readonly sockets: WebSockets; readonly choice: ReturnType<typeof createChoice> };

const send = async ({ clock, http, sockets, choice }: Ways, sending: Sending): Promise<Result<unknown>> => {
  const socket = sending.messageId === undefined ? undefined : choice.socketOf(sending);
  if (socket === undefined) return isSocket(sending.address) ? fail(problem('unbridgeable', { accepted: 'HTTP' })) : http.send(sending);
  const from = clock.monotonicMs();
  const line = await sockets.lineTo(socket, sending);
  const timeoutMs = sending.timeoutMs - (clock.monotonicMs() - from);
  if (line.ok && (isSocket(sending.address) || line.value.hasRoom())) return line.value.ask({ ...sending, timeoutMs });
  if (line.ok) return http.send({ ...sending, timeoutMs });
  if (isSocket(sending.address) || line.problem.kind === 'cancelled' || timeoutMs <= 0) return line;
  choice.refused(socket);
  return http.send({ ...sending, timeoutMs });
};

async function* stream({ http, sockets, choice }: Ways, streaming: Streaming): AsyncGenerator<Result<StreamedEvent>> {
  const socket = choice.socketOf(streaming);
  const opened = socket === undefined ? undefined : await sockets.listen(socket, streaming);
  if (opened?.ok) return yield* opened.value;
  if (opened && (isSocket(streaming.address) || opened.problem.kind === 'cancelled')) return yield opened;
  if (socket !== undefined) choice.refused(socket);
  yield* http.stream(streaming);
}

/** `bindings`: what this node speaks; HTTP it always does. */
export const createProtocol = (deps: Deps, bindings: readonly Binding[]): Protocol => {
  const ways: Ways = {
    clock: deps.clock,
    http: createHttpProtocol(),
    sockets: createWebSockets(deps),
    choice: createChoice(deps, bindings.includes('websocket')),
  };
  return {
    send: (sending) => send(ways, sending),
    waiting: ways.http.waiting,
    fetchDocument: ways.http.fetchDocument,
    stream: (streaming) => stream(ways, streaming),
    close: async () => {
      ways.sockets.close();
      await ways.http.close();
    },
  };
};
