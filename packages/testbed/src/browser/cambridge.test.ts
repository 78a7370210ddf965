/**
 * The flood question on a real city, in the page: by the mouse and by the keyboard alone, and as many twins as the files say.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floodExposure } from '../cambridge/figures.ts';
import { root } from './build-viewer.ts';
import { launchChromium } from './chromium.ts';
import { type CityProcess, startCity } from './city-process.ts';
import { answerOf, eyeIn, hands, labels, labelsUnderPanel, seenOtherwise, sources } from './hands.ts';
import { openViewer, panel } from './page.ts';

const dataFolder = resolve(process.env['DATA'] ?? join(root, '../shared/data'));
const isThere = existsSync(join(dataFolder, 'cambridge', 'layers'));
const isSkipped = isThere ? '' : ' (skipped: DATA names no folder with the layers of Cambridge: docs/data.md says where they come from)';

/** The first start reads 171,469 records, and the first look at the scene cuts them into tiles. */
const startMaxMs = 600_000;
const journeyMaxMs = 600_000;
/** What the page does for a person; the journey fails where one step takes longer. */
const stepMaxMs = 90_000;
const station = 'ALEWIFE';

describe.skipIf(!isThere)(`the flood question on Cambridge, in the page${isSkipped}`, () => {
  let [browser, city]: [Browser | undefined, CityProcess | undefined] = [undefined, undefined];
  beforeAll(async () => {
    city = await startCity(join(root, 'fixtures/cities/cambridge.yaml'));
    browser = await launchChromium();
  }, startMaxMs);
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  }, startMaxMs);

  const viewOf = (page: Page) => page.evaluate(() => globalThis.cityweave?.view());

  it(
    'is drawn before all of it is known, says who follows, and in the end is seen from home as a whole',
    async () => {
      if (!(browser && city)) throw new Error('no city');
      await using viewer = await openViewer(browser, city.address);
      viewer.page.setDefaultTimeout(startMaxMs);
      const growing = viewer.page.getByText(/Drawn so far: \d+ of \d+ agencies/);
      await growing.waitFor();
      const first = await viewOf(viewer.page);
      await viewer.drawn();
      await growing.waitFor({ state: 'hidden' });
      await using fresh = await openViewer(browser, city.address);
      await fresh.drawn();
      const whole = await viewOf(fresh.page);
      expect([await viewOf(viewer.page), viewer.errors]).toEqual([whole, []]);
      expect(first).not.toEqual(whole);
    },
    journeyMaxMs,
  );

  it.each(Object.entries(hands))(
    'is asked by %s, lit, listed, asked of a zone that is picked in the scene, and opened by its link',
    async (_, hand) => {
      if (!(browser && city)) throw new Error('no city');
      const exposed = Object.values(floodExposure(dataFolder, 500)).reduce((sum, { exposed: count }) => sum + count, 0);
      await using viewer = await openViewer(browser, city.address);
      const { page } = viewer;
      page.setDefaultTimeout(startMaxMs);
      await viewer.drawn();
      page.setDefaultTimeout(stepMaxMs);
      await hand.pose(page);
      await answerOf(page).getByText(`${exposed} twins`).first().waitFor();
      await expect.poll(() => labels(page)).toContain(station);
      await expect.poll(() => labelsUnderPanel(page)).toEqual([]);
      await hand.openSources(page);
      await sources(page).getByRole('listitem').nth(5).waitFor();
      await hand.choose(page, station);
      await panel(page, 'Selected twin').getByRole('heading', { level: 2, name: station }).waitFor();
      await viewer.drawn();
      await hand.pick(page, station);
      await expect.poll(() => page.locator('.place select').inputValue()).toContain('urn:dtf:twin:fema.example:');
      await page.locator('div.answered[aria-busy="false"]').getByRole('button', { name: station }).first().waitFor();
      await expect.poll(() => page.url()).toContain('s=urn');
      await viewer.drawn();
      const link = page.url();
      await using other = await openViewer(browser, city.address, { hash: new URL(link).hash });
      await answerOf(other.page).waitFor();
      await panel(other.page, 'Selected twin').getByRole('heading', { level: 2, name: station }).waitFor();
      await expect.poll(() => seenOtherwise(page, other.page)).toEqual([]);
      await expect.poll(() => eyeIn(other.page.url())).toBe(eyeIn(link));
      expect([...viewer.errors, ...other.errors]).toEqual([]);
    },
    journeyMaxMs,
  );
});
