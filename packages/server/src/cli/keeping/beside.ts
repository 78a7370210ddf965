/**
 * Beside: what is made in a folder of its own beside its place, for its owner alone, and moved there when it is whole. Whoever breaks off leaves nothing that looks like it.
 */
import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, problem, type Result } from '@cityweave/core';
import { fileFailure } from '../../store/moving/file-failure.ts';

const unfit = (to: string, found: string): Result<never> =>
  fail(
    problem('badConfiguration', {
      subject: '--to',
      path: to,
      found,
      accepted: 'a place where nothing is yet, on a disk with room, in a folder that can be written',
    }),
  );

/** Whether nothing is there, not even a link to nowhere. */
const isFree = (to: string): Promise<boolean> =>
  lstat(to).then(
    () => false,
    () => true,
  );

const isEmptyFolder = async (to: string): Promise<boolean> => (await readdir(to).catch(() => [to])).length === 0;

const inScratch = async <T>(to: string, make: (scratch: string) => Promise<Result<T>>): Promise<Result<T>> => {
  const scratch = await mkdtemp(`${to}.part-`);
  return make(scratch).finally(() => rm(scratch, { recursive: true, force: true }));
};

/** What the file system has against it is told with the place. */
const told = <T>(to: string, made: Promise<Result<T>>): Promise<Result<T>> =>
  made.catch((cause) => {
    const found = fileFailure(cause);
    return found === undefined ? Promise.reject(cause) : unfit(to, found);
  });

type Make<T> = (scratch: string) => Promise<Result<T>>;

/** A file; nothing is written over. */
export const fileBeside = async <T>(to: string, make: Make<T>): Promise<Result<T>> =>
  (await isFree(to)) ? told(to, inScratch(to, make)) : unfit(to, 'something that is there already');

const inMadeFolder = async <T>(to: string, make: Make<T>): Promise<Result<T>> => {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  return inScratch(to, make);
};

/** A folder, which may be there if it is empty; those around it are made. */
export const folderBeside = async <T>(to: string, make: Make<T>): Promise<Result<T>> =>
  (await isFree(to)) || (await isEmptyFolder(to)) ? told(to, inMadeFolder(to, make)) : unfit(to, 'something that is there already');
