/**
 * Listener: who opens a stream of events, whatever carries it: the subscription, the pass that shows whose it is, and the last event seen.
 */
import type { IncomingMessage } from 'node:http';
import { fail, ok, problem, type Result } from '@cityweave/core';
import type { StreamEvent } from '../exchange/stream-event.ts';
import type { MayListen } from '../trust/stream-pass.ts';

export type StreamRoom = {
  readonly stream: (id: string, after: number | undefined, signal: AbortSignal) => AsyncIterable<StreamEvent> | undefined;
  /** whether a pass shows that its bearer is the subscriber, and for how long */
  readonly mayListen: (id: string, pass: string | undefined) => Promise<Result<MayListen>>;
};

const lastSeen = ({ headers }: IncomingMessage): number | undefined => {
  const header = headers['last-event-id'];
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
};

async function* whileAllowed(events: AsyncIterable<StreamEvent>, isAllowed: MayListen): AsyncGenerator<StreamEvent> {
  for await (const event of events) {
    if (!isAllowed()) return;
    yield event;
  }
}

/** The events for whoever asks, where he shows that he is the subscriber, for as long as the key counts by which he showed it. */
export const openStream = async (room: StreamRoom, request: IncomingMessage, signal: AbortSignal): Promise<Result<AsyncIterable<StreamEvent>>> => {
  const id = new URL(request.url ?? '/', 'http://node').searchParams.get('subscription') ?? '';
  const allowed = await room.mayListen(id, /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1]);
  if (!allowed.ok) return allowed;
  const events = room.stream(id, lastSeen(request), signal);
  return events ? ok(whileAllowed(events, allowed.value)) : fail(problem('unknownSubscription', { found: id.slice(0, 80) }));
};
