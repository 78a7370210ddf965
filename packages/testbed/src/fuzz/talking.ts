/**
 * Talking: what is said on one bare connection that asks to become a WebSocket, byte for byte, and what is heard there until enough came or it is over.
 */
import { connect } from 'node:net';
import { frame, opcodes, readFrame } from './frame.ts';

export type Talk = {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** said once the socket is open */
  readonly chunks: readonly Buffer[];
  /** how many frames of text are waited for; without a number, until it is over */
  readonly answers?: number | undefined;
  /** goes when everything was said: politely, or not */
  readonly leave?: 'end' | 'reset' | undefined;
  /** gives no sign of life */
  readonly isMute?: boolean | undefined;
};

export type Heard = {
  /** of the answer to the request; 0 where none came */
  readonly status: number;
  /** what came with a refusal */
  readonly body: string;
  readonly texts: readonly string[];
};

const headEnd = '\r\n\r\n';

const requestOf = ({ origin, path, headers }: Talk): string => {
  const lines = Object.entries({ Host: new URL(origin).host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${path} HTTP/1.1`, ...lines].join('\r\n') + headEnd;
};

/** Takes bytes in as they come, and says what they are so far. */
const createEar = (pong: (payload: Buffer) => void) => {
  let bytes: Buffer = Buffer.alloc(0);
  let [status, head, isClosed] = [0, '', false];
  const texts: string[] = [];
  const readHead = (): void => {
    const at = bytes.indexOf(headEnd);
    if (at < 0) return;
    head = bytes.toString('latin1', 0, at);
    status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
    bytes = bytes.subarray(at + headEnd.length);
  };
  const readFrames = (): void => {
    for (let read = readFrame(bytes); read; read = readFrame(bytes)) {
      bytes = read.rest;
      if (read.opcode === opcodes.text) texts.push(String(read.payload));
      if (read.opcode === opcodes.ping) pong(read.payload);
      isClosed ||= read.opcode === opcodes.close;
    }
  };
  /** A refusal may leave the connection open for the next request. */
  const isRefused = (): boolean => {
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    if (status === 0 || status === 101) return false;
    return length === undefined ? bytes.subarray(-5).toString('latin1') === '0\r\n\r\n' : bytes.length >= Number(length);
  };
  return {
    take: (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (status === 0) readHead();
      if (status === 101) readFrames();
    },
    isOver: () => isClosed || isRefused(),
    heard: (): Heard => ({ status, body: status === 101 ? '' : String(bytes), texts }),
  };
};

export const converse = (talk: Talk, patienceMs: number): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(talk.origin);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const ear = createEar((payload) => {
      if (!talk.isMute) socket.write(frame({ opcode: opcodes.pong, payload }));
    });
    const patience = setTimeout(() => {
      socket.destroy();
      reject(new Error(`${JSON.stringify(ear.heard()).slice(0, 300)} within ${patienceMs} ms`));
    }, patienceMs);
    const over = (): void => {
      clearTimeout(patience);
      socket.destroy();
      resolve(ear.heard());
    };
    const speak = (): void => {
      for (const chunk of talk.chunks) socket.write(chunk);
      if (talk.leave === 'end') socket.end();
      if (talk.leave === 'reset') socket.write('', () => socket.resetAndDestroy());
    };
    let hasSpoken = false;
    socket.write(requestOf(talk));
    socket.on('data', (chunk) => {
      ear.take(chunk);
      const { status, texts } = ear.heard();
      if (status === 101 && !hasSpoken) {
        hasSpoken = true;
        speak();
      }
      if (ear.isOver() || (talk.answers !== undefined && texts.length >= talk.answers)) over();
    });
    socket.on('end', over).on('error', over).on('close', over);
  });
