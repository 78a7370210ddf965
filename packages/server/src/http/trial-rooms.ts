/**
 * Rooms of a node's surface for tests, with both ends of its bindings over real sockets; whatever was opened is closed by `close`.
 */
import { type Binding, limits, type Message, ok, type Problem } from '@cityweave/core';
import { WebSocket } from 'ws';
import { type Deps, systemDeps } from '../deps.ts';
import { createEvents } from '../events.ts';
import { createHttp, type HttpRoom } from '../http.ts';
import { createProtocol } from '../protocol/bindings.ts';
import type { Protocol, Sending } from '../protocol/protocol.ts';

export const roomWith = (changes: Partial<HttpRoom>): HttpRoom => ({
  deps: systemDeps(),
  takesSockets: true,
  graphqlSocket: (_, socket) => void socket.destroy(),
  events: createEvents({ agency: 'test', level: 'silent' }),
  answer: async (asked) => ({ message: answerTo(asked), problem: undefined }),
  unread: () => undefined,
  introduction: () => ({}),
  farNotice: () => false,
  views: async () => ok({ objects: [], total: 0, next: null }),
  stream: () => undefined,
  mayListen: async () => ok(() => true),
  graphql: async (_, response) => void response.end(),
  viewer: { has: () => false, send: async () => undefined },
  tiles: async (_, response) => void response.end(),
  ready: async () => ok(true),
  version: () => ({ name: 'cityweave', version: '0', agency: 'test' }),
  ...changes,
});

export const idOf = (asked: unknown): string => Object(Object(asked)['header'])['messageId'];

/** As much of an answer as a line looks at: the message that it answers, how it stands, and a size. */
export const answerTo = (asked: unknown, text = '', status = 'success'): Message =>
  ({ header: { correlationId: idOf(asked) }, data: { action: { result: { status } }, text } }) as unknown as Message; // branding: lines read nothing else

/** The way to a host by one binding alone. */
export const wayTo = (binding: Binding, host: string, path = '/dtf/messages') => ({ address: `${binding === 'http' ? 'http' : 'ws'}://${host}${path}` });

let count = 0;
export const sending = (way: Pick<Sending, 'address' | 'socket'>, changes: Partial<Sending> = {}): Sending => {
  count += 1;
  const messageId = `urn:uuid:${count}`;
  return { ...way, messageId, text: JSON.stringify({ header: { messageId } }), timeoutMs: 5_000, bytesMax: limits.exchangeDataBytesMax, ...changes };
};

/** Resolves when it is called. */
export const moment = () => {
  let come = (): void => undefined;
  const came = new Promise<void>((resolve) => {
    come = resolve;
  });
  return { came, come: () => come() };
};

export const kindOf = (result: Awaited<ReturnType<Protocol['send']>>): string => (result.ok ? 'answered' : result.problem.kind);

/** Time that goes by when told. */
export const toldDeps = () => {
  let now = 0;
  const due = new Set<{ readonly at: number; readonly run: () => void }>();
  const deps: Deps = {
    ...systemDeps(),
    clock: { ...systemDeps().clock, monotonicMs: () => now },
    timers: {
      after: (ms, run) => {
        const timer = { at: now + ms, run };
        due.add(timer);
        return () => void due.delete(timer);
      },
    },
  };
  const pass = (ms: number): void => {
    const until = now + ms;
    for (let next = first(); next && next.at <= until; next = first()) {
      now = next.at;
      due.delete(next);
      next.run();
    }
    now = until;
  };
  const first = () => [...due].toSorted((a, b) => a.at - b.at)[0];
  return { deps, pass };
};

/** Why a request did not become a socket. */
export const refusalOf = (
  host: string,
  protocol: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Problem & { readonly status: number }> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`ws://${host}/dtf/messages`, protocol === undefined ? [] : [protocol], { headers });
    socket.on('unexpected-response', async (_, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(JSON.parse(Buffer.concat(chunks).toString()));
    });
  });

export const openTrialRooms = () => {
  const closing: (() => unknown)[] = [];
  return {
    onClose: (close: () => unknown): void => void closing.push(close),
    close: async (): Promise<void> => {
      for (const close of closing.splice(0).reverse()) await close();
    },
    /** Where it listens. */
    open: async (changes: Partial<HttpRoom> = {}): Promise<string> => {
      const server = createHttp(roomWith(changes));
      const port = await server.listen('127.0.0.1', 0);
      closing.push(server.close);
      return port.ok ? `127.0.0.1:${port.value}` : '';
    },
    speak: (deps: Deps = systemDeps()): Protocol => {
      const protocol = createProtocol(deps, ['http', 'websocket']);
      closing.push(protocol.close);
      return protocol;
    },
  };
};
