/**
 * Somebody who reads in peace: what changes by itself is held, everywhere; who falls silent is said all the same; the newest is there at once when it goes on.
 */
import { twinIdOf } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { expect, it } from 'vitest';
import { createTestCity } from '../city.ts';
import { authorityOfTest, fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, panel, tool } from './page.ts';

/** Longer than anything that is read again waits. */
const longMs = 65_000;
/** Later than now when it is said, and before a line that says nothing is given up. */
const soonMs = 10_000;
const gauge = twinIdOf(authorityOfTest('water'), 'things', 'gauge-1');

it('holds scene, list and panel by the keyboard alone, says since when, names who falls silent meanwhile, and shows the newest at once', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const measure = (metres: number) =>
    city
      .node('water')
      .store.apply([{ op: 'patchTwin', id: gauge, values: { 'city:waterLevel': { value: metres, unit: 'm' } } }], { at: systemDeps().clock.now() });
  await measure(2.5);
  await using browser = await launchChromium();
  const hash = `#v=table&k=city:RiverGauge&p=city:waterLevel&b=city:waterLevel~~4~m&lang=en&s=${gauge}`;
  await using viewer = await openViewer(browser, city.front.address, { hash, before: (page) => page.clock.install() });
  const { page } = viewer;
  const row = page.getByRole('row').filter({ hasText: 'gauge-1' });
  const twin = panel(page, 'Selected twin');
  const alarms = page.locator('p[role=status].unseen').filter({ hasText: 'in alarm' });
  await row.filter({ hasText: '2.5' }).waitFor();
  await twin.getByText('2.5').first().waitFor();
  // the last that is read for a twin, one answer after the other
  await twin.getByText('2 values between').waitFor();
  await tool(page, 'Federation').click();
  await panel(page, 'Federation').getByRole('table').waitFor();
  await viewer.drawn();
  const reads: string[] = [];
  await tool(page, 'Pause live updates').focus();
  await page.keyboard.press('Enter');
  await page.locator('.notices').getByText('Live updates paused since').waitFor();
  expect(await tool(page, 'Pause live updates').getAttribute('aria-pressed')).toBe('true');
  // what goes on telling who is silent goes on
  page.on('request', (request) => void (request.headers()['accept'] === 'text/event-stream' || reads.push(request.url())));
  await measure(7.25);
  await page.clock.fastForward(longMs);
  await city.node('energy').close();
  await page.locator('.notices').getByText('does not answer: last known').first().waitFor();
  expect(reads.filter((url) => !url.startsWith('data:'))).toEqual([]);
  expect(await row.textContent()).toContain('2.5');
  expect(await twin.textContent()).not.toContain('7.25');
  expect(await alarms.count()).toBe(0);
  await tool(page, 'Pause live updates').focus();
  // by a clock that stands still nothing is read but at once
  await page.clock.pauseAt(await page.evaluate((ms) => Date.now() + ms, soonMs));
  await page.keyboard.press('Space');
  await row.filter({ hasText: '7.25' }).waitFor();
  await twin.getByText('7.25').first().waitFor();
  await page.clock.resume();
  await expect.poll(() => page.locator('.stage').getAttribute('aria-label')).toContain('1 is in alarm');
  expect(await page.locator('.notices').textContent()).not.toContain('paused');
  expect(viewer.errors).toEqual([]);
});
