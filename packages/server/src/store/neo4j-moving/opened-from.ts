/**
 * Opened from: a space says from which folder it was opened last. Of two folders that name one space neither knows what the other agreed to: whoever opens it is told of the other.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '@cityweave/core';
import type { Ids } from '../../deps.ts';
import type { Run } from '../neo4j/save.ts';
import { readRegister } from '../neo4j-cypher/read.ts';
import type { Space } from '../neo4j-cypher/space.ts';
import { putRegisters } from '../neo4j-cypher/write.ts';

/** A folder by where it is, and by an id that stays with it alone: no move of a node takes it along. */
export type Folder = { readonly path: string; readonly id: string };

const fileName = 'folder-id';

/** With an id of its own from the first time on. */
export const folderOf = async (path: string, ids: Ids): Promise<Folder> => {
  const file = join(path, fileName);
  const known = await readFile(file, 'utf8').catch(() => '');
  const id = known.trim() || ids.uuid();
  if (known === '') await writeFile(file, `${id}\n`);
  return { path, id };
};

const key = 'folder';

export type OpenedFrom = { readonly folder: Folder; readonly at: Instant };

/** The other folder from which the space was opened last, where it was another one; from now on it is this one. */
export const noteFolder = async (run: Run, space: Space, now: OpenedFrom): Promise<OpenedFrom | undefined> => {
  const [row] = await run(readRegister(space, key));
  const before: OpenedFrom | undefined = row && JSON.parse(String(row['doc']));
  await run(putRegisters(space, [{ key, properties: { doc: JSON.stringify(now) } }]));
  const isSame = before === undefined || (before.folder.id === now.folder.id && before.folder.path === now.folder.path);
  return isSame ? undefined : before;
};
