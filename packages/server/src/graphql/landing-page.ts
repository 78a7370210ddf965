/**
 * Landing page: example questions that run, and the schema as text. Its three files are whole; nothing is fetched from elsewhere, nothing is inline.
 */
import { readFileSync } from 'node:fs';
import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Example } from './room.ts';
import { printSdl } from './schema/schema.ts';

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const headersOf = (type: string) => ({
  'content-type': `${type}; charset=utf-8`,
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
});

const file = (name: string): string => readFileSync(new URL(`./landing/${name}`, import.meta.url), 'utf8');

type Served = { readonly type: string; readonly text: () => string };

const pages = (schema: GraphQLSchema, examples: readonly Example[]): Readonly<Record<string, Served>> => {
  const [page, script, style] = [file('landing.html'), file('landing.js'), file('landing.css')];
  const html = { type: 'text/html', text: () => page };
  return {
    '/': html,
    '/graphql': html,
    '/landing.js': { type: 'text/javascript', text: () => script },
    '/landing.css': { type: 'text/css', text: () => style },
    '/graphql/examples': { type: 'application/json', text: () => JSON.stringify(examples) },
    '?sdl': { type: 'text/plain', text: () => printSdl(schema) },
  };
};

/** The page is for browsers that just look: a question in the address is answered as a question. */
const keyOf = (request: Request, url: URL): string | undefined => {
  if (url.pathname !== '/graphql') return url.pathname;
  if (url.searchParams.has('sdl')) return '?sdl';
  const looks = (request.headers.get('accept') ?? '').includes('text/html') && !url.searchParams.has('query');
  return looks ? '/graphql' : undefined;
};

export const landingPage = (schema: GraphQLSchema, examples: readonly Example[]): Plugin => {
  const served = pages(schema, examples);
  return {
    onRequest: ({ request, url, fetchAPI, endResponse }) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return;
      const key = keyOf(request, url);
      const found = key !== undefined && Object.hasOwn(served, key) ? served[key] : undefined;
      if (found) endResponse(new fetchAPI.Response(request.method === 'HEAD' ? null : found.text(), { headers: headersOf(found.type) }));
    },
  };
};
