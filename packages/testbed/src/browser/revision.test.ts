/**
 * A scene that is another one while the page is open: twins that come are drawn, nothing that was there is missing meanwhile, and who is chosen stays so.
 */
import { TermId, TwinInput, twinIdOf } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { expect, it } from 'vitest';
import { createTestCity } from '../city.ts';
import { agencyOfTest, authorityOfTest, fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, panel } from './page.ts';

declare global {
  var namesOfScene: readonly string[];
}

/** Everything that the scene was called since. */
const noting = (): void => {
  const stage = document.querySelector('.stage');
  const names: string[] = [];
  Object.assign(globalThis, { namesOfScene: names });
  if (stage)
    new MutationObserver(() => names.push(stage.getAttribute('aria-label') ?? '')).observe(stage, { attributes: true, attributeFilter: ['aria-label'] });
};

const shownOf = (name: string | null): number => Number(/(\d+) twins? in view/.exec(name ?? '')?.[1] ?? Number.NaN);

const chosen = twinIdOf(authorityOfTest('water'), 'things', 'gauge-1');

it('draws twins that come, loses none meanwhile, and keeps what is chosen', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const browser = await launchChromium();
  await using viewer = await openViewer(browser, city.front.address, { hash: `#c=0.25,0.2,60000,0,10&s=${chosen}&lang=en`, reducedMotion: 'reduce' });
  const { page } = viewer;
  await viewer.drawn();
  const name = () => page.locator('.stage').getAttribute('aria-label');
  await expect.poll(name).toMatch(/Chosen: gauge-1\.$/);
  const before = shownOf(await name());
  await page.evaluate(noting);
  const at = systemDeps().clock.now();
  const twin = TwinInput.parse({
    ...{
      id: twinIdOf(authorityOfTest('water'), 'things', 'gauge-4'),
      agency: agencyOfTest('water'),
      kind: TermId.parse('city:RiverGauge'),
      name: { en: 'gauge-4' },
    },
    ...{ position: [0.2, 0.15], values: {}, provenance: { observedAt: at, recordedAt: at, source: agencyOfTest('water') } },
  });
  await city.node('water').store.apply([{ op: 'putTwin', twin }], { at });
  await expect.poll(async () => shownOf(await name())).toBe(before + 1);
  const meanwhile = await page.evaluate(() => globalThis.namesOfScene);
  expect(meanwhile.filter((each) => shownOf(each) < before || !each.endsWith('Chosen: gauge-1.'))).toEqual([]);
  await panel(page, 'Selected twin').getByRole('heading', { level: 2, name: 'gauge-1' }).waitFor();
  expect(viewer.errors).toEqual([]);
  await browser.close();
});
