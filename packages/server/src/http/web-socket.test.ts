/**
 * A WebSocket between nodes: whom it is for, what it carries at a time, and when it ends.
 */
import { limits } from '@cityweave/core';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { StreamEvent } from '../exchange/stream-event.ts';
import type { HttpRoom } from '../http.ts';
import type { Sending } from '../protocol/protocol.ts';
import { answerTo, kindOf, moment, openTrialRooms, refusalOf, sending, toldDeps, wayTo } from './trial-rooms.ts';

const { open, speak, onClose, close } = openTrialRooms();
afterEach(close);

const rawSocket = async (host: string, protocol = 'dtf.v1', headers: Readonly<Record<string, string>> = {}): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://${host}/dtf/messages`, protocol, { headers });
  onClose(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
};

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
    const unread: string[] = [];
    const address = await open({
      answer: async (asked, _, bytes) => {
        heard.push(bytes);
        return { message: answerTo(asked), problem: undefined };
      },
      unread: ({ kind }) => void unread.push(kind),
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
    expect(unread).toEqual(['tooLarge']);
  });

  it('what is no message gets its problem in a frame', async () => {
    const unread: string[] = [];
    const socket = await rawSocket(await open({ unread: ({ kind }) => void unread.push(kind) }));
    const next = (): Promise<unknown> => new Promise((resolve) => socket.once('message', (bytes) => resolve(JSON.parse(String(bytes)))));
    for (const text of ['<html>', '', '['.repeat(100_000)]) {
      const told = next();
      socket.send(text);
      expect(await told).toMatchObject({ status: 400, code: 'DTF-100' });
    }
    expect(unread).toEqual(['malformed', 'malformed', 'malformed']);
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
    // more at once than may wait at a port would be refused by the machine
    const atOnce = 64;
    for (let opened = 0; opened < limits.socketsMax; opened += atOnce)
      await Promise.all(Array.from({ length: Math.min(atOnce, limits.socketsMax - opened) }, () => rawSocket(address)));
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
    onClose(() => listener.terminate());
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
