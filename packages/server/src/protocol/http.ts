/**
 * HTTP, the asking end: a message is posted and its answer read; events come as server-sent ones.
 */
import { fail, limits, ok, type Problem, problem, type Result } from '@cityweave/core';
import { createParser } from 'eventsource-parser';
import { Agent, type Dispatcher, errors, request } from 'undici';
import type { Protocol, Sending, StreamedEvent, Streaming } from './protocol.ts';
import { createTurns } from './turns.ts';

export const connectionsPerPeerMax = 8;
const connectTimeoutMs = 1_000;

const problemOfCause = (cause: unknown): Problem => {
  if (cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError || cause instanceof errors.ConnectTimeoutError)
    return problem('timedOut');
  if (cause instanceof Error && (cause.name === 'AbortError' || cause.name === 'TimeoutError'))
    return problem(cause.name === 'TimeoutError' ? 'timedOut' : 'cancelled');
  return problem('unreachable');
};

/** The body as text, refused beyond its bound without reading on. */
const readBody = async (body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<Result<string>> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) return fail(problem('tooLarge', { subject: 'answer', limit: bytesMax }));
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
};

export const parseJson = (text: string): Result<unknown> => {
  try {
    return ok(JSON.parse(text));
  } catch {
    return fail(problem('malformed', { subject: 'answer', accepted: 'JSON' }));
  }
};

/** Where the asker's own signal ends the wait, no second clock is started. */
const signalOf = (timeoutMs: number, signal: AbortSignal | undefined): AbortSignal => {
  if (signal && !Number.isFinite(timeoutMs)) return signal;
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  return signal ? AbortSignal.any([timeout, signal]) : timeout;
};

type Posting = Pick<Sending, 'address' | 'text' | 'bytesMax'> & { readonly dispatcher: Agent; readonly signal: AbortSignal };

const post = async ({ dispatcher, address, text, bytesMax, signal }: Posting): Promise<Result<unknown>> => {
  try {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const { body } = await request(address, { method: 'POST', headers, body: text, dispatcher, signal });
    const read = await readBody(body, bytesMax);
    return read.ok ? parseJson(read.value) : read;
  } catch (cause) {
    return fail(problemOfCause(cause));
  }
};

/** Messages to one address go over so many connections; what waits for one goes by its priority. */
const createOutbox = (dispatcher: Agent): Pick<Protocol, 'send' | 'waiting'> => {
  const inTurn = createTurns(connectionsPerPeerMax);
  const send: Protocol['send'] = async ({ timeoutMs, priority, conversation, ...sending }) => {
    const signal = signalOf(timeoutMs, sending.signal);
    const sent = await inTurn({ line: sending.address, priority, conversation, signal }, () => post({ ...sending, dispatcher, signal }));
    if (sent) return sent;
    return fail(signal.aborted ? problemOfCause(signal.reason) : problem('overloaded', { subject: 'messages to one address', limit: limits.turnsWaitingMax }));
  };
  return { send, waiting: inTurn.waiting };
};

const documentBytesMax = 64 * 1024;

const fetchDocument = async (dispatcher: Agent, { address, timeoutMs }: { readonly address: string; readonly timeoutMs: number }): Promise<Result<unknown>> => {
  try {
    const { body } = await request(address, { dispatcher, signal: signalOf(timeoutMs, undefined) });
    const read = await readBody(body, documentBytesMax);
    return read.ok ? parseJson(read.value) : read;
  } catch (cause) {
    return fail(problemOfCause(cause));
  }
};

/** Events of one chunk; what a parser keeps back of an event is bounded by `eventBytesMax`. */
async function* events(body: Dispatcher.ResponseData['body'], eventBytesMax: number): AsyncGenerator<Result<StreamedEvent>> {
  const ready: StreamedEvent[] = [];
  const parser = createParser({ onEvent: ({ id, event, data }) => ready.push({ id, type: event ?? 'message', text: data }) });
  const decoder = new TextDecoder();
  let waiting = 0;
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    waiting = ready.length > 0 ? 0 : waiting + chunk.length;
    if (waiting > eventBytesMax) return yield fail(problem('tooLarge', { subject: 'event', limit: eventBytesMax }));
    for (const event of ready.splice(0)) yield ok(event);
  }
}

const refusals: Readonly<Record<number, Problem['kind']>> = { 401: 'notAuthenticated', 404: 'unknownSubscription' };

async function* stream(
  dispatcher: Agent,
  { address, lastEventId, headers, eventBytesMax, silentMs, signal }: Streaming,
): AsyncGenerator<Result<StreamedEvent>> {
  try {
    const asked = { accept: 'text/event-stream', ...headers, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
    const { statusCode, body } = await request(address, { headers: asked, dispatcher, signal, headersTimeout: silentMs, bodyTimeout: silentMs });
    if (statusCode !== 200) {
      await body.dump();
      return yield fail(problem(refusals[statusCode] ?? 'unreachable'));
    }
    yield* events(body, eventBytesMax);
    yield fail(problem('interrupted'));
  } catch (cause) {
    yield fail(problemOfCause(cause));
  }
}

export const createHttpProtocol = (): Protocol => {
  const bounds = { connectTimeout: connectTimeoutMs, keepAliveTimeout: 30_000, pipelining: 1 };
  const dispatcher = new Agent({ ...bounds, connections: connectionsPerPeerMax });
  // lines that stay open take no place from messages
  const lines = new Agent(bounds);
  return {
    ...createOutbox(dispatcher),
    fetchDocument: (asked) => fetchDocument(lines, asked),
    stream: (streaming) => stream(lines, streaming),
    close: async () => {
      await Promise.all([dispatcher.destroy(), lines.destroy()]);
    },
  };
};
