/**
 * The node that serves the page stands still, or the browser loses its network: the page says so, and goes on by itself.
 */
import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { until } from '../city.ts';
import { fourAgencies, ruleOfFront, testFederationId, writeCity } from '../city-files.ts';
import { federationStatus, freePort, startProcess } from '../processes.ts';
import { launchChromium } from './chromium.ts';
import { openViewer } from './page.ts';

/** Two signs of life of a node: what is known before that is known at once. */
const signsOfLifeMs = 24_000;

const isOffline = (page: Page): Promise<boolean> => page.locator('.notices').getByText('Offline since').isVisible();

it('a node that stands still and holds its sockets is offline after two of its signs of life, one out of reach at once; back, all is as before', async () => {
  const [atFront, atWater] = await Promise.all([freePort(), freePort()]);
  const registry = { address: `http://127.0.0.1:${atFront}` };
  const agencies = fourAgencies({
    front: { node: { listen: { port: atFront }, federations: [ruleOfFront('city:RiverGauge')] } },
    water: { node: { registry, listen: { port: atWater } } },
  });
  const folder = await writeCity({ agencies: agencies.slice(0, 2), needs: [] });
  await using front = await startProcess(folder, 'front');
  await using _water = await startProcess(folder, 'water');
  await until(
    () => federationStatus(front, testFederationId),
    (status) => status.ok && status.value.state === 'ACTIVE',
    'ACTIVE',
  );
  await using browser = await launchChromium();
  await using viewer = await openViewer(browser, front.address);
  const { page } = viewer;
  await viewer.drawn();
  await page.context().setOffline(true);
  await expect.poll(() => isOffline(page), { timeout: signsOfLifeMs }).toBe(true);
  await page.context().setOffline(false);
  await expect.poll(() => isOffline(page)).toBe(false);
  front.pause();
  await expect.poll(() => isOffline(page)).toBe(true);
  front.goOn();
  await expect.poll(() => isOffline(page)).toBe(false);
  expect(viewer.errors).toEqual([]);
  await rm(folder, { recursive: true, force: true });
});
