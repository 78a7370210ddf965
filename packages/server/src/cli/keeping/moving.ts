/**
 * export, import --from, backup: a whole node as a file, a node from such a file, and a copy of what a node keeps while it runs.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { cp, link, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fail, ok, type Problem, problem, type Result } from '@cityweave/core';
import type { NodeFile } from '../../config/node-file.ts';
import { systemDeps } from '../../deps.ts';
import { logFolderOf, logPaths, readLines } from '../../log/log-files.ts';
import { verifyArchive } from '../../store/moving/archive-check.ts';
import { fileFailure } from '../../store/moving/file-failure.ts';
import { type Archived, interrupted, type Kept, loadArchive, writeArchive } from '../../store/moving/node-archive.ts';
import { openStore } from '../../store/open-store.ts';
import { openRecordStore, recordFileName } from '../../store/records.ts';
import { storeFileName } from '../../store/sqlite/sqlite.ts';
import { lockDirectory } from '../../store/sqlite/sqlite-lock.ts';
import { backupFolder } from '../../store/sqlite-moving/backup.ts';
import type { TwinStore } from '../../store/store.ts';
import { answered } from '../../store/unanswered.ts';
import type { ExitCode } from '../cityweave.ts';
import { loadOneNode } from '../configured.ts';
import type { Context } from '../running/up.ts';
import { interruption } from '../terminal.ts';
import { fileBeside, folderBeside } from './beside.ts';

type Options = { readonly file: string; readonly state: string };

const logFileName = /^exchange-\d+\.jsonl$/;

const logOf = (directory: string): Kept['log'] => ({
  lines: function* () {
    for (const path of logPaths(directory)) for (const line of readLines(path)) yield { file: basename(path), line };
  },
  put: (lines) => {
    if (lines.length > 0) mkdirSync(logFolderOf(directory), { recursive: true });
    // a name that is none of the log's own is somebody's who wants to write elsewhere
    for (const { file, line } of lines) if (logFileName.test(file)) appendFileSync(join(logFolderOf(directory), file), `${line}\n`);
  },
});

/** The files of a node, the log after the records that seal it. */
const copyKept = async (from: string, to: string): Promise<Result<readonly string[]>> => {
  const copied = await backupFolder(from, to);
  if (!copied.ok || logPaths(from).length === 0) return copied;
  const log = await cp(logFolderOf(from), logFolderOf(to), { recursive: true }).then(
    () => ok(true),
    (cause) => fail(problem('unavailable', { subject: 'exchange log', path: logFolderOf(from), found: fileFailure(cause) ?? String(cause) })),
  );
  return log.ok ? ok([...copied.value, basename(logFolderOf(to))]) : log;
};

/** Opens the store that a folder or a server keeps, does something with it and closes it again; a server may go away meanwhile. */
const withStore = async <T>({ store: settings, agency }: NodeFile, directory: string, work: (store: TwinStore) => Promise<Result<T>>): Promise<Result<T>> => {
  const store = await openStore({ store: settings, authority: agency, directory, deps: systemDeps() });
  if (!store.ok) return store;
  const done = await answered(work(store.value));
  await store.value.close();
  return done.ok ? done.value : done;
};

/** The same with all else that the folder keeps. */
const withKept = async <T>(store: TwinStore, directory: string, work: (kept: Kept) => Promise<Result<T>>): Promise<Result<T>> => {
  const records = openRecordStore({ directory, clock: systemDeps().clock });
  if (!records.ok) return records;
  return work({ store, records: records.value, log: logOf(directory) }).finally(() => records.value.close());
};

const nothingKept = (directory: string): Result<never> =>
  fail(problem('notFound', { subject: 'store of the node', path: directory, accepted: 'a node that was started or imported (--state)' }));

/** Where the settings say another store than the one that the node used, nothing or half of it would be found. */
const isKept = async ({ store: { adapter } }: NodeFile, names: readonly string[], { store }: Kept): Promise<boolean> => {
  if (adapter === 'sqlite') return names.includes(storeFileName);
  return (await store.head()) > 0 || (names.includes(recordFileName) && !names.includes(storeFileName));
};

type Copied = Awaited<ReturnType<typeof copyKept>>;

type Move = { readonly node: NodeFile; readonly directory: string; readonly path: string; readonly signal: AbortSignal };

type Archive = { readonly folder: string; readonly to: string; readonly copy: () => Promise<Copied> };

/** What the store told of its writes is noted before the files beside it are copied. */
const archive = ({ node, directory, signal }: Move, { folder, to, copy }: Archive): Promise<Result<Archived>> =>
  withStore(node, folder, async (store) => {
    const writes = await store.writes();
    const copied = await copy();
    if (!copied.ok) return copied;
    return withKept(store, folder, async (kept) =>
      (await isKept(node, copied.value, kept))
        ? writeArchive(to, kept, { agency: node.agency, at: systemDeps().clock.now(), writes, signal })
        : nothingKept(directory),
    );
  });

/** Of a copy made for it, so that the node may go on running and all of the file is of one moment; a server is read as it is. */
const archiveCopy = async (move: Move, folder: string, to: string): Promise<Result<Archived>> => {
  const copy = () => copyKept(move.directory, folder);
  if (move.node.store.adapter !== 'sqlite') return archive(move, { folder, to, copy });
  const copied = await copy();
  return copied.ok ? archive(move, { folder, to, copy: async () => copied }) : copied;
};

