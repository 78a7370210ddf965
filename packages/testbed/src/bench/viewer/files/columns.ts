/**
 * Columns: the city as plain numbers of four bytes: of each building how many corners, how high, and where they are.
 */
import { writeFile } from 'node:fs/promises';
import type { Town } from '../town.ts';

export const writeColumns = (town: Town, path: string): Promise<void> =>
  writeFile(path, new Uint8Array(Float32Array.from(town.buildings.flatMap(({ corners, height }) => [corners.length, height, ...corners.flat()])).buffer));
