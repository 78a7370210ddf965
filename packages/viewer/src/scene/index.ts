/**
 * The engine's names by themselves: the city on any canvas, without the page around it.
 */
export { createCity, type StagedCity } from './city.ts';
export { fetchOpening } from './fetching.ts';
export { placeCamera } from './rig/view.ts';
export { warmEarly } from './rig/warming.ts';
export { startTileWorkers } from './tiles/tile-workers.ts';
