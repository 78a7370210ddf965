/**
 * Files: the whole sample city as the files that its agencies publish, the same bytes from the same seed.
 */
import { createGrid, energyFiles, stationAt } from './agencies/energy.ts';
import { environmentFiles } from './agencies/environment.ts';
import { fireFiles } from './agencies/fire.ts';
import { planningFiles } from './agencies/planning.ts';
import { recordings } from './agencies/recordings.ts';
import { roadsFiles } from './agencies/roads.ts';
import { socialFiles } from './agencies/social.ts';
import { createTransit, transitFiles } from './agencies/transit.ts';
import { waterFiles } from './agencies/water.ts';
import { waterwaysFiles } from './agencies/waterways.ts';
import type { MadeFile } from './ground/writers.ts';
import { createTown, type Town } from './town/town.ts';

export const sampleSeed = 4605;

export const filesOf = (town: Town): readonly MadeFile[] => {
  const grid = createGrid(town);
  const station = stationAt(grid);
  return [
    ...planningFiles(town),
    ...energyFiles(town, grid),
    ...waterFiles(town, station),
    ...waterwaysFiles(),
    ...fireFiles(town, station),
    ...transitFiles(town, createTransit(town)),
    ...roadsFiles(town),
    ...socialFiles(town),
    ...environmentFiles(town),
    ...recordings(town, grid),
  ];
};

export const sampleCityFiles = (): readonly MadeFile[] => filesOf(createTown(sampleSeed));
