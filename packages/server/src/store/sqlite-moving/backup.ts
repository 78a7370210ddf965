/**
 * Backup: copies of a node's files while it runs. Each is one state of its file. Records come first: none speaks of twins or of lines of the log that the copy lacks.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { fail, ok, problem, type Result } from '@cityweave/core';
import { recordFileName } from '../records.ts';
import { storeFileName } from '../sqlite/sqlite.ts';

/** All pages in one step: a writer in between would make it begin anew. */
const pagesAtOnce = 2 ** 31 - 1;

/** For its owner alone, as what is copied: the node's private key may be in it. */
const copyFile = async (from: string, to: string): Promise<void> => {
  closeSync(openSync(to, 'wx', 0o600));
  const file = new DatabaseSync(from, { readOnly: true });
  await backup(file, to, { rate: pagesAtOnce }).finally(() => file.close());
};

/** Those that are there: a node that only imported so far has no records, and twins that are kept in a server are no file. */
export const backupFolder = async (from: string, to: string): Promise<Result<readonly string[]>> => {
  const names = [recordFileName, storeFileName].filter((name) => existsSync(join(from, name)));
  for (const name of names) {
    const copied = await copyFile(join(from, name), join(to, name)).then(
      () => ok(true),
      (cause: Error) => fail(problem('unavailable', { subject: name, found: cause.message })),
    );
    if (!copied.ok) return copied;
  }
  return ok(names);
};
