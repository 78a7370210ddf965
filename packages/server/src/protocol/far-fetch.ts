/**
 * Far fetch: all records of an agency's own interface, page by page: OGC API Features by its `next` links, NGSI-LD by its `Link` header. Never beyond the bounds, never to another host.
 */
import { fail, limits, ok, type Problem, problem, type Result } from '@cityweave/core';
import { Agent, type Dispatcher, errors, request } from 'undici';

export type FarAsked = {
  readonly protocol: 'ogc-api-features' | 'ngsi-ld';
  readonly address: string;
  /** of NGSI-LD: the @context in which types and members are named */
  readonly context?: string | undefined;
  /** west, south, east, north in CRS84, where the interface can leave the others out */
  readonly box?: readonly number[] | undefined;
  readonly recordsMax: number;
  readonly bytesMax: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

/** Something said to an interface: a document asked for, or one given to it. */
export type FarSaid = Pick<FarAsked, 'protocol' | 'context'> & {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly address: string;
  readonly body?: unknown;
  readonly signal: AbortSignal | undefined;
};

export type FarFetch = {
  readonly records: (asked: FarAsked) => Promise<Result<readonly unknown[]>>;
  /** One document; undefined where it is not there. */
  readonly document: (asked: FarAsked) => Promise<Result<unknown>>;
  /** The address that was made, where one was; `unavailable` where it was not taken. */
  readonly say: (said: FarSaid) => Promise<Result<{ readonly location: string | undefined }>>;
  readonly close: () => Promise<void>;
};

type Page = { readonly body: unknown; readonly link: string | undefined; readonly bytes: number };

const pageRecords = 1_000;

const problemOfCause = (cause: unknown): Problem => {
  const isTimeout =
    cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError || (cause instanceof Error && cause.name === 'TimeoutError');
  return problem('unavailable', { subject: 'the interface of the agency', ...(isTimeout && { found: 'no answer in time' }) });
};

const accepts = { 'ogc-api-features': 'application/geo+json, application/json', 'ngsi-ld': 'application/ld+json, application/json' } as const;

const readText = async (body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<Result<string>> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) return fail(problem('tooLarge', { subject: 'the interface of the agency', limit: bytesMax }));
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
};

/** Names of types and members are those of this context. */
const contextLink = ({ context }: Pick<FarAsked, 'context'>): Readonly<Record<string, string>> =>
  context === undefined ? {} : { link: `<${context}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"` };

const refusedWith = (statusCode: number): Problem =>
  problem('unavailable', { subject: 'the interface of the agency', found: `status ${statusCode}`, accepted: '2xx' });

const fetchPage = async (dispatcher: Agent, address: URL, asked: FarAsked): Promise<Result<Page>> => {
  const { protocol, signal, bytesMax } = asked;
  try {
    const { statusCode, headers, body } = await request(address, { dispatcher, signal, headers: { accept: accepts[protocol], ...contextLink(asked) } });
    const text = await readText(body, bytesMax);
    if (!text.ok) return text;
    if (statusCode === 404) return fail(problem('notFound', { subject: 'the interface of the agency' }));
    if (statusCode !== 200) return fail(refusedWith(statusCode));
    const link = headers['link'];
    return ok({ body: JSON.parse(text.value), link: Array.isArray(link) ? link.join(', ') : link, bytes: text.value.length });
  } catch (cause) {
    if (cause instanceof SyntaxError) return fail(problem('malformed', { subject: 'the interface of the agency', accepted: 'JSON' }));
    return fail(problemOfCause(cause));
  }
};

const isMembers = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

const recordsIn = ({ protocol }: FarAsked, { body }: Page): Result<readonly unknown[]> => {
  const found = protocol === 'ngsi-ld' ? body : isMembers(body) ? body['features'] : undefined;
  const accepted = protocol === 'ngsi-ld' ? 'a list of entities' : 'a FeatureCollection';
  return Array.isArray(found) ? ok(found) : fail(problem('malformed', { subject: 'the interface of the agency', accepted }));
};

