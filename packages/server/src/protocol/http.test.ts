/**
 * A stream of events over a real line: a source that says nothing, not even a heartbeat, is given up after its time and not before.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limits } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { createHttpProtocol } from './http.ts';

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

/** The clock of the line looks about once a second. */
const slackMs = 1_500;

describe('a stream of events', () => {
  it('that goes silent is given up after streamSilentMs, with what it said before', async () => {
    const { items, ms } = await heard(begin);
    expect(items).toEqual(['one', 'timedOut']);
    expect(ms).toBeGreaterThanOrEqual(limits.streamSilentMs - slackMs);
    expect(ms).toBeLessThan(limits.streamSilentMs + slackMs);
  });

  it('that never begins is given up as well', async () => {
    const { items, ms } = await heard(() => undefined);
    expect(items).toEqual(['timedOut']);
    expect(ms).toBeLessThan(limits.streamSilentMs + slackMs);
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
