/**
 * An agency is killed while the page is open, and started again: seen, said and healed without opening the page anew.
 */
import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { until } from '../city.ts';
import { fourAgencies, ruleOfFront, testFederationId, writeCity } from '../city-files.ts';
import { federationStatus, freePort, type NodeProcess, startProcess } from '../processes.ts';
import { launchChromium } from './chromium.ts';
import { labels } from './hands.ts';
import { openViewer, option, panel, search, tool } from './page.ts';
import { pictureDifference, settledPicture } from './picture-difference.ts';

const seenWithinMs = 2_000;
/** A part of the picture over which no panel lies, and the share of it that is another where a twin is hatched. */
const cityClip = { x: 400, y: 80, width: 440, height: 300 } as const;
const seenShare = 0.0001;

const writeNodes = async (): Promise<string> => {
  const [front, water, energy] = await Promise.all([freePort(), freePort(), freePort()]);
  const registry = { address: `http://127.0.0.1:${front}` };
  const agencies = fourAgencies({
    front: { node: { listen: { port: front }, federations: [ruleOfFront('city:RiverGauge', 'city:Substation')] } },
    water: { node: { registry, listen: { port: water } } },
    energy: { node: { registry, listen: { port: energy } } },
  });
  return writeCity({ agencies: agencies.slice(0, 3), needs: [] });
};

/** Pictures of the city, one after another, until the time within which silence is to be seen is over. */
const picturesSince = async (page: Page, fromMs: number): Promise<readonly Buffer[]> => {
  const pictures: Buffer[] = [];
  while (performance.now() - fromMs < seenWithinMs) pictures.push(await page.screenshot({ clip: cityClip }));
  return pictures;
};

const isOther = async (page: Page, before: Buffer, picture: Buffer): Promise<boolean> => (await pictureDifference(page, before, picture)) > seenShare;

const untilActive = (front: NodeProcess) =>
  until(
    () => federationStatus(front, testFederationId),
    (status) => status.ok && status.value.state === 'ACTIVE',
    'ACTIVE',
  );

it('an agency that is killed is named and hatched within two seconds, its twins are last known, and all is well when it is back', async () => {
  const folder = await writeNodes();
  await using front = await startProcess(folder, 'front');
  await using water = await startProcess(folder, 'water');
  await using _energy = await startProcess(folder, 'energy');
  await untilActive(front);
  await using browser = await launchChromium();
  await using viewer = await openViewer(browser, front.address, { hash: '#v=table' });
  const { page } = viewer;
  await page.getByRole('row').filter({ hasText: 'gauge-1' }).first().click();
  await panel(page, 'Selected twin').getByRole('heading', { name: 'gauge-1' }).waitFor();
  await tool(page, 'Federation').click();
  await page.getByText('All of them are heard of.').waitFor();
  const lineOfWater = page.getByRole('table', { name: 'How the lines answer' }).getByRole('row').filter({ hasText: 'water' });
  // on a busy machine a line takes tenths of a second
  await expect.poll(() => lineOfWater.textContent()).toMatch(/\d\sm?s.*\d\sm?s/);
  await expect.poll(() => labels(page)).toContain('gauge-1');
  await viewer.drawn();
  const before = await settledPicture(page, cityClip);
  await water.kill();
  const notice = page.locator('.notices').getByText('does not answer: last known').waitFor({ timeout: seenWithinMs });
  const [pictures] = await Promise.all([picturesSince(page, performance.now()), notice]);
  expect(await Promise.all(pictures.map((picture) => isOther(page, before, picture)))).toContain(true);
  await page.locator('.member.silent').filter({ hasText: 'water' }).waitFor();
  await lineOfWater.locator('td.warn').waitFor();
  await panel(page, 'Selected twin').getByText('last known').first().waitFor();
  await tool(page, 'Table').click();
  await tool(page, 'Table').click();
  await panel(page, 'Table').getByText('without').waitFor();
  expect(await page.getByRole('row').filter({ hasText: 'gauge-1' }).count()).toBe(0);
  await search(page).fill('gauge-1');
  await page.getByText('Nobody who answered knows anything that is called so.').waitFor();
  await using again = await startProcess(folder, 'water');
  expect(again.address).toBe(water.address);
  await page.getByText('All of them are heard of.').waitFor();
  await option(page, 'gauge-1').waitFor();
  await expect.poll(() => page.locator('.notices').textContent()).not.toContain('does not answer');
  await panel(page, 'Selected twin').getByText('last known').first().waitFor({ state: 'detached' });
  await page.getByRole('row').filter({ hasText: 'gauge-1' }).first().waitFor();
  await expect.poll(() => panel(page, 'Table').locator('.table-state').textContent()).not.toContain('without');
  await expect.poll(async () => isOther(page, before, await page.screenshot({ clip: cityClip }))).toBe(false);
  expect(viewer.errors).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});
