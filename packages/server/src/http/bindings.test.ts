/**
 * The bindings between nodes, both ends over real sockets: whatever carries a message, it is the same message with the same answer and the same bounds.
 */
import { type Binding, limits, type Message, ok, type Problem, problem } from '@cityweave/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Deps, systemDeps } from '../deps.ts';
import { createEvents } from '../events.ts';
import type { StreamEvent } from '../exchange/stream-event.ts';
import { createHttp, type HttpRoom } from '../http.ts';
import { createProtocol } from '../protocol/bindings.ts';
import type { Protocol, Sending } from '../protocol/protocol.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const roomWith = (changes: Partial<HttpRoom>): HttpRoom => ({
  deps: systemDeps(),
  takesSockets: true,
  graphqlSocket: (_, socket) => void socket.destroy(),
  events: createEvents({ agency: 'test', level: 'silent' }),
  answer: async (asked) => ({ message: answerTo(asked), problem: undefined }),
  introduction: () => ({}),
  farNotice: () => false,
  stream: () => undefined,
  mayListen: async () => ok(true),
  graphql: async (_, response) => void response.end(),
  viewer: { has: () => false, send: async () => undefined },
  tiles: async (_, response) => void response.end(),
  ready: () => ok(true),
  version: () => ({ name: 'cityweave', version: '0', agency: 'test' }),
  ...changes,
});

const idOf = (asked: unknown): string => Object(Object(asked)['header'])['messageId'];

/** As much of an answer as a line looks at: the message that it answers, and a size. */
const answerTo = (asked: unknown, text = ''): Message => ({ header: { correlationId: idOf(asked) }, data: { text } }) as unknown as Message; // branding: lines read nothing else

const open = async (changes: Partial<HttpRoom> = {}): Promise<string> => {
  const server = createHttp(roomWith(changes));
  const port = await server.listen('127.0.0.1', 0);
  closing.push(server.close);
  return port.ok ? `127.0.0.1:${port.value}` : '';
};

const speak = (deps: Deps = systemDeps()): Protocol => {
  const protocol = createProtocol(deps, ['http', 'websocket']);
  closing.push(protocol.close);
  return protocol;
};

/** The way to a host by one binding alone. */
const wayTo = (binding: Binding, host: string, path = '/dtf/messages') => ({ address: `${binding === 'http' ? 'http' : 'ws'}://${host}${path}` });

let count = 0;
const sending = (way: Pick<Sending, 'address' | 'socket'>, changes: Partial<Sending> = {}): Sending => {
  count += 1;
  const messageId = `urn:uuid:${count}`;
  return { ...way, messageId, text: JSON.stringify({ header: { messageId } }), timeoutMs: 5_000, bytesMax: limits.exchangeDataBytesMax, ...changes };
};

/** Resolves when it is called. */
const moment = () => {
  let come = (): void => undefined;
  const came = new Promise<void>((resolve) => {
    come = resolve;
  });
  return { came, come: () => come() };
};

const kindOf = (result: Awaited<ReturnType<Protocol['send']>>): string => (result.ok ? 'answered' : result.problem.kind);

