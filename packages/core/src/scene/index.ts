/**
 * The scene's names by themselves: what a viewer needs without the rest of the standard.
 */
export * from './scene.ts';
export * from './tiles.ts';
