/**
 * Build: one page for every contender, bundled as for its users.
 */
import { join } from 'node:path';
import { build } from 'vite';

export const contenders = ['ours', 'merged', 'three-d-tiles', 'maplibre', 'cesium'] as const;
export type ContenderName = (typeof contenders)[number];

export const buildPages = async (folder: string): Promise<void> => {
  const pages = join(import.meta.dirname, 'pages');
  await build({
    root: pages,
    configFile: false,
    mode: 'production',
    logLevel: 'error',
    base: '/pages/',
    worker: { format: 'es' },
    define: { CESIUM_BASE_URL: JSON.stringify('/libraries/cesium/'), 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: {
        input: Object.fromEntries(['counter', ...contenders].map((name) => [name, join(pages, `${name}.ts`)])),
        output: { entryFileNames: '[name].js' },
      },
    },
  });
};
