/**
 * What is seen of the sample city: by what one knows it, as coarse as somebody asks for, where nothing is to be seen, and where nothing can be drawn.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { answerOf, labels } from './hands.ts';
import { openViewer, panel } from './page.ts';

const address = inject('sampleCity');

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

it('is named by its quarters, as coarse as is asked for, in a window of 800 pixels', async () => {
  await using viewer = await openViewer(browser, address, { viewport: { width: 800, height: 600 }, quality: 2, hash: '#lang=en' });
  await viewer.drawn();
  await expect.poll(() => labels(viewer.page)).toContain('Westend');
  expect(await viewer.page.evaluate(() => globalThis.cityweave?.statistics())).toMatchObject({ tier: 2 });
  expect(await viewer.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(800);
  expect(viewer.errors).toEqual([]);
});

it('is complete also where no tile of it is in view', async () => {
  await using viewer = await openViewer(browser, address, { reducedMotion: 'reduce' });
  await viewer.drawn();
  await viewer.page.evaluate(() => globalThis.cityweave?.setView({ east: 50_000, north: 50_000, distance: 300, heading: 0, tilt: 0 }));
  await viewer.page.waitForFunction(() => Object(globalThis.cityweave?.statistics()).wanted === 0);
  expect(await viewer.page.evaluate(() => globalThis.cityweave?.complete())).toMatchObject({ here: 0, wanted: 0 });
});

it('without WebGL says so; its buttons open the table and try again', async () => {
  await using viewer = await openViewer(browser, address, {
    hash: '#lang=en',
    before: (page) => page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null;'),
  });
  const { page } = viewer;
  const notice = page.locator('.notice').filter({ hasText: 'This browser cannot draw the city in 3D' });
  await notice.getByRole('button', { name: 'Open the table' }).click();
  await panel(page, 'Table').getByRole('row').nth(3).waitFor();
  await notice.getByRole('button', { name: 'Try again' }).click();
  await notice.waitFor();
  await panel(page, 'Table').getByRole('row').nth(3).waitFor();
  expect(viewer.errors).toEqual([]);
});

it('without WebGL bounds can be set by which the table tells alarms, and nothing is said to be on its way that never comes', async () => {
  await using viewer = await openViewer(browser, address, {
    hash: '#v=table&w=filter&k=city:RiverGauge&p=city:waterLevel&lang=en',
    before: (page) => page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null;'),
  });
  const { page } = viewer;
  const filter = panel(page, 'Filter and colour');
  await filter.getByText('Watch', { exact: true }).click();
  await filter.getByLabel('Alarm above').fill('0');
  await filter.getByLabel('Alarm above').press('Enter');
  await page.getByRole('gridcell').filter({ hasText: 'in alarm' }).first().waitFor();
  await expect.poll(() => page.getByText('Asking …').count()).toBe(0);
  expect(viewer.errors).toEqual([]);
});

it('in colours that somebody forces, the legend and its patterns are there', async () => {
  const hash = '#p=city:waterLevel&k=city:RiverGauge&b=city:waterLevel~~1~60~m&lang=en';
  await using viewer = await openViewer(browser, address, { hash, forcedColors: 'active' });
  const legend = panel(viewer.page, 'Legend');
  await legend.locator('.ringed').waitFor();
  const images = await legend.locator('.ramp, .hatched, .striped').evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundImage));
  expect(images).toHaveLength(3);
  for (const image of images) expect(image).toContain('gradient');
});

type Box = { readonly text: string; readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };

const boxesOf = (page: Page, selector: string): Promise<readonly Box[]> =>
  page.locator(selector).evaluateAll((all) =>
    all.map((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return { text: element.textContent ?? '', left, right, top, bottom };
    }),
  );

const overEachOther = (boxes: readonly Box[]): readonly string[] =>
  boxes.flatMap((one, at) =>
    boxes
      .slice(at + 1)
      .filter((other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom)
      .map((other) => `${one.text} / ${other.text}`),
  );

const discs = '.scene-badges > *';
/** All that the flood question finds are points. */
const found = 36;

it.each([5_000, 6_500, 9_000, 14_000])(
  'from %i m away tells all that an answer found by discs, and neither they nor names lie on one another',
  async (distance) => {
    // a link with a place for the eye: nobody is brought before what was found, so that the eye stays where it is put below
    const hash = '#c=9.268,52.028,1500,0,50&q=flood-exposure&w=questions&lang=en';
    await using viewer = await openViewer(browser, address, { hash, reducedMotion: 'reduce' });
    const { page } = viewer;
    await answerOf(page).getByText(`${found} twins`).waitFor();
    await viewer.drawn();
    await page.evaluate((metres) => globalThis.cityweave?.setView({ east: 300, north: 0, distance: metres, heading: 0, tilt: 50 }), distance);
    await expect.poll(async () => (await boxesOf(page, discs)).reduce((sum, { text }) => sum + Number(text || 1), 0)).toBe(found);
    await expect.poll(() => labels(page)).not.toEqual([]);
    // both of the same picture
    expect(overEachOther(await boxesOf(page, `${discs}, .scene-labels > *`))).toEqual([]);
  },
);
