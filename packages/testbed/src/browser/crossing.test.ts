/**
 * Links between agencies in the scene: in an overview one arc for each pair of districts, with their number on it; from near each by itself.
 */
import { AgencyId, type Link, linkIdOf, TermId, twinIdOf } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { expect, it } from 'vitest';
import { createTestCity } from '../city.ts';
import { agencyOfTest, authorityOfTest, fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { labels } from './hands.ts';
import { openViewer, panel } from './page.ts';

const stations = [1, 2, 3, 4];
const feeds = TermId.parse('city:feeds');
const fire = twinIdOf(authorityOfTest('fire'), 'things', 'fire-1');

const linkOf = (station: number): Link => {
  const from = twinIdOf(authorityOfTest('energy'), 'things', `station-${station}`);
  const source = AgencyId.parse(agencyOfTest('energy'));
  return { id: linkIdOf(from, feeds, fire), kind: feeds, from, to: fire, source, recordedAt: systemDeps().clock.now() };
};

it('are bundled by districts from afar, with their number, and told in words beside the switch', async () => {
  await using city = await createTestCity({
    agencies: fourAgencies({ energy: { twins: stations.map((n) => ({ key: `station-${n}`, at: [0.3, 0.1 + n / 10_000] as const })) } }),
  });
  await city.active();
  const links = stations.map((station) => ({ op: 'putLink' as const, link: linkOf(station) }));
  await city.node('energy').store.apply(links, { at: systemDeps().clock.now() });
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, city.front.address, { hash: '#w=layers', reducedMotion: 'reduce' });
  const { page } = viewer;
  await viewer.drawn();
  const name = () => page.locator('.stage').getAttribute('aria-label');
  await expect.poll(name).toMatch(/^Test from [\d,]+.m away, looking north: \d+ twins in view\.$/);
  await page.locator('.stage').focus();
  await panel(page, 'Layers').getByRole('checkbox', { name: 'Links between agencies' }).check();
  await panel(page, 'Layers').getByText('4 links').waitFor();
  await expect.poll(() => labels(page)).toContain('×4');
  await expect.poll(() => page.url()).toContain('x=1');
  await page.evaluate(() => globalThis.cityweave?.setView({ east: 0, north: 0, distance: 1_000, heading: 0, tilt: 50 }));
  await expect.poll(() => labels(page)).not.toContain('×4');
  await expect.poll(name).toMatch(/^Test from 1,?000.m away, looking north: 0 twins in view\.$/);
  expect(viewer.errors).toEqual([]);
  await browser.close();
});
