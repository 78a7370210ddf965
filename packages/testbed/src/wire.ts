/**
 * Wire: what really goes over the lines of this process: the bytes that its client sockets receive, and the sockets of the exchange that were opened.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

export type Wire = Disposable & {
  /** Everything received while `work` is done, by sockets opened since this wire was laid. */
  readonly receivedDuring: (work: () => Promise<unknown>) => Promise<string>;
  /** `host:port/path` of every WebSocket that was asked for */
  readonly sockets: readonly string[];
};

export const listenIn = (): Wire => {
  let chunks: string[] | undefined;
  const sockets: string[] = [];
  const connected = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket }; // branding: what the channel carries
    socket.on('data', (chunk: Buffer) => chunks?.push(String(chunk)));
  };
  const asked = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest }; // branding: as above
    if (request.getHeader('upgrade') !== undefined) sockets.push(`${request.getHeader('host')}${request.path}`);
  };
  subscribe('net.client.socket', connected);
  subscribe('http.client.request.start', asked);
  return {
    sockets,
    receivedDuring: async (work) => {
      const mine: string[] = [];
      chunks = mine;
      await work();
      chunks = undefined;
      return mine.join('');
    },
    [Symbol.dispose]: () => {
      unsubscribe('net.client.socket', connected);
      unsubscribe('http.client.request.start', asked);
    },
  };
};
