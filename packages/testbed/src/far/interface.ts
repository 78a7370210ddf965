/**
 * Far interface: a real HTTP server that speaks OGC API Features over one collection, page by page, as an agency's own system does.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What it keeps; a test changes it as the agency would. */
export type FarState = { records: readonly unknown[]; isDown: boolean };

export type FarServer = AsyncDisposable & {
  readonly state: FarState;
  readonly origin: string;
  /** where the collection's items are found */
  readonly address: string;
  /** what was asked of it, path and query, oldest first */
  readonly asked: readonly string[];
  /** and to which trace it said that it belongs */
  readonly traces: readonly (string | undefined)[];
};

const itemsPath = '/collections/things/items';

const numberOr = (text: string | null, otherwise: number): number => (text === null ? otherwise : Number(text));

type Page = { readonly records: readonly unknown[]; readonly next: string | undefined; readonly total: number };

const pageOf = (records: readonly unknown[], url: URL): Page => {
  const offset = numberOr(url.searchParams.get('offset'), 0);
  const limit = numberOr(url.searchParams.get('limit'), 10);
  const next = new URL(url);
  next.searchParams.set('offset', String(offset + limit));
  return { records: records.slice(offset, offset + limit), next: offset + limit < records.length ? next.href : undefined, total: records.length };
};

const sendFeatures = (response: ServerResponse, { records, next, total }: Page): void => {
  response.writeHead(200, { 'content-type': 'application/geo+json' });
  const links = next === undefined ? [] : [{ rel: 'next', type: 'application/geo+json', href: next }];
  response.end(JSON.stringify({ type: 'FeatureCollection', numberMatched: total, numberReturned: records.length, features: records, links }));
};

/** Serves the records until its scope ends. */
export const startFarServer = async (records: readonly unknown[]): Promise<FarServer> => {
  const state: FarState = { records, isDown: false };
  const [asked, traces]: [string[], (string | undefined)[]] = [[], []];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    asked.push(`${url.pathname}${url.search}`);
    traces.push(request.headers['traceparent']?.toString());
    if (state.isDown || url.pathname !== itemsPath) return void response.writeHead(state.isDown ? 503 : 404).end();
    sendFeatures(response, pageOf(state.records, url));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const origin = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  return {
    state,
    asked,
    traces,
    origin,
    address: `${origin}${itemsPath}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