const nextIn = ({ protocol }: FarAsked, { body, link }: Page): string | undefined => {
  if (protocol === 'ngsi-ld') return /<([^>]+)>\s*;[^,]*rel="?next"?/.exec(link ?? '')?.[1];
  const links = isMembers(body) && Array.isArray(body['links']) ? body['links'] : [];
  const next = links.find((one) => isMembers(one) && one['rel'] === 'next');
  return isMembers(next) && typeof next['href'] === 'string' ? next['href'] : undefined;
};

const firstPage = ({ protocol, address, box, recordsMax }: FarAsked): URL => {
  const url = new URL(address);
  if (!url.searchParams.has('limit')) url.searchParams.set('limit', String(Math.min(recordsMax, pageRecords)));
  if (box && protocol === 'ogc-api-features') url.searchParams.set('bbox', box.join(','));
  return url;
};

/** Within the host that the operator named: no answer leads this node elsewhere. */
const following = (from: URL, href: string | undefined): URL | undefined => {
  const next = href === undefined ? undefined : URL.parse(href, from);
  return next && next.origin === from.origin && next.href !== from.href ? next : undefined;
};

const fetchAll = async (dispatcher: Agent, asked: FarAsked): Promise<Result<readonly unknown[]>> => {
  const records: unknown[] = [];
  let bytes = 0;
  for (let at: URL | undefined = firstPage(asked); at !== undefined; ) {
    const page: Result<Page> = await fetchPage(dispatcher, at, asked);
    if (!page.ok) return page;
    const found = recordsIn(asked, page.value);
    if (!found.ok) return found;
    for (const record of found.value) records.push(record);
    bytes += page.value.bytes;
    if (records.length > asked.recordsMax) return fail(problem('tooLarge', { subject: 'records of the interface', limit: asked.recordsMax }));
    if (bytes > asked.bytesMax) return fail(problem('tooLarge', { subject: 'the interface of the agency', limit: asked.bytesMax }));
    at = found.value.length === 0 ? undefined : following(at, nextIn(asked, page.value));
  }
  return ok(records);
};

const fetchDocument = async (dispatcher: Agent, asked: FarAsked): Promise<Result<unknown>> => {
  const page = await fetchPage(dispatcher, new URL(asked.address), asked);
  if (page.ok) return ok(page.value.body);
  return page.problem.kind === 'notFound' ? ok(undefined) : page;
};

const say = async (dispatcher: Agent, { method, address, body, signal, ...said }: FarSaid): Promise<Result<{ readonly location: string | undefined }>> => {
  try {
    const ending = AbortSignal.any([AbortSignal.timeout(limits.farFetchMs), ...(signal ? [signal] : [])]);
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { ...(body !== undefined && { 'content-type': 'application/json' }), ...contextLink(said) };
    const { statusCode, headers: told, body: answer } = await request(address, { method, dispatcher, signal: ending, headers, ...content });
    await answer.dump();
    const { location } = told;
    return statusCode >= 200 && statusCode < 300 ? ok({ location: Array.isArray(location) ? location[0] : location }) : fail(refusedWith(statusCode));
  } catch (cause) {
    return fail(problemOfCause(cause));
  }
};

const within = (asked: FarAsked): FarAsked => ({ ...asked, signal: AbortSignal.any([asked.signal, AbortSignal.timeout(asked.timeoutMs)]) });

export const createFarFetch = (): FarFetch => {
  const dispatcher = new Agent({ connections: 4, connectTimeout: 1_000 });
  return {
    records: (asked) => fetchAll(dispatcher, within(asked)),
    document: (asked) => fetchDocument(dispatcher, within(asked)),
    say: (said) => say(dispatcher, said),
    close: () => dispatcher.destroy(),
  };
};
