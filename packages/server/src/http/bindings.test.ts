/**
 * The bindings between nodes, both ends over real sockets: whatever carries a message, it is the same message with the same answer and the same bounds.
 */
import { limits, ok, problem } from '@cityweave/core';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { StreamEvent } from '../exchange/stream-event.ts';
import type { HttpRoom } from '../http.ts';
import type { Protocol } from '../protocol/protocol.ts';
import { answerTo, kindOf, moment, openTrialRooms, refusalOf, sending, toldDeps, wayTo } from './trial-rooms.ts';

const { open, speak, onClose, close } = openTrialRooms();
afterEach(close);

describe.each(['http', 'websocket'] as const)('over %s, a message', (binding) => {
  it('is answered, many at a time, each by its own answer', async () => {
    const address = await open();
    const protocol = speak();
    const asked = Array.from({ length: 20 }, () => sending(wayTo(binding, address)));
    const answers = await Promise.all(asked.map((one) => protocol.send(one)));
    expect(answers).toEqual(asked.map(({ messageId }) => ok(answerTo({ header: { messageId } }))));
  });

  it('whose answer is larger than it may be, is refused with the bound', async () => {
    const address = await open({ answer: async (asked) => ({ message: answerTo(asked, 'x'.repeat(1_000)), problem: undefined }) });
    expect(await speak().send(sending(wayTo(binding, address), { bytesMax: 500 }))).toMatchObject({ ok: false, problem: { kind: 'tooLarge', limit: 500 } });
  });

  it('that nobody answers is given up in time, and so it is when nobody waits any more: the desk stops working for it', async () => {
    const stopped = [moment(), moment()];
    let heard = 0;
    const isHeard = moment();
    const answer: HttpRoom['answer'] = (_, signal) => {
      const mine = stopped[heard];
      heard += 1;
      if (heard === 2) isHeard.come();
      signal.addEventListener('abort', () => mine?.come());
      return new Promise(() => undefined);
    };
    const address = await open({ answer });
    const protocol = speak();
    expect(kindOf(await protocol.send(sending(wayTo(binding, address), { timeoutMs: 50 })))).toBe('timedOut');
    await stopped[0]?.came;
    const asker = new AbortController();
    const asked = protocol.send(sending(wayTo(binding, address), { signal: asker.signal }));
    await isHeard.came;
    asker.abort();
    expect(kindOf(await asked)).toBe('cancelled');
    await stopped[1]?.came;
  });

  it('to where nobody is, is unreachable', async () => {
    expect(kindOf(await speak().send(sending(wayTo(binding, '127.0.0.1:9'))))).toBe('unreachable');
  });
});

describe.each(['http', 'websocket'] as const)('over %s, a stream of events', (binding) => {
  const follow = (protocol: Protocol, address: string, signal = new AbortController().signal) =>
    protocol.stream({
      ...wayTo(binding, address, '/dtf/events?subscription=one'),
      headers: { authorization: 'Bearer a.b.c' },
      lastEventId: '7',
      eventBytesMax: limits.exchangeDataBytesMax,
      silentMs: limits.streamSilentMs,
      signal,
    });
  const items = async (events: ReturnType<typeof follow>): Promise<readonly string[]> => {
    const told: string[] = [];
    for await (const event of events)
      told.push(event.ok ? `${event.value.type} ${event.value.type === 'heartbeat' ? event.value.id : event.value.text}` : event.problem.kind);
    return told;
  };

  it('comes in its order, after the last one seen, for whoever shows the pass; and says that it ended', async () => {
    const asked: unknown[] = [];
    async function* events(): AsyncGenerator<StreamEvent> {
      yield { type: 'heartbeat', id: '7', text: '9' };
      yield { type: 'message', id: '8', text: '{"n":1}' };
      yield { type: 'message', id: '9', text: '{"n":2}' };
      yield { type: 'heartbeat', id: '9', text: '9' };
    }
    const mayListen: HttpRoom['mayListen'] = async (id, pass) => {
      asked.push(id, pass);
      return ok(() => true);
    };
    const stream: HttpRoom['stream'] = (_, after) => {
      asked.push(after);
      return events();
    };
    const told = await items(follow(speak(), await open({ mayListen, stream })));
    expect(told).toEqual(['heartbeat 7', 'message {"n":1}', 'message {"n":2}', 'heartbeat 9', 'interrupted']);
    expect(asked).toEqual(['one', 'a.b.c', 7]);
  });

  it('ends once the key counts no longer by which its listener showed who he is', async () => {
    let isRevoked = false;
    async function* events(): AsyncGenerator<StreamEvent> {
      yield { type: 'message', id: '8', text: '{"n":1}' };
      isRevoked = true;
      yield { type: 'message', id: '9', text: '{"n":2}' };
    }
    const address = await open({ mayListen: async () => ok(() => !isRevoked), stream: events });
    expect(await items(follow(speak(), address))).toEqual(['message {"n":1}', 'interrupted']);
  });

  it('is refused to a stranger', async () => {
    const refusing = await open({ mayListen: async () => ({ ok: false, problem: problem('notAuthenticated') }) });
    expect((await items(follow(speak(), refusing))).length).toBe(1);
  });

  it('that goes silent is given up after streamSilentMs', async () => {
    async function* silent(signal: AbortSignal): AsyncGenerator<StreamEvent> {
      yield { type: 'message', id: '8', text: '{}' };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    }
    const address = await open({ stream: (_, _after, signal) => silent(signal) });
    expect(await items(follow(speak(), address))).toEqual(['message {}', 'timedOut']);
  });

  it('makes its next event when the last ones were taken, and none when nobody listens any more', async () => {
    let made = 0;
    const over = moment();
    const text = JSON.stringify('x'.repeat(1024 * 1024));
    async function* endless(signal: AbortSignal): AsyncGenerator<StreamEvent> {
      try {
        for (; !signal.aborted; made += 1) yield { type: 'message', id: String(made), text };
      } finally {
        over.come();
      }
    }
    const address = await open({ stream: (_, _after, signal) => endless(signal) });
    const listener = new AbortController();
    let taken = 0;
    for await (const event of follow(speak(), address, listener.signal)) {
      if (!event.ok) break;
      taken += 1;
      if (taken === 8) listener.abort();
    }
    // What sockets and buffers between the two hold is a few megabytes, never the stream.
    expect(made).toBeLessThan(100);
    await over.came;
  });
});

