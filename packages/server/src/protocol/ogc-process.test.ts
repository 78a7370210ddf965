import { createServer, type RequestListener } from 'node:http';
import { limits } from '@cityweave/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createFarFetch } from './far-fetch.ts';
import { describeProcess, dismissJob, executeProcess, jobResults, jobStatus } from './ogc-process.ts';

const far = createFarFetch();
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const { signal } = new AbortController();

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  return `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}/processes/one`;
};

type Told = { readonly status?: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** Answers with this, and remembers what was asked. */
const telling = async (told: Told) => {
  const asked: { readonly method: string; readonly url: string; readonly prefer: string | undefined; readonly body: string }[] = [];
  const address = await serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({
        method: request.method ?? '',
        url: request.url ?? '',
        prefer: String(request.headers['prefer'] ?? ''),
        body: String(Buffer.concat(chunks)),
      });
      response.writeHead(told.status ?? 200, { 'content-type': 'application/json', ...told.headers });
      response.end(typeof told.body === 'string' ? told.body : JSON.stringify(told.body ?? {}));
    });
  });
  return { address, asked };
};

const execute = (address: string, inBackground = false) => executeProcess(far, { address, inputs: { a: 1 }, outputs: ['b'], inBackground, signal });

describe('a process', () => {
  it('is described with its inputs, which are needed once where nothing else is said', async () => {
    const { address } = await telling({ body: { id: 'one', inputs: { a: { schema: { type: 'number' } } }, outputs: {} } });
    expect(await describeProcess(far, { address, signal })).toMatchObject({
      ok: true,
      value: { inputs: { a: { minOccurs: 1, maxOccurs: 1 } }, jobControlOptions: [] },
    });
  });

  it.each([{ body: '<html>' }, { body: [] }, { body: { id: 1 } }])('that is described by $body is malformed', async ({ body }) => {
    const { address } = await telling({ body });
    expect(await describeProcess(far, { address, signal })).toMatchObject({ ok: false, problem: { kind: 'malformed' } });
  });

  it('is executed at once: values are taken out of what stands beside them, and only what is wanted is asked for', async () => {
    const { address, asked } = await telling({ body: { b: { value: [1, 2], mediaType: 'application/json' }, c: { value: 1, more: 2 } } });
    expect(await execute(`${address}/`)).toEqual({ ok: true, value: { outputs: { b: [1, 2], c: { value: 1, more: 2 } } } });
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/processes/one/execution', prefer: '' });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ inputs: { a: 1 }, outputs: { b: { transmissionMode: 'value' } }, response: 'document' });
  });

  it('in the background is a job at its address, asked after, read and dismissed there', async () => {
    const { address, asked } = await telling({ status: 201, headers: { location: '/jobs/7' }, body: { status: 'running', progress: 40 } });
    const executed = await execute(address, true);
    const job = executed.ok && 'job' in executed.value ? executed.value.job : new URL('http://none.example');
    expect([asked[0]?.prefer, job.pathname]).toEqual(['respond-async', '/jobs/7']);
    expect(await jobStatus(far, { address: job, signal })).toEqual({ ok: true, value: { status: 'running', progress: 40 } });
    await jobResults(far, { address: job, signal });
    await dismissJob(far, { address: job, signal });
    expect(asked.slice(1).map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /jobs/7', 'GET /jobs/7/results', 'DELETE /jobs/7']);
  });

  it('never leads to a job of another host', async () => {
    const { address } = await telling({ status: 201, headers: { location: 'http://127.0.0.1:1/jobs/7' } });
    expect(await execute(address, true)).toMatchObject({ ok: false, problem: { kind: 'malformed', path: 'location' } });
  });

  it.each([
    { status: 400, kind: 'badInput' },
    { status: 422, kind: 'badInput' },
    { status: 404, kind: 'notFound' },
    { status: 500, kind: 'unavailable' },
  ])('that refuses with $status says why', async ({ status, kind }) => {
    const { address } = await telling({ status, body: { title: 'InvalidParameterValue', detail: 'a is too small' } });
    expect(await execute(address)).toMatchObject({ ok: false, problem: { kind, found: 'a is too small' } });
  });

  it('that says more than exchangeDataBytesMax is not read to its end', async () => {
    const { address } = await telling({ body: JSON.stringify({ b: 'x'.repeat(limits.exchangeDataBytesMax) }) });
    expect(await execute(address)).toMatchObject({ ok: false, problem: { kind: 'tooLarge', limit: limits.exchangeDataBytesMax } });
  });

  it('of a job in a state that no job has is malformed', async () => {
    const { address } = await telling({ body: { status: 'dreaming' } });
    expect(await jobStatus(far, { address, signal })).toMatchObject({ ok: false, problem: { kind: 'malformed', path: 'status' } });
  });
});
