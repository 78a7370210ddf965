/**
 * Viewer files: the built viewer as static files, if there is one. Hashed files are kept for ever; the page runs no script but its own.
 */
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const builtFolder = join(import.meta.dirname, '../../../viewer/dist');

export type ViewerFiles = {
  readonly has: (path: string) => boolean;
  readonly send: (path: string, request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

/** Only files that are listed have a path: nothing that somebody writes in an address reaches the file system. */
const listed = (folder: string): ReadonlyMap<string, string> => {
  if (!existsSync(join(folder, 'index.html'))) return new Map();
  const assets = existsSync(join(folder, 'assets')) ? readdirSync(join(folder, 'assets')) : [];
  return new Map([['/', join(folder, 'index.html')], ...assets.map((name) => [`/assets/${name}`, join(folder, 'assets', name)] as const)]);
};

export const createViewerFiles = (folder: string = builtFolder): ViewerFiles => {
  let files = listed(folder);
  return {
    has: (path) => {
      // a page that was built anew names other files
      if (path === '/') files = listed(folder);
      return files.has(path);
    },
    send: async (path, request, response) => {
      const file = files.get(path) ?? '';
      response.writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': path === '/' ? 'no-cache' : 'public, max-age=31536000, immutable',
      });
      if (request.method === 'HEAD') response.end();
      else await pipeline(createReadStream(file), response);
    },
  };
};
