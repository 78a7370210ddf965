/**
 * Trial: what tests of the import stand on: a real store and real files in a directory of their own, a clock that is told, ids that count.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, addMs, assert, type Geometry, Instant, type Json } from '@cityweave/core';
import type { z } from 'zod';
import type { Clock } from '../deps.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import type { TwinStore } from '../store/store.ts';
import { type ImportOptions, importSource } from './import.ts';
import type { ImportReport } from './record.ts';
import { Source } from './source.ts';
import { createImportThreads } from './threads.ts';

/** The folder of the real data, where there is one. */
export const realFolder = process.env['DATA'] ?? '../shared/data';
export const hasReal = existsSync(join(realFolder, 'cambridge'));

export type ToldClock = Clock & { readonly move: (ms: number) => void };

export const createToldClock = (start = '2026-05-04T12:00:00Z'): ToldClock => {
  let now = Instant.parse(start);
  let passedMs = 0;
  return {
    now: () => now,
    monotonicMs: () => passedMs,
    move: (ms) => {
      now = addMs(now, ms);
      passedMs += ms;
    },
  };
};

export type Feature = { readonly id?: number; readonly geometry: Geometry | null; readonly properties: Readonly<Record<string, Json>> };

export const collectionOf = (features: readonly Feature[]): string =>
  JSON.stringify({ type: 'FeatureCollection', features: features.map((feature) => ({ type: 'Feature', ...feature })) });

export const point = (x: number, y: number): Geometry => ({ type: 'Point', coordinates: [x, y] });

/** A source as a node file declares it; what is left out has its default. */
export const sourceOf = (given: z.input<typeof Source>): Source => Source.parse(given);

export const authority = Authority.parse('works.example');

/** Shared by the trials of a file: a thread takes longer to start than an import to run. It ends with the process. */
export const threads = createImportThreads(1);

export type Trial = {
  readonly store: TwinStore;
  readonly clock: ToldClock;
  readonly folder: string;
  /** writes a file of the trial and gives its path */
  readonly write: (name: string, content: string | Buffer) => string;
  readonly run: (source: Source, path: string, more?: Partial<ImportOptions>) => Promise<ImportReport>;
  readonly headSeq: () => Promise<number>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

export const createTrial = async (start?: string, folder = mkdtempSync(join(tmpdir(), 'cityweave-import-'))): Promise<Trial> => {
  const clock = createToldClock(start);
  const opened = await openSqliteStore({ directory: folder, clock, synchronous: 'normal' });
  assert(opened.ok, 'a new store opens');
  const store = opened.value;
  let ids = 0;
  const uuid = () => {
    ids += 1;
    return `import-${ids}`;
  };
  return {
    store,
    clock,
    folder,
    write: (name, content) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    run: (source, path, more) => {
      clock.move(1_000);
      return importSource({
        source,
        authority,
        path,
        store,
        clock,
        ids: { uuid },
        signal: new AbortController().signal,
        scratch: join(folder, 'scratch'),
        threads,
        ...more,
      });
    },
    headSeq: () => store.head(),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
