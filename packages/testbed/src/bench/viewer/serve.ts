/**
 * Serve: the city in every contender's form, and the pages, on one port; counts what it sends of the city.
 */
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { createVocabulary, ok } from '@cityweave/core';
import { createRowIndex, createTiles } from '@cityweave/server';
import { changeFrames } from './files/changes.ts';
import type { Ours } from './files/ours.ts';
import type { Tileset } from './files/three-d-tiles.ts';

export type Served = {
  readonly address: string /** bytes of the city sent since it was asked last, as they are and as gzip would have them */;
  readonly take: () => Promise<Sent>;
  readonly close: () => void;
};
export type Sent = { readonly bytes: number; readonly zipped: number };

export type Folders = { readonly pages: string; readonly city: string };

/** The city in everybody's form; what is made when it is first asked for stays. */
export type Offered = { readonly ours: Ours; readonly tileset: Tileset };

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.wasm': 'application/wasm',
};

const library = (name: string): string => fileURLToPath(new URL('.', import.meta.resolve(name)));

const page = (name: string): string => `<!doctype html><meta charset="utf-8"><title>${name}</title>
<style>body{margin:0}canvas{display:block;width:1280px;height:720px}</style><canvas width="1280" height="720"></canvas>
<script type="module" src="/pages/counter.js"></script><script type="module" src="/pages/${name}.js"></script>`;

/** Each beginning of a path and the folder behind it. */
const foldersOf = ({ pages, city }: Folders): readonly (readonly [string, string])[] => [
  ['/pages/', pages],
  ['/city/', city],
  ['/libraries/maplibre/', library('maplibre-gl')],
  ['/libraries/cesium/Assets/', join(library('@cesium/engine'), 'Source/Assets')],
  ['/libraries/cesium/', join(library('@cesium/engine'), 'Build')],
];

const tilesOf3d = '/city/3dtiles/';

const isPath = (path: string): boolean => normalize(path) === path;

/** Files of the folders; a tile that nobody asked for before is made first. */
const createFiles =
  (folders: Folders, tileset: Tileset) =>
  async (path: string, response: ServerResponse): Promise<void> => {
    const [start, folder] = foldersOf(folders).find(([prefix]) => path.startsWith(prefix)) ?? ['', ''];
    const file = join(folder, path.slice(start.length));
    if (path.startsWith(tilesOf3d) && !existsSync(file)) await tileset.make(path.slice(tilesOf3d.length));
    if (!(folder && isPath(path) && existsSync(file))) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    await pipeline(createReadStream(file), response);
  };

const nothingElse = {
  ...{ vocabulary: () => createVocabulary([]), federation: () => undefined, shownFirst: () => undefined, sources: () => [] },
  readings: { of: async () => [], waitingFor: () => [] },
};

export const serveCity = async ({ ours: { built, files }, tileset }: Offered, folders: Folders): Promise<Served> => {
  const held = { built, rows: createRowIndex(built) };
  const scenes = { of: async () => ok(held), progress: () => undefined };
  const { rows, rowsRevision: revision } = built.scene;
  const states = { open: async (_: unknown, signal: AbortSignal) => ok(changeFrames({ rows, revision }, signal)) };
  const tiles = createTiles({ scenes, files, states, ...nothingElse });
  const sent: { readonly path: string; readonly bytes: number }[] = [];
  const count = (response: ServerResponse, path: string): void => {
    const own = { path, bytes: 0 };
    sent.push(own);
    for (const name of ['write', 'end'] as const) {
      const inner = response[name].bind(response) as (...given: unknown[]) => never; // branding: passed on as it came
      Reflect.set(response, name, (...given: unknown[]) => {
        if (given[0] instanceof Uint8Array || typeof given[0] === 'string') own.bytes += Buffer.byteLength(given[0]);
        return inner(...given);
      });
    }
  };
  const sendFile = createFiles(folders, tileset);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://bench');
    if (/^\/(city|tiles)\//.test(pathname)) count(response, pathname);
    if (pathname.startsWith('/tiles/')) return tiles(request, response);
    if (pathname.startsWith('/on/')) return void response.writeHead(200, { 'content-type': types['.html'] }).end(page(pathname.slice('/on/'.length)));
    return sendFile(pathname, response);
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  return {
    address: `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}`,
    take: async () => {
      const taken = sent.splice(0);
      const zipped = await Promise.all(
        taken.map(async ({ path, bytes }) =>
          path.startsWith('/city/') ? gzipSync(await readFile(join(folders.city, path.slice(6))).catch(() => '')).length : bytes,
        ),
      );
      return { bytes: taken.reduce((sum, { bytes }) => sum + bytes, 0), zipped: zipped.reduce((sum, bytes) => sum + bytes, 0) };
    },
    close: () => server.close(),
  };
};