describe('of two bindings', () => {
  const both = (host: string) => ({ ...wayTo('http', host), socket: wayTo('websocket', host).address });

  /** Another's socket: what it does with whoever wants one, and with each frame. */
  const otherSocket = async (take: () => boolean, heard: (socket: WebSocket, bytes: unknown) => void): Promise<string> => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'dtf.v1', verifyClient: take });
    onClose(() => {
      for (const socket of server.clients) socket.terminate();
      server.close();
    });
    server.on('connection', (socket) => socket.on('message', (bytes) => heard(socket, bytes)));
    await new Promise((resolve) => server.once('listening', resolve));
    return `ws://127.0.0.1:${Object(server.address())['port']}/`;
  };

  it('the socket is taken', async () => {
    const socket = await otherSocket(
      () => true,
      (to, bytes) => to.send(JSON.stringify(answerTo(JSON.parse(String(bytes)), 'by socket'))),
    );
    expect(await speak().send(sending({ ...wayTo('http', await open()), socket }))).toMatchObject({ ok: true, value: { data: { text: 'by socket' } } });
  });

  it('HTTP is taken where the socket is refused, without asking for one again for socketRestMs', async () => {
    const { deps, pass } = toldDeps();
    let upgrades = 0;
    const refuse = (): boolean => {
      upgrades += 1;
      return false;
    };
    const way = { ...wayTo('http', await open()), socket: await otherSocket(refuse, () => undefined) };
    const protocol = speak(deps);
    const ask = async (): Promise<string> =>
      kindOf(await protocol.send(sending(way, { timeoutMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal })));
    expect(await ask()).toBe('answered');
    expect([await ask(), upgrades]).toEqual(['answered', 1]);
    pass(limits.socketRestMs);
    expect([await ask(), upgrades]).toEqual(['answered', 2]);
  });

  it('a node that takes no sockets says so, and is reached over HTTP where it has that', async () => {
    const address = await open({ takesSockets: false });
    expect(await refusalOf(address, 'dtf.v1')).toMatchObject({ status: 405 });
    expect(kindOf(await speak().send(sending(both(address))))).toBe('answered');
    expect(kindOf(await speak().send(sending(wayTo('websocket', address))))).toBe('unreachable');
  });

  it('neither carries again by itself what was said on a socket that broke', async () => {
    let heard = 0;
    const answer: HttpRoom['answer'] = async (asked) => {
      heard += 1;
      return { message: answerTo(asked), problem: undefined };
    };
    const socket = await otherSocket(
      () => true,
      (to) => to.terminate(),
    );
    expect(kindOf(await speak().send(sending({ ...wayTo('http', await open({ answer })), socket })))).toBe('unreachable');
    expect(heard).toBe(0);
  });
});
