/**
 * A filter in the page: what it leaves is the same in the scene, the table, the tree and the numbers; and what colours the city is said beside it.
 */
import { type Reading, TermId, twinIdOf } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import type { Page } from 'playwright-core';
import { expect, inject, it } from 'vitest';
import { createTestCity } from '../city.ts';
import { authorityOfTest, fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, panel, tool } from './page.ts';

const social = 'urn:dtf:agency:social.auenfurt.example';

it('by an agency shows the buildings that it keeps and another one draws, in one number', async () => {
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: `#a=${social}&k=city:Building&w=filter&v=table&lang=en` });
  const { page } = viewer;
  // the register of buildings has eight that nobody else knows: 3384 of the planning office, 3364 of the register, 3392 in all
  await page.locator('.table-state').getByText('of 3364 twins read').waitFor();
  await panel(page, 'Filter and colour')
    .locator('.check')
    .filter({ hasText: /^Building ?3392$/ })
    .waitFor();
  await tool(page, 'Tree').click();
  await panel(page, 'Tree').getByRole('treeitem').first().getByText('3364', { exact: true }).waitFor();
  await tool(page, 'Layers').click();
  const layer = (name: RegExp) => panel(page, 'Layers').getByRole('group', { name: 'Planning office' }).getByRole('checkbox', { name });
  await expect.poll(() => layer(/^Building ?[\d,]+$/).isChecked()).toBe(true);
  expect(await layer(/^Tree/).isChecked()).toBe(false);
  expect(viewer.errors).toEqual([]);
  await browser.close();
});

it('of one kind is what the histogram and the legend count, and the legend stands whatever panel is open', async () => {
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#k=city:Hospital&r=city:height~0&p=city:height&w=filter&lang=en' });
  const { page } = viewer;
  const legend = panel(page, 'Legend');
  await panel(page, 'Filter and colour')
    .getByText(/known of [12] twins/)
    .waitFor();
  await legend.getByText(/no data \([0-2] twins?\)/).waitFor();
  await tool(page, 'Filter and colour').click();
  expect(await panel(page, 'Filter and colour').count()).toBe(0);
  expect(await legend.locator('.stops').isVisible()).toBe(true);
  await using whole = await openViewer(browser, inject('sampleCity'), { hash: '#k=city:Building,city:BuildingPart&p=city:height&lang=en' });
  // a spire is not what all other houses are coloured for
  await panel(whole.page, 'Legend').getByText('and more').waitFor();
  await panel(whole.page, 'Legend').getByRole('button', { name: 'as at first' }).click();
  await expect.poll(() => panel(whole.page, 'Legend').count()).toBe(0);
  // the water board calls its gauges by a word of its own, which means the same
  await using gauges = await openViewer(browser, inject('sampleCity'), { hash: '#k=city:RiverGauge&r=city:waterLevel~0&w=filter&lang=en' });
  await panel(gauges.page, 'Filter and colour').getByText('Water level: known of 4 twins').waitFor();
  expect([...viewer.errors, ...whole.errors, ...gauges.errors]).toEqual([]);
  await browser.close();
});

const level = TermId.parse('city:waterLevel');
const gauge = (n: number) => twinIdOf(authorityOfTest('water'), 'things', `gauge-${n}`);

