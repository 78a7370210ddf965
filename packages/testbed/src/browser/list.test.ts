/**
 * The list beside the scene: as long as the city is large, in one order, all of it by the keyboard alone.
 */
import { twinIdOf } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import type { Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { createTestCity, present } from '../city.ts';
import { authorityOfTest, fourAgencies, testFederationId } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, panel, tool } from './page.ts';

const rowsMin = 500;

const read = async (page: Page): Promise<number> =>
  Number(/^([\d,]+)/.exec((await page.locator('.table-state').textContent()) ?? '')?.[1]?.replace(',', '') ?? 0);

const activeRow = (page: Page) => page.locator('[role=grid] .table-row.active');

it(`has more than ${rowsMin} rows, drawn as far as they are seen; the last one is chosen like the first`, async () => {
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#v=table&p=city:height&lang=en' });
  const { page } = viewer;
  await page.getByRole('grid').getByRole('row').nth(5).waitFor();
  const name = page.getByRole('columnheader').first();
  await name.getByRole('button').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => name.getAttribute('aria-sort')).toBe('descending');
  expect(await panel(page, 'Selected twin').count()).toBe(0);
  await page.keyboard.press('Enter');
  await expect.poll(() => name.getAttribute('aria-sort')).toBe('ascending');
  await page.getByRole('columnheader').nth(4).getByRole('button').click();
  await expect
    .poll(() =>
      page
        .getByRole('gridcell')
        .filter({ hasText: / old · |file of / })
        .count(),
    )
    .toBeGreaterThan(0);
  await name.getByRole('button').click();
  await page.getByRole('grid').focus();
  // where an agency was away, the list is read from its beginning once it is back
  await expect
    .poll(async () => {
      await page.keyboard.press('End');
      return read(page);
    })
    .toBeGreaterThan(rowsMin);
  await page.keyboard.press('End');
  await expect.poll(async () => Number(await activeRow(page).getAttribute('aria-rowindex'))).toBeGreaterThan(rowsMin);
  expect(await page.locator('[role=grid] .table-row').count()).toBeLessThan(100);
  const last = (await activeRow(page).getByRole('gridcell').first().textContent()) ?? '';
  await page.keyboard.press('Enter');
  await panel(page, 'Selected twin').getByRole('heading', { level: 2, name: last }).waitFor();
  expect(viewer.errors).toEqual([]);
  await browser.close();
});

it('says that it cannot be read where the node does not answer, and not that nothing fits: as a table and as a tree', async () => {
  const browser = await launchChromium();
  const refuse = (page: Page) =>
    page.route('**/graphql', (route) => (/query (Twins|Counts)\b/.test(route.request().postData() ?? '') ? route.abort() : route.continue()));
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#v=table&lang=en', before: refuse });
  const { page } = viewer;
  for (const list of ['Table', 'Tree']) {
    if (list === 'Tree') await tool(page, list).click();
    await panel(page, list).getByText('The list could not be read').waitFor();
    expect(await panel(page, list).textContent()).not.toContain('No twin fits');
  }
  await browser.close();
});

it('says which values are beyond the bounds that somebody set beside the legend, as the scene does', async () => {
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#v=table&w=filter&p=city:height&k=city:Building&lang=en' });
  const { page } = viewer;
  const alarms = page.getByRole('gridcell').filter({ hasText: 'in alarm' });
  await page
    .getByRole('gridcell')
    .filter({ hasText: / old · |file of / })
    .first()
    .waitFor();
  expect(await alarms.count()).toBe(0);
  await page.getByText('Watch', { exact: true }).click();
  await page.getByLabel('Alarm below').fill('1000');
  await page.getByLabel('Alarm below').press('Enter');
  await alarms.first().waitFor();
  await expect.poll(() => page.url()).toContain('b=city:height~1000');
  await using other = await openViewer(browser, inject('sampleCity'), { hash: new URL(page.url()).hash });
  await other.page.getByRole('gridcell').filter({ hasText: 'in alarm' }).first().waitFor();
  await other.page.locator('.ringed').waitFor();
  expect([...viewer.errors, ...other.errors]).toEqual([]);
  await browser.close();
});

