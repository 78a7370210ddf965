/**
 * Running: what a running city leaves in its folder so that others find it: the addresses of its nodes. The lock says whether it is true.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ok, type Result } from '@cityweave/core';
import { z } from 'zod';
import type { City } from '../../city.ts';
import type { LoadedCity } from '../../config/load.ts';
import { parseJson } from '../../exchange/json.ts';
import { isLocked, lockDirectory } from '../../store/sqlite/sqlite-lock.ts';

const Running = z.object({ front: z.url(), nodes: z.array(z.object({ agency: z.string(), address: z.url() })) });
export type Running = z.infer<typeof Running>;

export const stateOf = (state: string, city: LoadedCity): string => resolve(state, city.city);

const fileIn = (folder: string): string => join(folder, 'running.json');

/** The city that runs in this folder now; undefined where none does. */
export const runningCity = async (folder: string): Promise<Running | undefined> => {
  if (!(await isLocked(folder))) return undefined;
  const text = await readFile(fileIn(folder), 'utf8').catch(() => '');
  return Running.safeParse(parseJson(text)).data;
};

export const runningOf = (city: City): Running => ({ front: city.front.address, nodes: city.nodes.map(({ agency, address }) => ({ agency, address })) });

/** Holds the folder for this process. */
export const claim = async (folder: string): Promise<Result<{ readonly announce: (city: City) => Promise<void>; readonly release: () => Promise<void> }>> => {
  const locked = await lockDirectory(folder);
  if (!locked.ok) return locked;
  return ok({
    announce: (city) => writeFile(fileIn(folder), JSON.stringify(runningOf(city))),
    release: async () => {
      await rm(fileIn(folder), { force: true });
      locked.value();
    },
  });
};