it('by how a value is known leaves the same in the table, the tree and the legend, by the keyboard alone, and the link holds it', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const at = systemDeps().clock.now();
  const reading = (value: number | null, flag: Reading['flag']): Reading => ({ value, unit: 'm', flag, observedAt: at });
  const told = { 2: reading(2.5, 'INTERPOLATED'), 3: reading(null, 'MISSING') };
  const commands = Object.entries(told).map(([n, value]) => ({ op: 'patchTwin' as const, id: gauge(Number(n)), values: { [level]: value } }));
  await city.node('water').store.apply(commands, { at });
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, city.front.address, {
    hash: '#k=city:RiverGauge&r=city:waterLevel~0&p=city:waterLevel&w=filter&v=table&lang=en',
  });
  const { page } = viewer;
  const known = panel(page, 'Filter and colour').getByRole('group', { name: 'How it is known' });
  const rows = page.getByRole('grid').getByRole('row').filter({ hasText: 'gauge-' });
  await expect.poll(() => known.locator('.check').allTextContents()).toEqual(['measured1', 'calculated between measured values1', 'known to be missing1']);
  await expect.poll(() => rows.count()).toBe(2);
  await known.getByRole('checkbox', { name: 'calculated' }).focus();
  await page.keyboard.press('Space');
  await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining('gauge-2')]);
  await panel(page, 'Legend').getByText('only: calculated between measured values').waitFor();
  await expect.poll(() => page.url()).toContain('g=city:waterLevel~INTERPOLATED');
  await tool(page, 'Tree').click();
  await panel(page, 'Tree').getByRole('treeitem').first().getByText('1', { exact: true }).waitFor();
  await using chosen = await openViewer(browser, city.front.address, { hash: `#p=city:waterLevel&s=${gauge(2)}&lang=en` });
  // the mark of the legend stands at the value of the chosen twin: 2.5 of 1 to 2.5
  await expect.poll(() => panel(chosen.page, 'Legend').locator('.marker').getAttribute('style')).toContain('left: 100%');
  const shared = '#g=city:waterLevel~MISSING&w=filter&v=table&lang=en';
  await using other = await openViewer(browser, city.front.address, { hash: shared });
  const missing = other.page.getByRole('grid').getByRole('row').filter({ hasText: 'gauge-' });
  await expect.poll(() => missing.allTextContents()).toEqual([expect.stringContaining('gauge-3')]);
  expect([...viewer.errors, ...other.errors]).toEqual([]);
  await browser.close();
});

it('is brushed over the histogram by the pointer, set by the keyboard, and both are the same range: in the table, in the link, and for who opens it', async () => {
  const browser = await launchChromium();
  const open = (hash: string) => openViewer(browser, inject('sampleCity'), { hash });
  await using viewer = await open('#k=city:Building&r=city:height~0&w=filter&v=table&lang=en');
  const { page } = viewer;
  const filter = panel(page, 'Filter and colour');
  const [least, most] = ['At least', 'At most'].map((name) => filter.getByRole('slider', { name }));
  if (!(least && most)) throw new Error('two sliders');
  const [low, high] = [least, most].map((slider) => () => slider.evaluate((one) => (one instanceof HTMLInputElement ? Number(one.value) : Number.NaN)));
  const namesIn = (of: Page) => of.locator('[role=grid] .table-row [role=gridcell]:first-child').allTextContents();
  const rangeIn = (): readonly number[] => (/[&#]r=city:height~([^&]*)~m/.exec(page.url())?.[1] ?? '').split('~').map(Number);
  await filter.locator('.histogram').waitFor();
  await expect.poll(async () => (await namesIn(page)).length).toBeGreaterThan(3);
  const all = await namesIn(page);
  const box = await filter.locator('.histogram').boundingBox();
  if (!box) throw new Error('a histogram');
  const [{ min, max }, y] = [await least.evaluate((one) => ({ min: Number(one.getAttribute('min')), max: Number(one.getAttribute('max')) })), box.y + 30];
  await page.mouse.move(box.x + box.width / 4, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, y, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(box.x + box.width, y);
  await expect.poll(async () => Math.abs(((await low?.()) ?? 0) - (min + (max - min) / 4))).toBeLessThan((max - min) / 50);
  await expect.poll(async () => Math.abs(((await high?.()) ?? 0) - (min + (max - min) / 2))).toBeLessThan((max - min) / 50);
  await expect.poll(rangeIn).toEqual([await low?.(), await high?.()]);
  await expect.poll(async () => (await namesIn(page)).join()).not.toBe(all.join());
  await most.focus();
  await page.keyboard.press('End');
  await expect.poll(() => rangeIn()[1]).toBe(0);
  await least.focus();
  const before = await low?.();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => ((await low?.()) ?? 0) < (before ?? 0)).toBe(true);
  await expect.poll(() => rangeIn()[0]).toBe(await low?.());
  await using other = await open(new URL(page.url()).hash);
  await expect.poll(async () => (await namesIn(other.page)).length).toBeGreaterThan(3);
  const told = async (of: Page) => [await of.getByRole('slider', { name: 'At least' }).inputValue(), ...(await namesIn(of))].join('\n');
  await expect.poll(async () => (await told(other.page)) === (await told(page))).toBe(true);
  expect([...viewer.errors, ...other.errors]).toEqual([]);
  await browser.close();
});

it('has a legend of one number where all have the same', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, city.front.address, { hash: '#p=city:height&k=city:Building&lang=en' });
  const stops = panel(viewer.page, 'Legend').locator('.stops li');
  await expect.poll(() => stops.allTextContents()).toEqual([expect.stringMatching(/^12\b/)]);
  await browser.close();
});
