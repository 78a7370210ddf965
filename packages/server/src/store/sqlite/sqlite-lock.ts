/**
 * Lock: one process a directory. It is held by the operating system, so that it ends with its process, however that ends.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail, ok, type Problem, problem, type Result } from '@cityweave/core';
import { fileFailure } from '../moving/file-failure.ts';

const busy = 5;

const inUse = { found: 'a folder that is in use', accepted: 'another folder (--state), or stopping the process that has it open' };

/** Whatever else is in the way: no permission, something else in the place of the lock, a full disk. */
const reasonOf = (cause: unknown) => {
  if (cause instanceof Error && 'errcode' in cause && cause.errcode === busy) return inUse;
  return { found: `no lock in it: ${cause instanceof Error ? cause.message : 'unknown'}`, accepted: 'a folder that can be written (--state)' };
};

const tryLock = (path: string): Result<DatabaseSync, Pick<Problem, 'found' | 'accepted'>> => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return ok(database);
  } catch (cause) {
    database?.close();
    return fail(reasonOf(cause));
  }
};

/** How to let go, or who or what is in the way. */
export const lockDirectory = async (directory: string): Promise<Result<() => void>> => {
  const unfit = (facts: Pick<Problem, 'found' | 'accepted'>) => fail(problem('badConfiguration', { subject: 'state', path: directory, ...facts }));
  const refused = await mkdir(directory, { recursive: true }).then(
    () => undefined,
    (cause) => fileFailure(cause) ?? 'unknown',
  );
  if (refused !== undefined) return unfit({ found: `a folder that cannot be made: ${refused}`, accepted: 'a folder that can be written (--state)' });
  const held = tryLock(join(directory, 'lock.sqlite'));
  return held.ok ? ok(() => held.value.close()) : unfit(held.problem);
};

export const isLocked = async (directory: string): Promise<boolean> => {
  const locked = await lockDirectory(directory);
  if (locked.ok) locked.value();
  return !locked.ok;
};
