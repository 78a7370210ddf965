/**
 * HTTP over a real line: messages that wait for a connection go by their priority; a source of events that says nothing, not even a heartbeat, is given up after its
 * time and not before.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limits } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { connectionsPerPeerMax, createHttpProtocol } from './http.ts';
import type { Sending } from './protocol.ts';

/** What a listener heard of a source that does this with each request, and for how long it listened. */
const heard = async (answer: (response: ServerResponse) => void) => {
  const server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // branding: it listens at a port
  const protocol = createHttpProtocol();
  const asked = { address: `http://127.0.0.1:${port}/`, eventBytesMax: limits.exchangeDataBytesMax, silentMs: limits.streamSilentMs };
  const from = performance.now();
  const items: string[] = [];
  for await (const item of protocol.stream({ ...asked, signal: new AbortController().signal })) items.push(item.ok ? item.value.text : item.problem.kind);
  const ms = performance.now() - from;
  await protocol.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { items, ms };
};

const begin = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: one\n\n');
};

/** The clock of the line looks about once a second, and a busy machine is late; what gives nothing up waits for five minutes. */
const [soonerMs, laterMs] = [1_500, 30_000];

describe('a stream of events', () => {
  it('that goes silent is given up after streamSilentMs, with what it said before', async () => {
    const { items, ms } = await heard(begin);
    expect(items).toEqual(['one', 'timedOut']);
    expect(ms).toBeGreaterThanOrEqual(limits.streamSilentMs - soonerMs);
    expect(ms).toBeLessThan(limits.streamSilentMs + laterMs);
  });

  it('that never begins is given up as well', async () => {
    const { items, ms } = await heard(() => undefined);
    expect(items).toEqual(['timedOut']);
    expect(ms).toBeLessThan(limits.streamSilentMs + laterMs);
  });

  it('that ends is told as interrupted, one that is unknown as that', async () => {
    const ended = await heard((response) => {
      begin(response);
      response.end();
    });
    expect(ended.items).toEqual(['one', 'interrupted']);
    expect((await heard((response) => response.writeHead(404).end())).items).toEqual(['unknownSubscription']);
  });
});

/** A server that holds each message until it is let go; what it heard, in order. */
const holding = async () => {
  const [heard, held]: [string[], ServerResponse[]] = [[], []];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      heard.push(text);
      held.push(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // branding: it listens at a port
  const protocol = createHttpProtocol();
  const sending = { address: `http://127.0.0.1:${port}/`, timeoutMs: 30_000, bytesMax: limits.controlMessageBytesMax };
  return {
    heard,
    letGo: () => held.shift()?.end('{}'),
    send: (text: string, more: Partial<Sending> = {}) => protocol.send({ ...sending, text, ...more }),
    [Symbol.asyncDispose]: async () => {
      await protocol.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

describe('messages to one address', () => {
  it('go over connectionsPerPeerMax connections; what waits for one goes by its priority, and in its conversation as it was said', async () => {
    await using line = await holding();
    const first = Array.from({ length: connectionsPerPeerMax }, (_, at) => line.send(`first ${at}`));
    await expect.poll(() => line.heard.length).toBe(connectionsPerPeerMax);
    const waiting = [
      line.send('low', { priority: 'low' }),
      line.send('normal'),
      line.send('begun', { priority: 'low', conversation: 'one' }),
      line.send('ended', { priority: 'emergency', conversation: 'one' }),
      line.send('high', { priority: 'high' }),
    ];
    for (let heard = connectionsPerPeerMax + 1; heard <= connectionsPerPeerMax + waiting.length; heard += 1) {
      line.letGo();
      await expect.poll(() => line.heard.length).toBe(heard);
    }
    expect(line.heard.slice(connectionsPerPeerMax)).toEqual(['begun', 'ended', 'high', 'normal', 'low']);
    while (line.letGo());
    expect((await Promise.all([...first, ...waiting])).every(({ ok }) => ok)).toBe(true);
  });

  it('of which turnsWaitingMax wait are refused; one that waits is given up in its time, and by who asks', async () => {
    await using line = await holding();
    const leaving = new AbortController();
    const all = Array.from({ length: connectionsPerPeerMax + limits.turnsWaitingMax - 1 }, () => line.send('one', { signal: leaving.signal }));
    expect(await line.send('late', { timeoutMs: 1 })).toMatchObject({ ok: false, problem: { kind: 'timedOut' } });
    const last = line.send('one', { signal: leaving.signal });
    expect(await line.send('one more')).toMatchObject({ ok: false, problem: { kind: 'overloaded', limit: limits.turnsWaitingMax } });
    leaving.abort();
    const told = await Promise.all([...all, last]);
    expect(told.every((one) => !one.ok && one.problem.kind === 'cancelled')).toBe(true);
  });
});
