/**
 * Setup of the tests in a browser, once a run: the browser unpacked, the viewer built as it is now, the sample city running.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { placeChromium } from './chromium.ts';
import { startCity } from './city-process.ts';

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: the test runner asks that its interface be widened
  export interface ProvidedContext {
    /** address of the sample city's front; no test changes anything in it */
    readonly sampleCity: string;
  }
}

const root = join(import.meta.dirname, '../../../..');
const viewer = join(root, 'packages/viewer');

/** As it is served, not as the test runner's environment would have it. */
const buildViewer = async (): Promise<void> => {
  const env = { ...process.env, NODE_ENV: 'production' };
  const build = spawn(join(viewer, 'node_modules/.bin/vite'), ['build', '--logLevel', 'error'], { cwd: viewer, stdio: ['ignore', 'ignore', 'inherit'], env });
  const [code] = await once(build, 'exit');
  if (code !== 0) throw new Error('the viewer could not be built');
};

type Project = { readonly provide: (name: 'sampleCity', address: string) => void };

export const setup = async (project: Project): Promise<() => Promise<void>> => {
  await Promise.all([placeChromium(), buildViewer()]);
  const city = await startCity(join(root, 'fixtures/cities/sample.yaml'));
  project.provide('sampleCity', city.address);
  return async () => {
    await city[Symbol.asyncDispose]();
  };
};
