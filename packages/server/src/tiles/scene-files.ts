/**
 * Scene files: layers named by what they are, and what is remembered of a scene between two starts. A file is whole or not there.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { ArchiveName, type FederationId } from '@cityweave/core';

export type ByteRange = { readonly from: number; readonly to: number };

export type SceneFiles = {
  /** For the federation's scene that is being made. Durable before it resolves; the same name is the same bytes, so it is written once. */
  readonly put: (federation: FederationId, name: string, bytes: Uint8Array) => Promise<void>;
  readonly size: (name: string) => Promise<number | undefined>;
  readonly read: (name: string, range: ByteRange) => Readable;
  /** undefined where it is not there */
  readonly part: (name: string, range: ByteRange) => Promise<Uint8Array | undefined>;
  readonly whole: (name: string) => Promise<Uint8Array | undefined>;
  /** Remembers a scene and the layers that it names. Those of the last `revisionsKept` scenes stay: pages look at them for a while. */
  readonly keep: (federation: FederationId, value: unknown, names: readonly string[]) => Promise<void>;
  readonly kept: (federation: FederationId) => Promise<unknown>;
  /** What is remembered of the federation's scene goes, and every layer that no other scene has, nor one that is being made. */
  readonly forget: (federation: FederationId) => Promise<void>;
};

const compress = promisify(gzip);
const expand = promisify(gunzip);
/** A scene of a million twins, its ids and all. */
const keptBytesMax = 512 * 1024 * 1024;

const writeWhole = async (path: string, bytes: Uint8Array, writing: number): Promise<void> => {
  const beside = `${path}.${writing}.part`;
  await writeFile(beside, bytes);
  const file = await open(beside, 'r');
  await file.sync();
  await file.close();
  await rename(beside, path);
};

const readPart = async (path: string, from: number, length: number): Promise<Uint8Array> => {
  await using file = await open(path, 'r');
  const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, from);
  return buffer.subarray(0, bytesRead);
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

export const revisionsKept = 12;

/** Which layers are needed: of scenes that are being made, and of those that were kept last, by their federation. */
const createNeeded = () => {
  const making = new Map<FederationId, Set<string>>();
  const kept = new Map<FederationId, readonly ReadonlySet<string>[]>();
  const isNeeded = (name: string): boolean => [...making.values(), ...[...kept.values()].flat()].some((names) => names.has(name));
  const forget = (federation: FederationId): void => {
    making.delete(federation);
    kept.delete(federation);
  };
  return {
    isNeeded,
    forget,
    put: (federation: FederationId, name: string): void => {
      making.set(federation, (making.get(federation) ?? new Set()).add(name));
    },
    /** tells the layers that are not needed any longer */
    keep: (federation: FederationId, names: readonly string[]): readonly string[] => {
      const revisions = [new Set([...names, ...(making.get(federation) ?? [])]), ...(kept.get(federation) ?? [])];
      forget(federation);
      kept.set(federation, revisions.slice(0, revisionsKept));
      return revisions.slice(revisionsKept).flatMap((gone) => [...gone].filter((name) => !isNeeded(name)));
    },
  };
};

/** Layers that no scene names, and that are not needed. */
const sweep = async (directory: string, isNeeded: (name: string) => boolean): Promise<void> => {
  const names = await readdir(directory);
  const scenes = names.filter((name) => /^scene-.*\.json\.gz$/.test(name));
  const told = await Promise.all(scenes.map(async (name) => JSON.stringify(await parseKept(await readFile(join(directory, name))))));
  const unused = names.filter((name) => ArchiveName.safeParse(name).success && !isNeeded(name) && !told.some((text) => text?.includes(name)));
  await Promise.all(unused.map((name) => rm(join(directory, name), { force: true })));
};

export const createSceneFiles = (directory: string): SceneFiles => {
  const pathOf = (name: string): string => join(directory, ArchiveName.parse(name));
  const keptPath = (federation: FederationId): string => join(directory, `scene-${createHash('sha256').update(federation).digest('hex').slice(0, 32)}.json.gz`);
  const needed = createNeeded();
  let swept: Promise<void> | undefined;
  /** What earlier runs left is swept before anything is written. */
  const ready = (): Promise<void> => {
    swept ??= mkdir(directory, { recursive: true }).then(() => sweep(directory, needed.isNeeded));
    return swept;
  };
  /** two that write the same file at once do not write into one another */
  let writings = 0;
  const write = (path: string, bytes: Uint8Array): Promise<void> => {
    writings += 1;
    return writeWhole(path, bytes, writings);
  };
  return {
    put: async (federation, name, bytes) => {
      needed.put(federation, name);
      await ready();
      if (!existsSync(pathOf(name))) await write(pathOf(name), bytes);
    },
    size: (name) =>
      stat(pathOf(name)).then(
        ({ size }) => size,
        () => undefined,
      ),
    read: (name, { from, to }) => createReadStream(pathOf(name), { start: from, end: to }),
    part: (name, { from, to }) => readPart(pathOf(name), from, to - from + 1).catch(() => undefined),
    whole: (name) => readFile(pathOf(name)).catch(() => undefined),
    keep: async (federation, value, names) => {
      await ready();
      await write(keptPath(federation), await compress(JSON.stringify(value)));
      await Promise.all(needed.keep(federation, names).map((name) => rm(pathOf(name), { force: true })));
    },
    forget: async (federation) => {
      await ready();
      await rm(keptPath(federation), { force: true });
      needed.forget(federation);
      await sweep(directory, needed.isNeeded);
    },
    kept: async (federation) => {
      const bytes = await readFile(keptPath(federation)).catch(() => undefined);
      return bytes && parseKept(bytes);
    },
  };
};
