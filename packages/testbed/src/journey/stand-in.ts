/**
 * StandIn: somebody at the address of an agency who hangs, or answers garbage; it counts who gave up waiting for it.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

export type Answering = (request: Record<string, unknown>, response: ServerResponse) => void;

export type StandIn = AsyncDisposable & {
  readonly answer: (how: Answering) => void;
  /** questions that are waiting now */
  readonly waiting: () => number;
};

export const hang: Answering = () => undefined;

export const say =
  (text: string): Answering =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  };

/** Never more than what the other side takes, and no end before `bytes`. */
export const flood =
  (bytes: number): Answering =>
  (_, response) => {
    const chunk = ' '.repeat(1024 * 1024);
    let left = bytes;
    const more = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
      response.end();
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    more();
  };

export const standIn = async (address: string): Promise<StandIn> => {
  let answering = hang;
  let waiting = 0;
  const server = createServer((request, response) => {
    waiting += 1;
    response.once('close', () => {
      waiting -= 1;
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answering(JSON.parse(Buffer.concat(chunks).toString() || '{}'), response));
  });
  server.listen(Number(new URL(address).port), '127.0.0.1');
  await once(server, 'listening');
  return {
    answer: (how) => {
      answering = how;
    },
    waiting: () => waiting,
    [Symbol.asyncDispose]: async () => {
      const over = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await over;
    },
  };
};
