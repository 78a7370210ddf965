/**
 * A machine that turns out to have time draws shadows, and by walls and roofs what was drawn as boxes: meanwhile nothing of the city is missing.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { openViewer } from './page.ts';

const address = inject('sampleCity');

/** The page's clock goes as fast as it is told: by a slow one every frame is drawn quickly. */
const clock = `
  window.pace = 1;
  const given = performance.now.bind(performance);
  let [last, told] = [given(), given()];
  performance.now = () => {
    const now = given();
    told += (now - last) * pace;
    last = now;
    return told;
  };
`;

type Drawn = { readonly tier: number; readonly fewestTiles: number; readonly tiles: number };

/** The eye turns a little to and fro, until for some frames all is there that it needs, drawn finer than `tier`. */
const turnUntilDrawn = (page: Page, told: { readonly pace: number; readonly tier: number }): Promise<Drawn> =>
  page.evaluate(
    ({ pace, tier: coarser, calmMost }) =>
      new Promise<Drawn>((resolve) => {
        const view = Object(globalThis.cityweave?.view());
        Object.assign(globalThis, { pace });
        let [turn, calm, fewestTiles] = [1, 0, Infinity];
        const look = (): void => {
          const { here, wanted, tier } = Object(globalThis.cityweave?.statistics());
          fewestTiles = Math.min(fewestTiles, here);
          calm = here === wanted && tier < coarser ? calm + 1 : 0;
          if (calm === calmMost) {
            resolve({ tier, fewestTiles, tiles: here });
            return;
          }
          turn = -turn;
          globalThis.cityweave?.setView({ ...view, heading: view.heading + turn });
          requestAnimationFrame(look);
        };
        look();
      }),
    { ...told, calmMost: 10 },
  );

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

it('draws no tile less while all of them are made otherwise', async () => {
  await using viewer = await openViewer(browser, address, { before: (page) => page.addInitScript(clock) });
  await viewer.drawn();
  const slow = await turnUntilDrawn(viewer.page, { pace: 100, tier: Infinity });
  const quick = await turnUntilDrawn(viewer.page, { pace: 0.01, tier: slow.tier });
  expect(slow.tiles).toBeGreaterThan(1);
  expect(quick.fewestTiles).toBeGreaterThanOrEqual(slow.tiles);
  expect(viewer.errors).toEqual([]);
});
