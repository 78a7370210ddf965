/**
 * A filter in the page: what it leaves is the same in the scene, the table, the tree and the numbers; and what colours the city is said beside it.
 */
import { expect, inject, it } from 'vitest';
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
  expect([...viewer.errors, ...whole.errors]).toEqual([]);
  await browser.close();
});