it('says of a value in whichever unit it is told whether it is beyond the bounds, and how good it is', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const gauge = twinIdOf(authorityOfTest('water'), 'things', 'gauge-1');
  const quality = { confidence: 0.9 };
  const values = { 'city:waterLevel': { value: 450, unit: 'cm', quality } };
  await city.node('water').store.apply([{ op: 'patchTwin', id: gauge, values }], { at: systemDeps().clock.now() });
  const browser = await launchChromium();
  const watched = `#v=table&k=city:RiverGauge&p=city:waterLevel&b=city:waterLevel~~4~~m&lang=en&s=${gauge}`;
  await using viewer = await openViewer(browser, city.front.address, { hash: watched });
  const cells = viewer.page.getByRole('gridcell').filter({ hasText: 'in alarm' });
  await expect.poll(() => cells.allTextContents()).toEqual([expect.stringMatching(/450.cm in alarmsure to 90 %/)]);
  await panel(viewer.page, 'Selected twin').locator('.said').filter({ hasText: 'in alarm' }).waitFor();
  expect(viewer.errors).toEqual([]);
  await browser.close();
});

it('has a twin that comes while it is open in its place, and not one any more that went; the row that somebody is at stays where it is', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const { store } = city.node('water');
  const idOf = (key: string) => twinIdOf(authorityOfTest('water'), 'things', key);
  const { version: _version, ...known } = present((await store.get([idOf('gauge-1')])).get(idOf('gauge-1')), 'gauge');
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, city.front.address, { hash: '#v=table&k=city:RiverGauge&lang=en', viewport: { width: 1280, height: 420 } });
  const { page } = viewer;
  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  await row('gauge-3').waitFor();
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  await expect.poll(() => activeRow(page).textContent()).toContain('gauge-3');
  const before = await activeRow(page).boundingBox();
  const named = (name: string) => ({ op: 'putTwin' as const, twin: { ...known, id: idOf(name), name: { en: name } } });
  const come = Array.from({ length: 9 }, (_, at) => [named(`before-${at}`), named(`later-${at}`)]).flat();
  await store.apply([...come, { op: 'deleteTwin', id: idOf('gauge-2') }], { at: systemDeps().clock.now() });
  await row('gauge-2').waitFor({ state: 'detached' });
  await expect.poll(() => page.locator('.table-state').textContent()).toContain('20 of 20');
  expect(await activeRow(page).textContent()).toContain('gauge-3');
  expect(await activeRow(page).boundingBox()).toEqual(before);
  await page.keyboard.press('Home');
  await row('before-0').waitFor();
  expect(viewer.errors).toEqual([]);
  await browser.close();
});

it('as a tree tells of each twin what the table tells, alarms too, and has who comes and what changes while it is open', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const { store } = city.node('water');
  const idOf = (key: string) => twinIdOf(authorityOfTest('water'), 'things', key);
  const { version: _version, ...known } = present((await store.get([idOf('gauge-1')])).get(idOf('gauge-1')), 'gauge');
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, city.front.address, { hash: '#v=tree&k=city:RiverGauge&p=city:waterLevel&b=city:waterLevel~~4~~m&lang=en' });
  const { page } = viewer;
  const lines = page.getByRole('treeitem');
  await lines.filter({ hasText: 'water' }).waitFor();
  await page.getByRole('tree').focus();
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
  const gauge = (name: string) => lines.filter({ hasText: name });
  await expect.poll(() => gauge('gauge-3').textContent()).toMatch(/Water level 3 file of .* · water$/);
  expect(await lines.filter({ hasText: 'in alarm' }).count()).toBe(0);
  const at = systemDeps().clock.now();
  await store.apply(
    [
      { op: 'patchTwin', id: idOf('gauge-3'), values: { 'city:waterLevel': { value: 450, unit: 'cm' } } },
      { op: 'putTwin', twin: { ...known, id: idOf('gauge-0'), name: { en: 'gauge-0' } } },
      { op: 'deleteTwin', id: idOf('gauge-2') },
    ],
    { at },
  );
  await expect.poll(() => gauge('gauge-3').textContent()).toMatch(/450.cm in alarm/);
  await gauge('gauge-0').waitFor();
  await gauge('gauge-2').waitFor({ state: 'detached' });
  await lines.nth(2).getByText('3', { exact: true }).waitFor();
  expect(viewer.errors).toEqual([]);
  await browser.close();
});

