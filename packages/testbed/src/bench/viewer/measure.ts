/**
 * Measure: one contender, one view, one fresh browser: loaded, turned about, and asked what it takes.
 */
import { writeFile } from 'node:fs/promises';
import type { CDPSession, Page } from 'playwright-core';
import { launchChromium } from '../../browser/chromium.ts';
import type { ContenderName } from './build.ts';
import type { Served } from './serve.ts';
import { type Given, picture } from './views.ts';

export type Measured = {
  /** milliseconds from the first request to a complete picture */
  readonly load: number;
  /** milliseconds, the median of an orbit; `js` is the part on the main thread */
  readonly frame: number;
  readonly js: number;
  /** bytes of the city that were sent until the picture was complete */
  readonly wire: number;
  readonly zipped: number;
  /** bytes of the page's heap and the buffers behind it, after a collection */
  readonly heap: number;
  readonly gpu: number;
  readonly calls: number;
  readonly triangles: number;
  /** share of the picture that is another one in full detail, as far as an eye sees; of who has no levels 0 */
  readonly difference: number;
};

const orbitFrames = 24;
const patienceMs = 180_000;

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const heapOf = async (session: CDPSession): Promise<number> => {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  return usedSize + backingStorageSize;
};

type Run = { readonly name: ContenderName; readonly given: Given; readonly served: Served /** where its picture is kept */; readonly pictureAt: string };

const keepPicture = async (page: Page, path: string): Promise<void> => {
  const text = await page.evaluate(() => globalThis.bench.picture());
  await writeFile(path, Buffer.from(text.slice(text.indexOf(',') + 1), 'base64'));
};

const measureOn = async (page: Page, { name, given, served, pictureAt }: Run): Promise<Measured> => {
  const failed = new Promise<never>((_, reject) => {
    page.once('pageerror', (cause) => reject(new Error(`${name}: ${cause.message}`)));
    AbortSignal.timeout(patienceMs).addEventListener('abort', () => reject(new Error(`${name}: no picture in ${patienceMs / 1_000} s`)));
  });
  await Promise.race([page.goto(`${served.address}/on/${name}`, { waitUntil: 'networkidle' }), failed]);
  await Promise.race([page.evaluate((told) => globalThis.bench.prepare(told), given), failed]);
  await served.take();
  const load = await Promise.race([page.evaluate(() => globalThis.bench.load()), failed]);
  const { bytes, zipped } = await served.take();
  const heap = await heapOf(await page.context().newCDPSession(page));
  const { calls, triangles, gpuBytes } = await page.evaluate(() => globalThis.bench.count());
  await keepPicture(page, pictureAt);
  const { frame, js } = await page.evaluate((frames) => globalThis.bench.orbit(frames), orbitFrames);
  const difference = (await Promise.race([page.evaluate(() => globalThis.bench.difference()), failed])) ?? 0;
  return { load, frame: median(frame), js: median(js), wire: bytes, zipped, heap, gpu: gpuBytes, calls, triangles, difference };
};

export const measure = async (run: Run): Promise<Measured> => {
  const browser = await launchChromium(['--enable-precise-memory-info']);
  try {
    const page = await browser.newPage({ viewport: { width: picture.width, height: picture.height } });
    page.setDefaultTimeout(patienceMs);
    return await measureOn(page, run);
  } finally {
    await browser.close();
  }
};
