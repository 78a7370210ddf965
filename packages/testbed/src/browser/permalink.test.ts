/**
 * A link with everything at once: whoever opens it sees the same as who sent it, part by part, and sends the same on.
 */
import { twinIdOf } from '@cityweave/core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createTestCity } from '../city.ts';
import { agencyOfTest, authorityOfTest, fourAgencies, testFederationId } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, panel, type Watched } from './page.ts';

const dayAheadMs = 86_400_000;
const [gauge, turned] = [twinIdOf(authorityOfTest('water'), 'things', 'gauge-2'), `${agencyOfTest('front')}|city:Building`];

const everything = {
  ...{ l: turned, a: agencyOfTest('water'), k: 'city:RiverGauge', r: 'city:waterLevel~1~2~', p: 'city:waterLevel' },
  // a moment that has not come shows what is known now
  ...{ t: '2026-06-21T19:00', at: `${new Date(Date.now() + dayAheadMs).toISOString().slice(0, 16)}Z` },
  ...{ q: 'all', s: gauge, w: 'filter', v: 'table', m: 'dark', lang: 'de' },
} as const;

const all = {
  ...{ name: 'all', title: 'What is there?', variables: { federation: testFederationId } },
  query: `query ($federation: ID!) { federation(id: $federation) { twins(first: 50) {
    nodes { id name kind { id } representations { agency { id name } } } sources { agency { id name } status } } } }`,
};

const partsOf = (url: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    new URL(url).hash
      .slice(1)
      .split('&')
      .map((part) => [part.slice(0, part.indexOf('=')), decodeURIComponent(part.slice(part.indexOf('=') + 1))]),
  );

/** The link to the view as it is now: the page's own address follows the eye a little later. */
const copied = async ({ page }: Watched): Promise<string> => {
  await page.getByRole('button', { name: 'Link kopieren' }).click();
  return page.getByLabel('Link zu dieser Ansicht').inputValue();
};

/** What stands in the window, not what its address says. */
const seen = async ({ page }: Watched) => ({
  chosen: await panel(page, 'Gewählter Zwilling').getByRole('heading', { level: 2 }).textContent(),
  range: await panel(page, 'Filtern und färben')
    .getByRole('slider')
    .evaluateAll((sliders) => sliders.map((one) => one.getAttribute('aria-valuetext'))),
  legend: await panel(page, 'Legende').locator('.stops').textContent(),
  rows: await page.locator('[role=grid] .table-row [role=gridcell]:first-child').allTextContents(),
  columns: await page.getByRole('columnheader').allTextContents(),
  moments: await page.locator('.moment-bar output').allTextContents(),
  dress: await page.evaluate(() => [document.documentElement.dataset['theme'], document.documentElement.lang]),
  view: await page.evaluate(() => Object.values(globalThis.cityweave?.view() ?? {}).map((part) => Math.round(Number(part)))),
});

const settled = async (viewer: Watched): Promise<void> => {
  const { page } = viewer;
  await panel(page, 'Gewählter Zwilling').locator('table.values tr').first().waitFor();
  await panel(page, 'Legende').locator('.stops').waitFor();
  await panel(page, 'Filtern und färben').getByRole('slider').nth(1).waitFor();
  await page.locator('[role=grid] .table-row').nth(1).waitFor();
  await viewer.drawn();
};

it('shows somebody else the same camera, layers, filter, colours, question, twin, sun, time, theme and language, and is sent on as it came', async () => {
  await using city = await createTestCity({ agencies: fourAgencies(), examples: [all] });
  await city.active();
  const browser = await launchChromium();
  const before = (page: Page) => page.addInitScript("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));");
  const open = (hash: string) => openViewer(browser, city.front.address, { hash, reducedMotion: 'reduce', before });
  const hash = Object.entries(everything).map(([key, text]) => `${key}=${text}`);
  await using viewer = await open(`#${hash.join('&')}`);
  const { page } = viewer;
  await settled(viewer);
  const home = await seen(viewer);
  await page.locator('.stage').focus();
  for (const key of ['ArrowRight', 'e', '+']) await page.keyboard.press(key);
  await settled(viewer);
  const first = await seen(viewer);
  for (const [at, part] of first.view.slice(0, 4).entries()) expect(part).not.toBe(home.view[at]);
  const link = await copied(viewer);
  expect(partsOf(link)).toMatchObject(everything);
  expect(first).toMatchObject({ chosen: 'gauge-2', rows: ['gauge-1', 'gauge-2'], dress: ['dark', 'de'] });
  expect([first.moments.length, first.range.length, first.columns.length]).toEqual([2, 2, 5]);
  await using other = await open(new URL(link).hash);
  await settled(other);
  await expect.poll(() => seen(other)).toEqual(first);
  expect(partsOf(await copied(other))).toEqual(partsOf(link));
  for (const { page: sent } of [viewer, other]) await expect.poll(() => partsOf(sent.url())).toEqual(partsOf(link));
  await other.page.locator('#views').getByRole('button', { name: 'Ebenen' }).click();
  expect(await panel(other.page, 'Ebenen').getByRole('checkbox', { name: 'Gebäude' }).isChecked()).toBe(false);
  await other.page.locator('#views').getByRole('button', { name: 'Fragen' }).click();
  await panel(other.page, 'Antwort')
    .getByRole('button', { name: /^fire-1/ })
    .waitFor();
  expect([...viewer.errors, ...other.errors]).toEqual([]);
  await browser.close();
});
