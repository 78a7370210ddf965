/**
 * Measure: one contender, one view, one fresh browser: loaded, turned about, and asked what it takes.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { launchChromium } from '../../browser/chromium.ts';
import { median } from '../result.ts';
import type { ContenderName } from './build.ts';
import { heapOf } from './heap.ts';
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
  /** the same with all of its workers */
  readonly heapOfAll: number;
  readonly gpu: number;
  readonly calls: number;
  readonly triangles: number;
  /** share of the picture that is another one in full detail, as far as an eye sees; of who has no levels 0 */
  readonly difference: number;
  /** milliseconds of script on the page's own thread while ten thousand values a second change, a second; of who shows none 0 */
  readonly changing: number;
};

const orbitFrames = 24;
/** so long values change before they are measured, and while they are */
const changing = { firstMs: 2_000, measuredMs: 4_000 } as const;
const patienceMs = 180_000;

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
  const memory = { heap: heap.page, heapOfAll: heap.all };
  const { calls, triangles, gpuBytes } = await page.evaluate(() => globalThis.bench.count());
  await keepPicture(page, pictureAt);
  const { frame, js } = await page.evaluate((frames) => globalThis.bench.orbit(frames), orbitFrames);
  const difference = (await Promise.race([page.evaluate(() => globalThis.bench.difference()), failed])) ?? 0;
  const changing = await scriptOfChanges(page);
  return { load, frame: median(frame), js: median(js), wire: bytes, zipped, ...memory, gpu: gpuBytes, calls, triangles, difference, changing };
};

const scriptSeconds = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? Number.NaN;
};

const scriptOfChanges = async (page: Page): Promise<number> => {
  if (!(await page.evaluate(() => globalThis.bench.follow()))) return 0;
  const session = await page.context().newCDPSession(page);
  // by the clock of the thread: what a machine does beside it is none of its script
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await setTimeout(changing.firstMs);
  const [before, from] = [await scriptSeconds(session), performance.now()];
  await setTimeout(changing.measuredMs);
  return (((await scriptSeconds(session)) - before) / ((performance.now() - from) / 1_000)) * 1_000;
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
