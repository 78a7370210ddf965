/**
 * Far interface: a real HTTP server that speaks what an agency's own system speaks: OGC API Features over one collection, or NGSI-LD over its entities, page by page.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What it keeps; a test changes it as the agency would. */
export type FarState = { records: readonly unknown[]; isDown: boolean };

export type FarServer = AsyncDisposable & {
  readonly state: FarState;
  readonly origin: string;
  /** where the collection's items, or a query for entities, are found */
  readonly address: string;
  /** what was asked of it, path and query, oldest first */
  readonly asked: readonly string[];
};

type Speaks = 'ogc-api-features' | 'ngsi-ld';

const pathOf = { 'ogc-api-features': '/collections/things/items', 'ngsi-ld': '/ngsi-ld/v1/entities' } as const;

const numberOr = (text: string | null, otherwise: number): number => (text === null ? otherwise : Number(text));

type Page = { readonly records: readonly unknown[]; readonly next: string | undefined; readonly total: number };

const pageOf = ({ records }: FarState, url: URL): Page => {
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

const sendEntities = (response: ServerResponse, { records, next }: Page): void => {
  response.writeHead(200, { 'content-type': 'application/ld+json', ...(next !== undefined && { link: `<${next}>; rel="next"; type="application/ld+json"` }) });
  response.end(JSON.stringify(records));
};

/** Serves the records until its scope ends. */
export const startFarServer = async (speaks: Speaks, records: readonly unknown[]): Promise<FarServer> => {
  const state: FarState = { records, isDown: false };
  const asked: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    asked.push(`${url.pathname}${url.search}`);
    if (state.isDown || url.pathname !== pathOf[speaks]) return void response.writeHead(state.isDown ? 503 : 404).end();
    if (speaks === 'ngsi-ld') sendEntities(response, pageOf(state, url));
    else sendFeatures(response, pageOf(state, url));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  const origin = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  return {
    state,
    asked,
    origin,
    address: `${origin}${pathOf[speaks]}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
