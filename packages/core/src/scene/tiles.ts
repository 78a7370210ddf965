/**
 * The names of tiles by themselves: bytes in, arrays out, without the schema of the scene's document, for a worker that loads fast.
 */
export * from './archive.ts';
export * from './eye/fit.ts';
export * from './eye/home.ts';
export * from './eye/look.ts';
export * from './eye/shown-first.ts';
export * from './eye/tile-tree.ts';
export * from './eye/view.ts';
export * from './eye/whereabouts.ts';
export * from './local-frame.ts';
export * from './opening.ts';
export * from './outline-tile.ts';
export * from './row-columns.ts';
export * from './scene-limits.ts';
export * from './scene-reader.ts';
export * from './solids.ts';
export * from './state-frame.ts';