const exportNode = (move: Move): Promise<Result<Archived>> =>
  fileBeside(move.path, async (folder) => {
    const made = join(folder, 'node.gz');
    const archived = await archiveCopy(move, folder, made);
    // unlike a rename it writes over nothing that has come meanwhile
    if (archived.ok) await link(made, move.path);
    return archived;
  });

const keepsSomething = async (directory: string): Promise<boolean> =>
  (await readdir(directory).catch(() => [])).some((name) => name.endsWith('.sqlite') && name !== 'lock.sqlite');

const inFolder = problem('badConfiguration', { subject: 'state', found: 'a folder in which something is kept', accepted: 'an empty one (--state)' });

/** The lock is its process's, and stays behind. */
const isLockFile = (name: string): boolean => name.startsWith('lock.sqlite');

const isEmpty = async (directory: string): Promise<boolean> => (await readdir(directory)).every(isLockFile);

/** Nothing but its lock is in the place; what another process puts there meanwhile stays, and is in the way. */
const moveInto = async (directory: string, made: string): Promise<boolean> => {
  for (const name of await readdir(directory)) if (isLockFile(name)) await rm(join(directory, name));
  return rename(made, directory).then(
    () => true,
    () => false,
  );
};

/** Made beside its place, and moved there at once when it is whole: whoever is killed leaves no half of it there, and what is left beside it goes with the next attempt. */
const inPlace = async (directory: string, make: (folder: string) => Promise<Result<true>>): Promise<Result<true>> => {
  const part = `${directory}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { mode: 0o700 });
  const making = async (): Promise<Result<true>> => {
    const made = await make(part);
    return made.ok && !(await moveInto(directory, part)) ? fail(inFolder) : made;
  };
  return making().finally(() => rm(part, { recursive: true, force: true }));
};

const restoreNode = async ({ node, directory, path, signal }: Move): Promise<Result<Archived>> => {
  const verified = await verifyArchive({ path, agency: node.agency, signal });
  if (!verified.ok) return verified;
  const locked = await lockDirectory(directory);
  if (!locked.ok) return locked;
  const load = (kept: Kept) => loadArchive(kept, { path, content: verified.value.content, signal });
  const restoring = async (): Promise<Result<true>> =>
    (await isEmpty(directory)) ? inPlace(directory, (folder) => withStore(node, folder, (store) => withKept(store, folder, load))) : fail(inFolder);
  const restored = await restoring().finally(locked.value);
  return restored.ok ? verified : restored;
};

const told = (done: Result<Archived>, path: string, { terminal }: Context): ExitCode => {
  if (!done.ok) {
    terminal.problem(done.problem);
    return 1;
  }
  const { lines, sha256, content } = done.value;
  terminal.data(
    terminal.json ? JSON.stringify({ file: path, lines, sha256, content }) : `${path}: ${lines} lines, SHA-256 ${sha256}, of what the node keeps ${content}`,
  );
  return 0;
};

/** Half a copy would be none. */
const onlyFiles = problem('badConfiguration', {
  subject: 'store.adapter',
  found: 'neo4j: twins in a server are no files to copy',
  accepted: 'cityweave export, which writes all of the node to one file, or a dump of the database with a copy of the node folder, both stopped',
});

type Moving = (move: Move) => Promise<Result<Archived>>;

const move = async (options: Options & { readonly path: string }, context: Context, moving: Moving): Promise<ExitCode> => {
  const node = await loadOneNode(options.file, context.environment);
  const refused = (found: Problem): ExitCode => told(fail(found), options.path, context);
  if (!node.ok) return refused(node.problem);
  const directory = resolve(options.state, node.value.agency);
  return told(await moving({ node: node.value, directory, path: resolve(options.path), signal: interruption() }), options.path, context);
};

export const exportTo = (options: Options & { readonly to: string }, context: Context): Promise<ExitCode> =>
  move({ ...options, path: options.to }, context, exportNode);

export const importFrom = (options: Options & { readonly from: string }, context: Context): Promise<ExitCode> =>
  move({ ...options, path: options.from }, context, restoreNode);

export const backup = async ({ file, state, to }: Options & { readonly to: string }, { environment, terminal }: Context): Promise<ExitCode> => {
  const node = await loadOneNode(file, environment);
  const done = node.ok ? await copyOf({ node: node.value, directory: resolve(state, node.value.agency), path: resolve(to), signal: interruption() }) : node;
  if (!done.ok) {
    terminal.problem(done.problem);
    return 1;
  }
  terminal.data(terminal.json ? JSON.stringify({ folder: to, files: done.value }) : `${to}: ${done.value.join(', ')}`);
  return 0;
};

const copyOf = async ({ node, directory, path: to, signal }: Move): Promise<Copied> => {
  if (node.store.adapter !== 'sqlite') return fail(onlyFiles);
  if (!(await keepsSomething(directory))) return nothingKept(directory);
  return folderBeside(to, async (folder) => {
    const copied = await copyKept(directory, folder);
    if (signal.aborted) return fail(interrupted);
    if (copied.ok) await rename(folder, to);
    return copied;
  });
};
