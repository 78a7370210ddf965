/**
 * How the viewer is built: one page, hashed files beside it, nothing inline, so that a strict content security policy holds.
 */
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The scene writes its own shaders: those of three's own materials are left out, a tenth of the first script. */
const withoutShadersOfThree: Plugin = {
  name: 'without-shaders-of-three',
  enforce: 'pre',
  load: (id) =>
    /three\/src\/renderers\/shaders\/Shader(Chunk|Lib)\/[^?]*\.glsl\.js$/.test(id)
      ? "export default ''; export const vertex = ''; export const fragment = '';"
      : undefined,
};

/** A script with one letter beyond the first 256 takes two bytes for each of its letters as long as the page is open. */
const output = { charset: 'ascii' } as const;

// biome-ignore lint/style/noDefaultExport: the tool asks for one
export default defineConfig({
  plugins: [react(), withoutShadersOfThree],
  // its parts one by one, so that what is not used can be left out
  resolve: { alias: [{ find: /^three$/, replacement: 'three/src/Three.js' }] },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2023', rolldownOptions: { output } },
  worker: { format: 'es', rolldownOptions: { output } },
});
