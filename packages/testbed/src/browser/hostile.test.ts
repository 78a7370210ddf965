/**
 * What agencies write is text wherever it is shown: markup, addresses that run, letters that turn the line round, and names without an end.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity } from '../city.ts';
import { fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, option, panel, search, tool } from './page.ts';

const markup = '<img src=x onerror="document.title=`owned`"><script>document.title="owned"</script>';
const running = 'javascript:document.title="owned"';
const turning = 'abc\u202Egnp.exe\u2066';
const endless = `endless ${'x'.repeat(10_000)}`;

describe('a name that is no name', () => {
  let [browser, city]: [Browser | undefined, TestCity | undefined] = [undefined, undefined];
  beforeAll(async () => {
    const twins = [markup, running, turning, endless].map((owner, at) => ({
      ...{ key: `h-${at}`, at: [0.2, 0.1 + at * 0.001] as const },
      values: { waterLevel: at, owner },
    }));
    city = await createTestCity({ agencies: fourAgencies({ water: { twins, source: { name: '{owner}' } } }) });
    await city.active();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  });

  it('is text in the search, in the panel, in the table and in the tree', async () => {
    if (!(browser && city)) throw new Error('no city');
    await using viewer = await openViewer(browser, city.front.address);
    const { page } = viewer;
    await search(page).click();
    await page.keyboard.type('onerror');
    await option(page, '<img src=x').click();
    const chosen = panel(page, 'Selected twin');
    await chosen.getByRole('heading', { level: 2 }).filter({ hasText: '<script>' }).waitFor();
    await chosen.locator('table.values').getByText('<img').first().waitFor();
    await tool(page, 'Table').click();
    const grid = page.getByRole('grid');
    for (const part of ['<img src=x', 'javascript:', 'abc', 'endless']) await grid.getByRole('row').filter({ hasText: part }).first().waitFor();
    await grid.getByRole('row').filter({ hasText: 'endless' }).first().click();
    await chosen.getByRole('heading', { level: 2 }).filter({ hasText: 'endless' }).waitFor();
    expect(await chosen.evaluate((section) => section.getBoundingClientRect().width)).toBeLessThanOrEqual(400);
    expect(await chosen.evaluate((section) => section.scrollWidth <= section.clientWidth)).toBe(true);
    await tool(page, 'Tree').click();
    await page.getByRole('treeitem').first().waitFor();
    expect(await page.locator('img, a[href^="javascript:"]').count()).toBe(0);
    expect(await page.title()).not.toContain('owned');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
    expect([viewer.outside, viewer.errors, (await viewer.counts()).violations]).toEqual([[], [], []]);
  });

  it('does not turn round the line that it stands in', async () => {
    if (!(browser && city)) throw new Error('no city');
    await using viewer = await openViewer(browser, city.front.address, { hash: '#v=table' });
    const row = viewer.page.getByRole('row').filter({ hasText: 'abc' }).first();
    await row.waitFor();
    expect(
      await row
        .locator('bdi')
        .first()
        .evaluate((name) => getComputedStyle(name).unicodeBidi),
    ).toMatch(/isolate/);
  });
});
