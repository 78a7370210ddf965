/**
 * Real cities in the page: as many buildings as their files hold, the tallest of them where it stands, and roofs that are roofs.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Figures, modelFigures, registerFigures } from '../cities/figures.ts';
import { root } from './build-viewer.ts';
import { launchChromium } from './chromium.ts';
import { type CityProcess, startCity } from './city-process.ts';
import { pointOfLabel } from './hands.ts';
import { openViewer, panel } from './page.ts';
import { countsOf, highestOf, partsOf, sceneOf, slopingSurfaces } from './scene-figures.ts';

const dataFolder = resolve(process.env['DATA'] ?? join(root, '../shared/data'));

type RealCity = {
  readonly folder: string;
  readonly federation: string;
  readonly figures: () => Figures;
  /** of what others keep of the same city */
  readonly more: Readonly<Record<string, number>>;
  /** buildings that a second agency drew for itself */
  readonly drawnAgain: number;
  readonly slopingMin: number;
  /** by which buildings are seen that lie below them */
  readonly parts: number;
};

const bdTopo = ['lyon/buildings_lyon1.geojson.gz', 'lyon/gratte-ciel/Buildings_3946_IGN.geojson.gz'] as const;

const cities: Readonly<Record<string, RealCity>> = {
  Delft: {
    ...{ folder: 'delft', federation: 'urn:dtf:federation:delft.example:keepers' },
    figures: () => modelFigures(dataFolder, 'delft/delft.city.json.gz'),
    ...{ more: { Bridge: 3, WaterBody: 3 }, drawnAgain: 0, slopingMin: 0, parts: 0 },
  },
  Lyon: {
    ...{ folder: 'lyon', federation: 'urn:dtf:federation:metropole.lyon.example:one-house' },
    figures: () => registerFigures(dataFolder, ...bdTopo),
    ...{ more: { Tree: 360, RoadLink: 227 }, drawnAgain: 907, slopingMin: 0, parts: 0 },
  },
  'The Hague': {
    ...{ folder: 'denhaag', federation: 'urn:dtf:federation:denhaag.example:city-model' },
    figures: () => modelFigures(dataFolder, 'denhaag/DenHaag_01.city.json.gz'),
    ...{ more: { BuildingPart: 1_653 }, drawnAgain: 0, slopingMin: 1_000, parts: 1_653 },
  },
};

const cityMaxMs = 400_000;
const metresOff = 0.1;
/** From there the page shows a twin. */
const nearMetres = 600;
/** The rest of a long name may be cut. */
const labelCharacters = 30;
/** A label hangs four metres above the roof: so many pixels, seen from a metre away. */
const labelPixelMetres = 4_000;

const distanceOf = (url: string): number => Number(/[&#]c=([^&]*)/.exec(url)?.[1]?.split(',')[2]);

describe.each(Object.entries(cities))('%s', (name, { folder, federation, figures, more, drawnAgain, slopingMin, parts }) => {
  const isThere = existsSync(join(dataFolder, folder));
  const isSkipped = isThere ? '' : ` (skipped: DATA names no folder with ${folder}/; docs/data.md says where it comes from)`;
  let [browser, city]: [Browser | undefined, CityProcess | undefined] = [undefined, undefined];
  beforeAll(async () => {
    if (!isThere) return;
    city = await startCity(join(root, `fixtures/cities/${folder}.yaml`));
    browser = await launchChromium();
  }, cityMaxMs);
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  }, cityMaxMs);

  it.skipIf(!isThere)(
    `has in the scene what its files hold, and the tallest is found where it stands${isSkipped}`,
    async () => {
      if (!(browser && city)) throw new Error(`no ${name}`);
      const asked = { address: city.address, federation };
      const { buildings, tallest } = figures();
      const scene = await sceneOf(asked);
      expect(countsOf(scene)).toMatchObject({ Building: buildings + drawnAgain, ...more });
      const highest = await highestOf(asked, scene);
      expect(highest.id).toContain(`/${tallest.key}`);
      expect(Math.abs(highest.metres - tallest.metres)).toBeLessThan(metresOff);
      expect(await slopingSurfaces(asked, scene)).toBeGreaterThanOrEqual(slopingMin);
      expect(await partsOf(asked)).toBe(parts);
      await using viewer = await openViewer(browser, city.address, { hash: `#s=${highest.id}`, reducedMotion: 'reduce' });
      const { page } = viewer;
      await panel(page, 'Selected twin').getByRole('button', { name: 'Show in the scene' }).click();
      await expect.poll(() => distanceOf(page.url())).toBeLessThanOrEqual(nearMetres);
      await viewer.drawn();
      const title = (await panel(page, 'Selected twin').getByRole('heading', { level: 2 }).textContent()) ?? '';
      const { x, y } = await pointOfLabel(page, new RegExp(`^${title.slice(0, labelCharacters)}`));
      await page.getByRole('button', { name: 'Close Selected twin' }).click();
      await expect.poll(() => page.url()).not.toContain('s=urn');
      await page.mouse.click(x, y + labelPixelMetres / distanceOf(page.url()));
      await expect.poll(() => decodeURIComponent(page.url())).toContain(`s=${highest.id}`);
      expect(viewer.errors).toEqual([]);
    },
    cityMaxMs,
  );
});
