/**
 * What agencies write is text wherever it is shown: markup, addresses that run, letters that turn the line round, and names without an end.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity } from '../city.ts';
import { fourAgencies, testFederationId } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, option, panel, search, tool } from './page.ts';

const markup = '<img src=x onerror="document.title=`owned`"><script>document.title="owned"</script>';
const running = 'javascript:document.title="owned"';
const turning = 'abc\u202Egnp.exe\u2066';
const endless = `endless ${'x'.repeat(10_000)}`.slice(0, 10_000);

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

describe('a name of an agency, a kind, a property or a question that is no name', () => {
  const word = (term: string, role: string, label: string) => ({ ...{ term: `water:${term}`, role, label: { en: label } } });
  const dictionary = {
    ...{ id: 'urn:dtf:dictionary:water.test.example:water', version: '1.0.0', prefix: 'water', name: { en: markup } },
    terms: [
      { ...word('Odd', 'kind', `Kind ${markup}`), sameAs: ['city:RiverGauge'], properties: ['water:odd', 'water:turned'] },
      { ...word('odd', 'property', `Property ${markup}`), dataType: 'number' },
      { ...word('turned', 'property', `Property ${turning}`), dataType: 'number' },
    ],
  };
  const twins = [1, 2, 3].map((n) => ({ key: `g-${n}`, at: [0.2, 0.1 * n] as const, values: { odd: n, turned: n } }));
  const water = {
    ...{ twins, dictionary, node: { name: { en: `Agency ${markup}` } } },
    source: { kind: 'water:Odd', properties: ['odd', 'turned'].map((column) => ({ column, term: `water:${column}` })) },
  };
  const query =
    'query ($federation: ID!) { federation(id: $federation) { twins(first: 5) { nodes { id name kind { id } } sources { agency { id name } status } } } }';
  const examples = [`What? ${markup}`, `Runs? ${running}`, `Ends? ${endless}`].map((title, at) => ({
    ...{ name: `${title.slice(0, 5)} ${at} ${markup}`, title, query, variables: { federation: testFederationId } },
  }));

  it('is text in every panel', async () => {
    await using city = await createTestCity({
      examples,
      agencies: fourAgencies({ water, energy: { node: { name: { en: endless } } }, fire: { node: { name: { en: turning } } } }),
    });
    await city.active();
    const browser = await launchChromium();
    await using viewer = await openViewer(browser, city.front.address, { hash: '#p=water:odd&r=water:odd~0&lang=en' });
    const { page } = viewer;
    const shows = async (name: string, ...texts: readonly string[]): Promise<void> => {
      await tool(page, name).click();
      for (const text of texts) await page.locator('.panel').filter({ hasText: text }).first().waitFor();
    };
    await panel(page, 'Legend').getByText('Property <img').waitFor();
    await shows('Federation', 'Agency <img', 'endless', 'abc');
    await shows('Layers', 'Agency <img', 'Kind <img');
    await shows('Filter and colour Filtered.', 'Property <img');
    await shows('Questions', 'What?', 'Runs?', 'Ends?');
    await shows('Table', 'Kind <img', 'Agency <img', 'Property <img');
    await page.getByRole('row').filter({ hasText: 'g-1' }).click();
    await panel(page, 'Selected twin').getByText('Property <img').first().waitFor();
    await shows('Tree', 'Agency <img');
    await page.locator('.card').filter({ hasText: 'What?' }).click();
    await page.locator('#sources').click();
    await page.locator('.source').filter({ hasText: 'Agency <img' }).waitFor();
    await search(page).fill('Kind');
    await option(page, 'Kind <img').first().waitFor();
    expect(await page.locator('img, a[href^="javascript:"]').count()).toBe(0);
    expect(await page.title()).not.toContain('owned');
    const wide = await page
      .locator('.panel:visible')
      .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.className));
    expect(wide).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
    expect([viewer.outside, viewer.errors, (await viewer.counts()).violations]).toEqual([[], [], []]);
    await browser.close();
  });
});
