/**
 * Build: one page for every contender, bundled as for its users: ours as the viewer is.
 */
import { join } from 'node:path';
import { build } from 'vite';

export const contenders = ['ours', 'merged', 'three-d-tiles', 'maplibre', 'cesium'] as const;
export type ContenderName = (typeof contenders)[number];

const pages = join(import.meta.dirname, 'pages');
const configOfViewer = join(import.meta.dirname, '../../../../viewer/vite.config.ts');

type Bundle = { readonly names: readonly string[]; readonly configFile: string | false; readonly folder: string };

const bundle = ({ names, configFile, folder }: Bundle): Promise<unknown> =>
  build({
    root: pages,
    configFile,
    mode: 'production',
    logLevel: 'error',
    base: '/pages/',
    worker: { format: 'es' },
    define: { CESIUM_BASE_URL: JSON.stringify('/libraries/cesium/'), 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2023',
      modulePreload: false,
      rolldownOptions: {
        input: Object.fromEntries(names.map((name) => [name, join(pages, `${name}.ts`)])),
        output: { entryFileNames: '[name].js' },
      },
    },
  });

export const buildPages = async (folder: string): Promise<void> => {
  await bundle({ names: ['ours'], configFile: configOfViewer, folder });
  await bundle({ names: ['counter', ...contenders.filter((name) => name !== 'ours')], configFile: false, folder });
};
