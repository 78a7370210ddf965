/**
 * The scene's names by themselves: what a viewer needs without the rest of the standard.
 */
export * from './archive.ts';
export * from './local-frame.ts';
export * from './outline-tile.ts';
export * from './row-columns.ts';
export * from './scene.ts';
export * from './scene-limits.ts';
