/**
 * Links that mislead: what a link asks for and the node does not have is said, and what a link leaves out of the scene or brings into it can be seen.
 */
import { expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { openViewer, panel, tool } from './page.ts';
import { pictureDifference, settledPicture } from './picture-difference.ts';

const district = 'urn:dtf:twin:planning.auenfurt.example:districts/03';

it('to a federation in which the node takes no part says which one is shown instead, until somebody has understood', async () => {
  await using browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#f=urn:dtf:federation:elsewhere.example:flood&lang=en' });
  const notice = viewer.page.locator('.notices').getByText('The link is about a federation that this node takes no part in; you see Flood resilience.');
  await notice.waitFor();
  await viewer.page.getByRole('button', { name: 'Understood' }).click();
  await notice.waitFor({ state: 'detached' });
  await using own = await openViewer(browser, inject('sampleCity'), { hash: '#lang=en' });
  await own.drawn();
  expect(await own.page.locator('.notices').textContent()).not.toContain('The link');
});

it('by a property that nobody tells, or that is none, says so in the legend', async () => {
  await using browser = await launchChromium();
  for (const [term, said] of [
    ['city:buildingHeight', 'No twin that is drawn has a number for it.'],
    ['nonsense', 'The values could not be read.'],
  ] as const) {
    await using viewer = await openViewer(browser, inject('sampleCity'), { hash: `#p=${term}&lang=en` });
    await panel(viewer.page, 'Legend').getByText(said).waitFor();
  }
});

it('with a filter marks the button of the filter while its panel is closed', async () => {
  await using browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#k=city:Hospital&lang=en' });
  const { page } = viewer;
  const button = page.locator('#views').getByRole('button', { name: 'Filter and colour Filtered.' });
  await button.waitFor();
  await button.click();
  await panel(page, 'Filter and colour').getByRole('button', { name: 'Remove the filter' }).click();
  await tool(page, 'Filter and colour').click();
  await tool(page, 'Filter and colour').waitFor();
});

it('to a time of which nothing is known says that it is the time', async () => {
  await using browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#at=1999-01-01T00:00Z&v=table&lang=en' });
  await panel(viewer.page, 'Table').getByText('Nothing was known yet at that time.').waitFor();
  await tool(viewer.page, 'Tree').click();
  await panel(viewer.page, 'Tree').getByText('Nothing was known yet at that time.').waitFor();
});

it('to a twin whose layer is off shows its outline', async () => {
  const clip = { x: 100, y: 300, width: 700, height: 400 } as const;
  await using browser = await launchChromium();
  const open = (more: string) => openViewer(browser, inject('sampleCity'), { hash: `#c=9.268939,52.024163,2341,20,56&m=light&lang=en${more}` });
  await using other = await open('');
  await other.drawn();
  const without = await settledPicture(other.page, clip);
  await using viewer = await open(`&s=${district}`);
  const { page } = viewer;
  await panel(page, 'Selected twin').getByText('District', { exact: true }).waitFor();
  await viewer.drawn();
  // a district is a good part of the city, and more than the label and the ring of what is chosen
  await expect.poll(async () => pictureDifference(page, without, await page.screenshot({ clip }))).toBeGreaterThan(0.05);
});

it('to a place past the city says that nothing of it is in the picture, and leads back', async () => {
  await using browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#c=0,0,600,20,56&lang=en' });
  const notice = viewer.page.locator('.notices').getByText('Nothing of the city is in the picture.');
  await notice.waitFor();
  await viewer.page.locator('.notices').getByRole('button', { name: 'Whole city' }).click();
  expect(await viewer.page.locator('.stage').evaluate((stage) => stage === document.activeElement)).toBe(true);
  await notice.waitFor({ state: 'detached' });
  await viewer.drawn();
});

it('to a question, with a filter that leaves some of its answer out of the scene, says so beside the answer', async () => {
  await using browser = await launchChromium();
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash: '#q=flood-exposure&w=questions&k=city:Hospital&lang=en' });
  const said = viewer.page.getByText('The scene shows of them what fits the filter.');
  await said.waitFor();
  await said.getByRole('button', { name: 'Remove the filter' }).click();
  expect(await viewer.page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
  await said.waitFor({ state: 'detached' });
  await viewer.page.getByText('36 twins').first().waitFor();
});
