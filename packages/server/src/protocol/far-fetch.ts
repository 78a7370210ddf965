/**
 * Far fetch: all records of an agency's own interface, page by page: OGC API Features by its `next` links, NGSI-LD by its `Link` header. Never beyond the bounds, never to another host.
 */
import { fail, limits, ok, problem, type Result } from '@cityweave/core';
import { Agent } from 'undici';
import { type FarAnswer, type FarCall, farCall, isSuccess, refusedWith, within } from './far-call.ts';

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
  /** One request and whatever comes of it. */
  readonly call: (called: FarCall) => Promise<Result<FarAnswer>>;
  readonly close: () => Promise<void>;
};

type Page = { readonly body: unknown; readonly link: string | undefined; readonly bytes: number };

const pageRecords = 1_000;

const accepts = { 'ogc-api-features': 'application/geo+json, application/json', 'ngsi-ld': 'application/ld+json, application/json' } as const;

/** Names of types and members are those of this context. */
const contextLink = ({ context }: Pick<FarAsked, 'context'>): Readonly<Record<string, string>> =>
  context === undefined ? {} : { link: `<${context}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"` };

const fetchPage = async (dispatcher: Agent, address: URL, asked: FarAsked): Promise<Result<Page>> => {
  const { protocol, signal, bytesMax } = asked;
  const called = await farCall(dispatcher, { method: 'GET', address, signal, bytesMax, headers: { accept: accepts[protocol], ...contextLink(asked) } });
  if (!called.ok) return called;
  const { statusCode, body, bytes, headers } = called.value;
  if (statusCode === 404) return fail(problem('notFound', { subject: 'the interface of the agency' }));
  return statusCode === 200 ? ok({ body, link: headers['link'], bytes }) : fail(refusedWith(called.value));
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

const following = (from: URL, href: string | undefined): URL | undefined => {
  const next = within(from, href);
  return next && next.href !== from.href ? next : undefined;
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

/** Of several changes some were not made. */
const partly = 207;

const say = async (dispatcher: Agent, { method, address, body, signal, ...said }: FarSaid): Promise<Result<{ readonly location: string | undefined }>> => {
  const ending = AbortSignal.any([AbortSignal.timeout(limits.farFetchMs), ...(signal ? [signal] : [])]);
  const called = await farCall(dispatcher, { method, address, body, signal: ending, bytesMax: 0, isCommand: true, headers: contextLink(said) });
  if (!called.ok) return called;
  const isDone = isSuccess(called.value) && called.value.statusCode !== partly;
  return isDone ? ok({ location: called.value.headers['location'] }) : fail(refusedWith(called.value));
};

const inTime = (asked: FarAsked): FarAsked => ({ ...asked, signal: AbortSignal.any([asked.signal, AbortSignal.timeout(asked.timeoutMs)]) });

export const createFarFetch = (): FarFetch => {
  const dispatcher = new Agent({ connections: 4, connectTimeout: 1_000 });
  return {
    records: (asked) => fetchAll(dispatcher, inTime(asked)),
    document: (asked) => fetchDocument(dispatcher, inTime(asked)),
    say: (said) => say(dispatcher, said),
    call: (called) => farCall(dispatcher, called),
    close: () => dispatcher.destroy(),
  };
};
