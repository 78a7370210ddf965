import { createServer, type RequestListener } from 'node:http';
import { limits } from '@cityweave/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createFarFetch, type FarAsked } from './far-fetch.ts';

const far = createFarFetch();
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}/items`;
};

const ask = (address: string, changes: Partial<FarAsked> = {}) =>
  far.records({
    protocol: 'ogc-api-features',
    address,
    recordsMax: limits.farRecordsMax,
    bytesMax: limits.exchangeDataBytesMax,
    timeoutMs: limits.farFetchMs,
    signal: new AbortController().signal,
    ...changes,
  });

const feature = (n: number) => ({ type: 'Feature', properties: { n }, geometry: null });
const page = (features: readonly unknown[], next?: string) =>
  JSON.stringify({ type: 'FeatureCollection', features, links: next === undefined ? [] : [{ rel: 'next', href: next }] });

describe('the records of an interface', () => {
  it('are fetched page by page, within the bounds of farRecordsMax and bytes', async () => {
    const address = await serve((request, response) => {
      const at = Number(new URL(request.url ?? '', 'http://x').searchParams.get('at') ?? 0);
      response.end(page([feature(at)], at < 4 ? `?at=${at + 1}` : undefined));
    });
    expect(await ask(address)).toMatchObject({ ok: true, value: [0, 1, 2, 3, 4].map(feature) });
    expect(await ask(address, { recordsMax: 5 })).toMatchObject({ ok: true });
    expect(await ask(address, { recordsMax: 4 })).toMatchObject({ ok: false, problem: { kind: 'tooLarge', limit: 4 } });
    expect(await ask(address, { bytesMax: 200 })).toMatchObject({ ok: false, problem: { kind: 'tooLarge', limit: 200 } });
  });

  it('never lead to another host, nor round in circles', async () => {
    const asked: string[] = [];
    const elsewhere = await serve((_request, response) => {
      asked.push('elsewhere');
      response.end(page([]));
    });
    const address = await serve((request, response) => {
      asked.push('here');
      response.end(page([feature(1)], request.url?.includes('circle') ? request.url : elsewhere));
    });
    expect(await ask(address)).toMatchObject({ ok: true, value: [feature(1)] });
    expect(await ask(`${address}?circle=1&limit=1`)).toMatchObject({ ok: true, value: [feature(1)] });
    expect(asked).toEqual(['here', 'here']);
  });

  it('of NGSI-LD are followed by the Link header', async () => {
    const address = await serve((request, response) => {
      const isFirst = !request.url?.includes('offset');
      response.setHeader('link', isFirst ? '</items?offset=1>; rel="next"' : '');
      response.end(JSON.stringify([{ id: isFirst ? 'a' : 'b', type: 'T' }]));
    });
    expect(await ask(address, { protocol: 'ngsi-ld' })).toMatchObject({ ok: true, value: [{ id: 'a' }, { id: 'b' }] });
  });

  it.each([
    { what: 'no JSON', statusCode: 200, text: '<html>', kind: 'malformed' },
    { what: 'no collection', statusCode: 200, text: '{"type":"Feature"}', kind: 'malformed' },
    { what: 'a refusal', statusCode: 500, text: '{}', kind: 'unavailable' },
  ])('that are $what are told as such', async ({ statusCode, text, kind }) => {
    const address = await serve((_request, response) => {
      response.statusCode = statusCode;
      response.end(text);
    });
    expect(await ask(address)).toMatchObject({ ok: false, problem: { kind } });
  });

  it('that never come, or from nobody, are unavailable within farFetchMs', async () => {
    const silent = await serve(() => undefined);
    expect(await ask(silent, { timeoutMs: 50 })).toMatchObject({ ok: false, problem: { kind: 'unavailable' } });
    expect(await ask('http://127.0.0.1:1/items')).toMatchObject({ ok: false, problem: { kind: 'unavailable' } });
  });
});
