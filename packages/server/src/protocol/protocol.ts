/**
 * Protocol adaptation (PA-FE): what carries the exchange, whichever it is: a message out and its answer in, a stream of events in.
 */
import type { Priority, Result } from '@cityweave/core';

/** Over HTTP at its address, or over its socket where it has one. */
export type Way = { readonly address: string; readonly socket?: string | undefined };

export type Sending = Way & {
  readonly text: string;
  /** by which its answer is known among others of the same socket; without it only HTTP can carry it */
  readonly messageId?: string | undefined;
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly signal?: AbortSignal | undefined;
  /** among what waits for the same address; and what it may not overtake there */
  readonly priority?: Priority | undefined;
  readonly conversation?: string | undefined;
};

export type Streaming = Way & {
  readonly lastEventId?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly eventBytesMax: number;
  readonly silentMs: number;
  readonly signal: AbortSignal;
};

export type StreamedEvent = { readonly id: string | undefined; readonly type: string; readonly text: string };

export type Protocol = {
  /** One message, one answer, as parsed JSON. */
  readonly send: (sending: Sending) => Promise<Result<unknown>>;
  /** Messages to an address that wait for a connection now. */
  readonly waiting: (address: string) => number;
  /** A small document of a peer that is not known yet. */
  readonly fetchDocument: (asked: { readonly address: string; readonly timeoutMs: number }) => Promise<Result<unknown>>;
  /** Events until the other side ends, the line breaks or nobody listens; the last item says why it ended. */
  readonly stream: (streaming: Streaming) => AsyncIterable<Result<StreamedEvent>>;
  readonly close: () => Promise<void>;
};
