/**
 * Lock: one process a directory. It is held by the operating system, so that it ends with its process, however that ends.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail, ok, problem, type Result } from '@cityweave/core';

const tryLock = (path: string): DatabaseSync | undefined => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return database;
  } catch {
    database?.close();
    return undefined;
  }
};

/** How to let go, or who is in the way. */
export const lockDirectory = async (directory: string): Promise<Result<() => void>> => {
  const made = await mkdir(directory, { recursive: true }).then(
    () => true,
    () => false,
  );
  if (!made)
    return fail(problem('badConfiguration', { subject: 'state', found: 'a folder that cannot be made', accepted: 'a folder that can be written (--state)' }));
  const held = tryLock(join(directory, 'lock.sqlite'));
  if (held) return ok(() => held.close());
  return fail(
    problem('badConfiguration', {
      subject: 'state',
      found: 'a folder that is in use',
      accepted: 'another folder (--state), or stopping the process that has it open',
    }),
  );
};

export const isLocked = async (directory: string): Promise<boolean> => {
  const locked = await lockDirectory(directory);
  if (locked.ok) locked.value();
  return !locked.ok;
};
