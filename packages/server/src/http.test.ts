/**
 * The door of a node: bodies at their bound and beyond, what is no message, and streams that are taken as fast as they are read.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, limits, messageDepthMax, ok, problem } from '@cityweave/core';
import { afterEach, describe, expect, it } from 'vitest';
import type { StreamEvent } from './exchange/stream-event.ts';
import { answerTo, roomWith } from './http/trial-rooms.ts';
import { createHttp, type HttpRoom, type HttpServer } from './http.ts';

let server: HttpServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const open = async (changes: Partial<HttpRoom> = {}): Promise<string> => {
  server = createHttp(
    roomWith({ answer: async () => ({ message: undefined, problem: problem('notFound') }), ready: async () => fail(problem('unavailable')), ...changes }),
  );
  const port = await server.listen('127.0.0.1', 0);
  return port.ok ? `http://127.0.0.1:${port.value}` : '';
};

const json = { 'content-type': 'application/json' };

const post = async (address: string, body: string, headers: Readonly<Record<string, string>> = json) => {
  const response = await fetch(new URL('/dtf/messages', address), { method: 'POST', headers, body });
  return { status: response.status, told: await response.json() };
};

describe('views', () => {
  const get = async (address: string, path: string) => {
    const response = await fetch(new URL(path, address));
    return { status: response.status, told: await response.json() };
  };

  it('are asked for by name, with a page of at most discoverPageMax, and nothing else', async () => {
    const asked: unknown[] = [];
    const views: HttpRoom['views'] = async (name, { signal: _, ...page }) => {
      asked.push({ name, ...page });
      return ok({ objects: [{ id: 'one' }], total: 2, next: 'one' });
    };
    const address = await open({ views });
    expect(await get(address, '/dtf/twins')).toEqual({ status: 200, told: { objects: [{ id: 'one' }], total: 2, next: 'one' } });
    await get(address, `/dtf/connections?limit=${limits.discoverPageMax}&cursor=one`);
    expect(asked).toEqual([
      { name: 'twins', limit: limits.discoverPageDefault },
      { name: 'connections', limit: limits.discoverPageMax, cursor: 'one' },
    ]);
    expect(await get(address, `/dtf/twins?limit=${limits.discoverPageMax + 1}`)).toMatchObject({ status: 400, told: { limit: limits.discoverPageMax } });
    const long = (characters: number) => get(address, `/dtf/features?cursor=${'x'.repeat(characters)}`);
    expect([(await long(limits.idCharactersMax)).status, (await long(limits.idCharactersMax + 1)).status]).toEqual([200, 400]);
    for (const wrong of ['limit=0', 'limit=many', 'limit=-1', 'first=3']) expect((await get(address, `/dtf/features?${wrong}`)).status).toBe(400);
    expect((await get(address, '/dtf/agreements')).status).toBe(404);
    expect((await fetch(new URL('/dtf/twins', address), { method: 'POST' })).status).toBe(405);
  });
});

describe('messages', () => {
  it('are answered with 202 where work goes on, and with 200 where it is done, in whole or in part', async () => {
    for (const [status, code] of [
      ['accepted', 202],
      ['success', 200],
      ['partial', 200],
    ] as const) {
      const address = await open({ answer: async (asked) => ({ message: answerTo(asked, '', status), problem: undefined }) });
      expect((await post(address, '{"header":{}}')).status).toBe(code);
      await server?.close();
    }
  });

  it('a body of exchangeDataBytesMax is heard, one byte more is refused with the bound', async () => {
    const heard: number[] = [];
    const address = await open({
      answer: async (_, _signal, bytes) => {
        heard.push(bytes);
        return { message: undefined, problem: problem('notFound') };
      },
    });
    const text = (bytes: number) => `"${' '.repeat(bytes - 2)}"`;
    expect((await post(address, text(limits.exchangeDataBytesMax))).status).toBe(404);
    expect(heard).toEqual([limits.exchangeDataBytesMax]);
    const refused = await post(address, text(limits.exchangeDataBytesMax + 1));
    expect(refused).toMatchObject({ status: 413, told: { limit: limits.exchangeDataBytesMax } });
    expect(heard.length).toBe(1);
  });

  it('what is no JSON, or nested deeper than a message may be, never reaches the desk', async () => {
    const address = await open();
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect((await post(address, '<html>')).status).toBe(400);
    expect((await post(address, nested(messageDepthMax))).status).toBe(404);
    expect((await post(address, nested(messageDepthMax + 2))).status).toBe(400);
    expect((await post(address, nested(1_000_000))).status).toBe(400);
  });

  it('what is said as anything but JSON, as a page of elsewhere might, or is compressed, never reaches the desk', async () => {
    const address = await open();
    const kindOf = async (headers: Readonly<Record<string, string>>) => (await post(address, '{}', headers)).told;
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16'])
      expect(await kindOf({ 'content-type': type })).toMatchObject({ status: 415, code: 'DTF-110', found: type, accepted: 'application/json' });
    expect(await kindOf({ ...json, 'content-encoding': 'gzip' })).toMatchObject({ status: 415, found: 'gzip' });
    expect(await kindOf({ 'content-type': 'application/json; charset=utf-8' })).toMatchObject({ status: 404 });
  });

  it('says who is ready, and refuses another method or path as such', async () => {
    const address = await open();
    const statusOf = async (path: string, method = 'GET') => (await fetch(new URL(path, address), { method })).status;
    expect(await statusOf('/health/live')).toBe(200);
    expect(await statusOf('/health/ready')).toBe(503);
    expect(await statusOf('/dtf/messages')).toBe(405);
    expect(await statusOf('/nowhere')).toBe(404);
  });
});

describe('the description of the bindings', () => {
  const described = JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/schema/bindings.openapi.json'), 'utf8'));

  it('says as what a request is refused that is no message, or asks for what is not there', async () => {
    const address = await open({ mayListen: async () => fail(problem('notAuthenticated')) });
    const asked = {
      '/dtf/messages': { method: 'POST', headers: json, body: 'no message' },
      '/dtf/events': {},
      '/dtf/twins?limit=0': {},
      '/dtf/connections?other=1': {},
    };
    for (const [path, init] of Object.entries(asked)) {
      const response = await fetch(new URL(path, address), init);
      const [operation] = Object.values<{ responses: { default: { content: Record<string, unknown> } } }>(described.paths[path.split('?')[0] ?? '']);
      expect(Object.keys(operation?.responses.default.content ?? {})).toContain(response.headers.get('content-type'));
      const told = await response.json();
      expect(Object.keys(told)).toEqual(expect.arrayContaining(described.components.schemas.problem.required));
      expect(told.status).toBe(response.status);
    }
  });
});

describe('streams', () => {
  it('are opened with the pass of their subscriber and refused without', async () => {
    const shown: (string | undefined)[] = [];
    const mayListen: HttpRoom['mayListen'] = async (_, pass) => {
      shown.push(pass);
      return fail(problem('notAuthenticated'));
    };
    const address = await open({ mayListen });
    for (const headers of [{}, { authorization: 'Bearer a.b.c' }, { authorization: 'Basic abc' }])
      expect((await fetch(new URL('/dtf/events?subscription=one', address), { headers })).status).toBe(401);
    expect(shown).toEqual([undefined, 'a.b.c', undefined]);
  });

  it('an unknown subscription is 404', async () => {
    const address = await open();
    expect((await fetch(new URL('/dtf/events?subscription=none', address))).status).toBe(404);
  });

  it('events carry their sequence, and whoever comes back says which was the last', async () => {
    const asked: (number | undefined)[] = [];
    async function* events(): AsyncGenerator<StreamEvent> {
      yield { type: 'message', id: '8', text: '{}' };
      yield { type: 'heartbeat', id: '8', text: '9' };
    }
    const address = await open({
      stream: (_, after) => {
        asked.push(after);
        return events();
      },
      ready: async () => ok(true),
    });
    const response = await fetch(new URL('/dtf/events?subscription=one', address), { headers: { 'last-event-id': '7' } });
    expect(await response.text()).toBe('event: message\nid: 8\ndata: {}\n\nevent: heartbeat\nid: 8\ndata: 9\n\n');
    expect(asked).toEqual([7]);
  });

  it('the next event is made only when the last ones were taken, and none when nobody listens any more', async () => {
    let made = 0;
    let ended: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const text = 'x'.repeat(1024 * 1024);
    async function* endless(signal: AbortSignal): AsyncGenerator<StreamEvent> {
      while (!signal.aborted) {
        made += 1;
        yield { type: 'message', id: String(made), text };
      }
      ended();
    }
    const address = await open({ stream: (_, _after, signal) => endless(signal) });
    const listener = new AbortController();
    const response = await fetch(new URL('/dtf/events?subscription=one', address), { signal: listener.signal });
    const reader = response.body?.getReader();
    for (let bytes = 0; bytes < 8 * text.length; ) bytes += (await reader?.read())?.value?.length ?? Number.POSITIVE_INFINITY;
    // What sockets and buffers between the two hold is a few megabytes, never the stream.
    expect(made).toBeLessThan(100);
    listener.abort();
    await over;
  });
});
