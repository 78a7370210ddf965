/**
 * Setup of the tests in a browser, once a run: the browser unpacked, the viewer built as it is now, the sample city running.
 */
import { join } from 'node:path';
import { buildViewer, root } from './build-viewer.ts';
import { placeChromium } from './chromium.ts';
import { startCity } from './city-process.ts';

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: the test runner asks that its interface be widened
  export interface ProvidedContext {
    /** address of the sample city's front; no test changes anything in it */
    readonly sampleCity: string;
  }
}

type Project = { readonly provide: (name: 'sampleCity', address: string) => void };

export const setup = async (project: Project): Promise<() => Promise<void>> => {
  await Promise.all([placeChromium(), buildViewer()]);
  const city = await startCity(join(root, 'fixtures/cities/sample.yaml'));
  project.provide('sampleCity', city.address);
  return async () => {
    await city[Symbol.asyncDispose]();
  };
};