it('lists what a question found without the kinds of it, where the question does not ask for them', async () => {
  const browser = await launchChromium();
  const withoutKinds = (page: Page) =>
    page.route('**/graphql', async (route) => {
      const query = /FloodExposure/.test(route.request().postData() ?? '');
      await (query
        ? route.fulfill({ body: (await (await route.fetch()).text()).replaceAll('"kind"', '"sort"'), contentType: 'application/json' })
        : route.continue());
    });
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#q=flood-exposure&w=questions&lang=en', before: withoutKinds });
  const answer = panel(viewer.page, 'Answer');
  await answer.getByRole('button', { name: 'Krankenhaus am Südring' }).waitFor();
  expect(await answer.locator('details').count()).toBe(0);
  expect(await answer.textContent()).not.toContain('Kind not told');
  await browser.close();
});

it('names each list of an answer that has several: by the name that the question gives it, else as what was found', async () => {
  const list = '{ nodes { id name kind { id } } sources { agency { id name } status } totalCount }';
  const query = `query ($federation: ID!) { federation(id: $federation) { twins(first: 5) ${list} byTheRiver: twins(first: 2) ${list} } }`;
  const example = { name: 'two', title: 'What is where?', query, variables: { federation: testFederationId } };
  await using city = await createTestCity({ agencies: fourAgencies(), examples: [example] });
  await city.active();
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, city.front.address, { hash: '#q=two&w=questions&lang=en' });
  const names = panel(viewer.page, 'Answer').locator('.list-name');
  await expect.poll(() => names.allTextContents()).toEqual([expect.stringMatching(/^Found /), expect.stringMatching(/^by the river /)]);
  await browser.close();
});

it('says in every list where a twin lies, in the same words, without a request a row, and without a scene', async () => {
  const browser = await launchChromium();
  const asked: string[] = [];
  const before = async (page: Page): Promise<void> => {
    page.on('request', (request) => void asked.push(...(/query (\w*Places|Twins)\b/.exec(request.postData() ?? '')?.slice(1) ?? [])));
    await page.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
  };
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#v=table&k=city:Hospital&lang=en', before });
  const { page } = viewer;
  const row = page.getByRole('row').filter({ hasText: 'Krankenhaus am Südring' });
  const where = row.getByRole('gridcell').nth(3);
  await expect.poll(() => where.textContent()).toMatch(/^in \S/);
  const said = (await where.textContent()) ?? '';
  const head = page.getByRole('columnheader', { name: 'Where' });
  await head.getByRole('button').click();
  await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending');
  await tool(page, 'Tree').click();
  // a branch whose parts are not known yet leads nowhere
  await page.getByRole('treeitem').nth(1).waitFor();
  await page.getByRole('tree').focus();
  for (const _ of ['federation', 'agency', 'kind']) for (const key of ['ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
  await page.getByRole('treeitem').filter({ hasText: 'Krankenhaus am Südring' }).filter({ hasText: said }).waitFor();
  await using other = await openViewer(browser, inject('sampleCity'), { hash: '#q=flood-exposure&w=questions&lang=en', before });
  await other.page.locator('.answered').getByRole('button').filter({ hasText: 'Krankenhaus am Südring' }).filter({ hasText: said }).waitFor();
  expect(asked.filter((name) => name === 'Places')).toHaveLength(1);
  expect(asked.filter((name) => name === 'Twins').length).toBeLessThan(20);
  expect([...viewer.errors, ...other.errors]).toEqual([]);
  await browser.close();
});
