/**
 * Far call: one request to a system of the agency and its answer in JSON, within a time and a number of bytes; what it may say of itself when it refuses.
 */
import { fail, ok, type Problem, problem, type Result } from '@cityweave/core';
import { type Dispatcher, errors, request } from 'undici';
import { traceNow } from '../trace.ts';

export type FarCall = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly address: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bytesMax: number;
  /** only whether it was done matters: the answer's body is not read */
  readonly isCommand?: boolean;
  readonly signal: AbortSignal;
};

export type FarAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** undefined where nothing came with it */
  readonly body: unknown;
  readonly bytes: number;
};

const subject = 'the interface of the agency';

const problemOfCause = (cause: unknown): Problem => {
  if (cause instanceof SyntaxError) return problem('malformed', { subject, accepted: 'JSON' });
  const isTimeout =
    cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError || (cause instanceof Error && cause.name === 'TimeoutError');
  return problem('unavailable', { subject, ...(isTimeout && { found: 'no answer in time' }) });
};

const readText = async (body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<Result<string>> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) return fail(problem('tooLarge', { subject, limit: bytesMax }));
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
};

const oneOfEach = (headers: Dispatcher.ResponseData['headers']): FarAnswer['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));

/** Whatever its status is; `malformed` where a success is no JSON. */
export const farCall = async (
  dispatcher: Dispatcher,
  { method, address, headers = {}, body, bytesMax, isCommand = false, signal }: FarCall,
): Promise<Result<FarAnswer>> => {
  try {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const traceparent = traceNow();
    const said = { ...(body !== undefined && { 'content-type': 'application/json' }), ...(traceparent !== undefined && { traceparent }), ...headers };
    const { statusCode, headers: told, body: answer } = await request(address, { method, dispatcher, signal, headers: said, ...content });
    if (isCommand) {
      await answer.dump();
      return ok({ statusCode, headers: oneOfEach(told), body: undefined, bytes: 0 });
    }
    const text = await readText(answer, bytesMax);
    if (!text.ok) return text;
    const isJson = statusCode < 300 || (told['content-type'] ?? '').includes('json');
    return ok({
      statusCode,
      headers: oneOfEach(told),
      body: isJson && text.value !== '' ? JSON.parse(text.value) : undefined,
      bytes: Buffer.byteLength(text.value),
    });
  } catch (cause) {
    return fail(problemOfCause(cause));
  }
};

export const isSuccess = ({ statusCode }: FarAnswer): boolean => statusCode >= 200 && statusCode < 300;

export const refusedWith = ({ statusCode }: Pick<FarAnswer, 'statusCode'>): Problem =>
  problem('unavailable', { subject, found: `status ${statusCode}`, accepted: '2xx' });

/** Within the host that the operator named: no answer leads this node elsewhere. */
export const within = (from: string | URL, href: string | undefined): URL | undefined => {
  const next = href === undefined ? undefined : URL.parse(href, from);
  return next && next.origin === new URL(from).origin ? next : undefined;
};
