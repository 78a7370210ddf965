/**
 * Scene files: layers named by what they are, and what is remembered of a scene between two starts. A file is whole or not there.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { ArchiveName, type FederationId } from '@cityweave/core';

export type ByteRange = { readonly from: number; readonly to: number };

export type SceneFiles = {
  /** Durable before it resolves; the same name is the same bytes, so it is written once. */
  readonly put: (name: string, bytes: Uint8Array) => Promise<void>;
  readonly size: (name: string) => Promise<number | undefined>;
  readonly read: (name: string, range: ByteRange) => Readable;
  readonly keep: (federation: FederationId, value: unknown) => Promise<void>;
  readonly kept: (federation: FederationId) => Promise<unknown>;
  /** Removes the archives that no name is given of. */
  readonly removeOthers: (names: ReadonlySet<string>) => Promise<void>;
};

const compress = promisify(gzip);
const expand = promisify(gunzip);
/** A scene of a million twins, its ids and all. */
const keptBytesMax = 512 * 1024 * 1024;

const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  const beside = `${path}.part`;
  await writeFile(beside, bytes);
  const file = await open(beside, 'r');
  await file.sync();
  await file.close();
  await rename(beside, path);
};

const parseKept = async (bytes: Buffer): Promise<unknown> => {
  try {
    const value: unknown = JSON.parse((await expand(bytes, { maxOutputLength: keptBytesMax })).toString('utf8'));
    return value;
  } catch {
    // A file of another version, or spoilt: the scene is made anew.
    return undefined;
  }
};

export const createSceneFiles = (directory: string): SceneFiles => {
  const pathOf = (name: string): string => join(directory, ArchiveName.parse(name));
  const keptPath = (federation: FederationId): string => join(directory, `scene-${createHash('sha256').update(federation).digest('hex').slice(0, 32)}.json.gz`);
  const ready = mkdir(directory, { recursive: true });
  return {
    put: async (name, bytes) => {
      await ready;
      if (!existsSync(pathOf(name))) await writeWhole(pathOf(name), bytes);
    },
    size: (name) =>
      stat(pathOf(name)).then(
        ({ size }) => size,
        () => undefined,
      ),
    read: (name, { from, to }) => createReadStream(pathOf(name), { start: from, end: to }),
    keep: async (federation, value) => {
      await ready;
      await writeWhole(keptPath(federation), await compress(JSON.stringify(value)));
    },
    kept: async (federation) => {
      const bytes = await readFile(keptPath(federation)).catch(() => undefined);
      return bytes && parseKept(bytes);
    },
    removeOthers: async (names) => {
      await ready;
      for (const name of await readdir(directory)) if (ArchiveName.safeParse(name).success && !names.has(name)) await unlink(join(directory, name));
    },
  };
};
