/**
 * Sending: one request over a connection of its own, and whatever comes back, also where the other side stops listening before all was said.
 */
import { request } from 'node:http';

export type Sent = { readonly address: string; readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body?: Buffer | string };

export type Came = { readonly status: number; readonly type: string; readonly text: string };

const textMax = 4 * 1024 * 1024;

/** A stream of events goes on; that it began is enough. */
const isStream = (type: string): boolean => type.includes('event-stream');

export const sendRaw = ({ address, method, headers, body }: Sent, patienceMs: number): Promise<Came> =>
  new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asking = request(address, { method, headers: { ...headers, ...length }, agent: false, signal: AbortSignal.timeout(patienceMs) });
    let came = false;
    asking.on('response', (response) => {
      came = true;
      const type = response.headers['content-type'] ?? '';
      const chunks: string[] = [];
      const done = (): void => {
        resolve({ status: response.statusCode ?? 0, type, text: chunks.join('').slice(0, textMax) });
        asking.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => void chunks.push(chunk));
      response.on('end', done).on('error', done);
      if (isStream(type)) done();
    });
    asking.on('error', (cause) => {
      if (!came) reject(cause);
    });
    asking.end(body);
  });
