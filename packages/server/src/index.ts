/**
 * The public names of the server: what the testbed and other programs start.
 */
export { type AgencyNode, type AgencyNodeOptions, createAgencyNode } from './agency-node.ts';
export { type City, type CityOptions, createCity } from './city.ts';
export { runCommand } from './cli/cityweave.ts';
export { fixturesFolder, readMaterial } from './cli/conformance.ts';
export { loadExamples } from './cli/examples.ts';
export { type LoadedCity, loadCity, loadNode } from './config/load.ts';
export * from './config/node-file.ts';
export { type ConformanceReport, testConformance } from './conformance/conformance.ts';
export { type Clock, type Deps, type Ids, systemDeps, type Timers } from './deps.ts';
export { createTiles } from './http/tiles.ts';
export { type ImportOptions, importSource } from './import/import.ts';
export type { ImportReport } from './import/record.ts';
export { Source } from './import/source.ts';
export { createImportThreads, type ImportThreads } from './import/threads.ts';
export { createNodeThreads, type NodeThreads } from './node-threads.ts';
export { encodeChunk } from './store/history/chunk.ts';
export { openStore } from './store/open-store.ts';
export { openRecordStore } from './store/records.ts';
export { openSqliteStore } from './store/sqlite/sqlite.ts';
export type * from './store/store.ts';
export { type Built, buildScene } from './tiles/built.ts';
export { createCutThreads } from './tiles/cut/cut-threads.ts';
export type { Drawn } from './tiles/drawn.ts';
export { createRowIndex } from './tiles/row-index.ts';
export { createSceneFiles, type SceneFiles } from './tiles/scene-files.ts';
export { stateLimits } from './tiles/states.ts';