describe.each(['http', 'websocket'] as const)('over %s, a message', (binding) => {
  it('is answered, many at a time, each by its own answer', async () => {
    const address = await open();
    const protocol = speak();
    const asked = Array.from({ length: 20 }, () => sending(wayTo(binding, address)));
    const answers = await Promise.all(asked.map((one) => protocol.send(one)));
    expect(answers).toEqual(asked.map(({ messageId }) => ok({ header: { correlationId: messageId }, data: { text: '' } })));
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
      return ok(true);
    };
    const stream: HttpRoom['stream'] = (_, after) => {
      asked.push(after);
      return events();
    };
    const told = await items(follow(speak(), await open({ mayListen, stream })));
    expect(told).toEqual(['heartbeat 7', 'message {"n":1}', 'message {"n":2}', 'heartbeat 9', 'interrupted']);
    expect(asked).toEqual(['one', 'a.b.c', 7]);
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

/** Time that goes by when told. */
const toldDeps = () => {
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

const rawSocket = async (host: string, protocol = 'dtf.v1', headers: Readonly<Record<string, string>> = {}): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://${host}/dtf/messages`, protocol, { headers });
  closing.push(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
};

/** Why a request did not become a socket. */
const refusalOf = (
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

describe('a socket', () => {
  it('is for dtf.v1 alone: another subprotocol, or none, is refused with the one that is spoken', async () => {
    const address = await open();
    for (const protocol of ['dtf.v2', 'graphql-transport-ws', undefined])
      expect(await refusalOf(address, protocol)).toMatchObject({ status: 400, code: 'DTF-101', found: protocol ?? 'none', accepted: 'dtf.v1' });
    expect((await rawSocket(address)).protocol).toBe('dtf.v1');
  });

  it('is for nodes: a page of a browser, which names its origin, is refused, that of the node itself as well', async () => {
    const address = await open();
    for (const origin of ['https://elsewhere.example', `http://${address}`])
      expect(await refusalOf(address, 'dtf.v1', { origin })).toMatchObject({ status: 403, code: 'DTF-801', found: origin });
  });

  it('hears a frame of exchangeDataBytesMax; one byte more ends it, and the asker hears that it was too large', async () => {
    const heard: number[] = [];
    const address = await open({
      answer: async (asked, _, bytes) => {
        heard.push(bytes);
        return { message: answerTo(asked), problem: undefined };
      },
    });
    const protocol = speak();
    const ofBytes = (bytes: number): Sending => {
      const one = sending(wayTo('websocket', address));
      return { ...one, text: one.text.padEnd(bytes) };
    };
    expect(kindOf(await protocol.send(ofBytes(limits.exchangeDataBytesMax)))).toBe('answered');
    expect(await protocol.send(ofBytes(limits.exchangeDataBytesMax + 1))).toMatchObject({
      ok: false,
      problem: { kind: 'tooLarge', limit: limits.exchangeDataBytesMax },
    });
    expect(heard).toEqual([limits.exchangeDataBytesMax]);
  });

  it('what is no message gets its problem in a frame', async () => {
    const socket = await rawSocket(await open());
    const next = (): Promise<unknown> => new Promise((resolve) => socket.once('message', (bytes) => resolve(JSON.parse(String(bytes)))));
    for (const text of ['<html>', '', '['.repeat(100_000)]) {
      const told = next();
      socket.send(text);
      expect(await told).toMatchObject({ status: 400, code: 'DTF-100' });
    }
  });

  /** A desk that answers when told, and says when it heard its n-th message. */
  const waitingDesk = (n: number) => {
    const answers: (() => void)[] = [];
    const isFull = moment();
    const answer: HttpRoom['answer'] = (asked) =>
      new Promise((resolve) => {
        answers.push(() => resolve({ message: answerTo(asked), problem: undefined }));
        if (answers.length === n) isFull.come();
      });
    return { answers, isFull: isFull.came, answer };
  };

  it('carries socketMessagesMax messages that are asked at a time; one more is refused', async () => {
    const { answers, isFull, answer } = waitingDesk(limits.socketMessagesMax);
    const address = await open({ answer });
    const protocol = speak();
    const asked = Array.from({ length: limits.socketMessagesMax }, () => protocol.send(sending(wayTo('websocket', address))));
    await isFull;
    expect(await protocol.send(sending(wayTo('websocket', address)))).toMatchObject({ problem: { kind: 'overloaded', limit: limits.socketMessagesMax } });
    for (const run of answers) run();
    expect((await Promise.all(asked)).every(({ ok }) => ok)).toBe(true);
  });

  it('hears socketMessagesMax messages at a time; the next is heard when one of them is answered', async () => {
    const { answers, isFull, answer } = waitingDesk(limits.socketMessagesMax);
    const pushy = await rawSocket(await open({ answer }));
    const padding = 'x'.repeat(64 * 1024);
    let told = 0;
    const all = new Promise<void>((resolve) =>
      pushy.on('message', () => {
        told += 1;
        if (told === 2 * limits.socketMessagesMax) resolve();
      }),
    );
    for (let n = 0; n < 2 * limits.socketMessagesMax; n += 1) pushy.send(JSON.stringify({ header: { messageId: `${n}` }, padding }));
    await isFull;
    // what came in one piece with the last one is heard with it
    expect(answers.length).toBeLessThan(limits.socketMessagesMax + 4);
    let answered = 0;
    while (told < 2 * limits.socketMessagesMax) {
      for (; answered < answers.length; answered += 1) answers[answered]?.();
      await Promise.race([all, new Promise((resolve) => pushy.once('message', resolve))]);
    }
    expect(answered).toBe(2 * limits.socketMessagesMax);
  });

  it('is one of socketsMax that a node takes in; one more is refused', { timeout: 30_000 }, async () => {
    const address = await open();
    await Promise.all(Array.from({ length: limits.socketsMax }, () => rawSocket(address)));
    expect(await refusalOf(address, 'dtf.v1')).toMatchObject({ status: 429, limit: limits.socketsMax });
  });

  it('on which answers of more than socketWaitingBytesMax wait to be taken is not heard until they are', async () => {
    let heard = 0;
    const text = 'x'.repeat(1024 * 1024);
    const address = await open({
      answer: async (asked) => {
        heard += 1;
        return { message: answerTo(asked, text), problem: undefined };
      },
    });
    const greedy = await rawSocket(address);
    const many = (3 * limits.socketWaitingBytesMax) / text.length;
    let taken = 0;
    const all = new Promise<void>((resolve) =>
      greedy.on('message', () => {
        taken += 1;
        if (taken === many) resolve();
      }),
    );
    greedy.pause();
    for (let n = 0; n < many; n += 1)
      await new Promise<void>((resolve) => greedy.send(JSON.stringify({ header: { messageId: `${n}` }, padding: 'x'.repeat(100_000) }), () => resolve()));
    expect(heard).toBeLessThan(many);
    greedy.resume();
    await all;
    expect(heard).toBe(many);
  });

  it('whose other end gives no sign of life for socketSilentMs is ended, asked every socketPingMs', async () => {
    const { deps, pass } = toldDeps();
    const address = await open({ deps });
    const silent = new WebSocket(`ws://${address}/dtf/messages`, 'dtf.v1', { autoPong: false });
    let pings = 0;
    const pinged = [moment(), moment()];
    silent.on('ping', () => {
      pinged[pings]?.come();
      pings += 1;
    });
    await new Promise((resolve) => silent.once('open', resolve));
    const ended = new Promise((resolve) => silent.once('close', resolve));
    pass(limits.socketPingMs);
    await pinged[0]?.came;
    pass(limits.socketPingMs);
    await pinged[1]?.came;
    expect(silent.readyState).toBe(silent.OPEN);
    pass(limits.socketSilentMs - limits.socketPingMs);
    await ended;
    expect(pings).toBe(2);
  });

  it('of a stream whose listener is gone is ended as well; its pings say how far the stream is', async () => {
    const { deps, pass } = toldDeps();
    const over = moment();
    async function* one(signal: AbortSignal): AsyncGenerator<StreamEvent> {
      yield { type: 'message', id: '8', text: '{}' };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      over.come();
    }
    const address = await open({ deps, stream: (_, _after, signal) => one(signal) });
    const listener = new WebSocket(`ws://${address}/dtf/events?subscription=one`, 'dtf.v1', { autoPong: false });
    closing.push(() => listener.terminate());
    await new Promise((resolve) => listener.once('message', resolve));
    const pinged = new Promise((resolve) => listener.once('ping', (seq) => resolve(String(seq))));
    pass(limits.socketPingMs);
    expect(await pinged).toBe('8');
    pass(limits.socketSilentMs);
    await over.came;
  });

  it('whose other end answers pings lives on', async () => {
    const { deps, pass } = toldDeps();
    const alive = await rawSocket(await open({ deps }));
    for (let n = 0; n < 5; n += 1) {
      const pinged = new Promise((resolve) => alive.once('ping', resolve));
      pass(limits.socketPingMs);
      await pinged;
      const answered = new Promise((resolve) => alive.once('message', resolve));
      alive.send(JSON.stringify({ header: { messageId: 'one' } }));
      await answered;
    }
    expect(alive.readyState).toBe(alive.OPEN);
  });
});

describe('of two bindings', () => {
  const both = (host: string) => ({ ...wayTo('http', host), socket: wayTo('websocket', host).address });

  /** Another's socket: what it does with whoever wants one, and with each frame. */
  const otherSocket = async (take: () => boolean, heard: (socket: WebSocket, bytes: unknown) => void): Promise<string> => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'dtf.v1', verifyClient: take });
    closing.push(() => {
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
