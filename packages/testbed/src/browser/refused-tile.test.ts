/**
 * A tile that is none is refused, and said: the rest of the city stays, and the lists tell of the twins that are not drawn.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  archiveHeadBytes,
  decodeArchiveHead,
  decodeOpening,
  encodeOpeningPart,
  type OpeningPart,
  readScene as readDocument,
  type Scene,
} from '@cityweave/core/scene';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCity, type TestCity, until, valueOf } from '../city.ts';
import { fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { labels } from './hands.ts';
import { isWhole, openViewer, panel, tool } from './page.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Spoil = (tile: Bytes) => Bytes;

/** What comes in the place of a tile, by what is wrong with it. */
const spoilt: Readonly<Record<string, Spoil>> = {
  'that is cut off': (tile) => tile.slice(0, tile.length / 2),
  'that is of something else': () => Uint8Array.from(gzipSync('no tile')),
  'that says that it is larger than any': (tile) => Uint8Array.from(gzipSync(gunzipSync(tile).fill(255, 0, 12))),
};

/** The first tile of an archive follows its directory. */
const spoilBeginning = (bytes: Bytes, spoil: Spoil): Bytes => {
  const first = archiveHeadBytes + valueOf(decodeArchiveHead(bytes)).length;
  return Uint8Array.from([...bytes.subarray(0, first), ...spoil(bytes.slice(first))]);
};

const readScene = (document: OpeningPart | undefined): Scene => valueOf(readDocument(JSON.parse(gunzipSync(document?.bytes ?? new Uint8Array()).toString())));

/** What came of the layers of an agency, with what else came; and the names of their archives. */
const spoilOpening = (parts: readonly OpeningPart[], agency: string, spoil: Spoil) => {
  const { agencies, layers } = readScene(parts[0]);
  const isOf = (layer: number): boolean => agencies[layers[layer]?.agency ?? -1]?.id.includes(agency) === true;
  const spoilOf = ({ bytes, offset }: OpeningPart): Bytes => (offset === 0 ? spoilBeginning(bytes.slice(), spoil) : spoil(bytes.slice()));
  const given = parts.map((part) => (part.what === 'archive' && isOf(part.layer) ? { ...part, bytes: spoilOf(part) } : part));
  return { body: Buffer.concat(given.map(encodeOpeningPart)), archives: layers.flatMap(({ archive }, layer) => (isOf(layer) ? [archive] : [])) };
};

/** The first picture of an agency's layers, spoilt; asked for again, they are no better. */
const spoiling = (agency: string, spoil: Spoil) => async (page: Page) => {
  const spoiltArchives = new Set<string>();
  await page.route('**/tiles/opening**', async (route) => {
    const response = await route.fetch();
    if (!response.ok()) return route.fulfill({ response });
    const { body, archives } = spoilOpening(valueOf(decodeOpening(Uint8Array.from(await response.body()))), agency, spoil);
    for (const archive of archives) spoiltArchives.add(archive);
    return route.fulfill({ response, body });
  });
  await page.route('**/tiles/archives/**', async (route) => {
    if (!spoiltArchives.has(route.request().url().split('/').at(-1) ?? '')) return route.continue();
    const response = await route.fetch();
    return route.fulfill({ response, body: Buffer.from(spoil(Uint8Array.from(await response.body()))) });
  });
};

describe('a city', () => {
  let [browser, city]: [Browser | undefined, TestCity | undefined] = [undefined, undefined];
  beforeAll(async () => {
    const made = await createTestCity({ agencies: fourAgencies() });
    city = made;
    await made.active();
    await until(() => isWhole(made.front.address), Boolean, 'whole');
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await city?.[Symbol.asyncDispose]();
  });

  it.each(Object.entries(spoilt))('with a tile %s stays, says whose twins are not all drawn, and reads them again from where one is', async (_, spoil) => {
    if (!(browser && city)) throw new Error('no city');
    await using viewer = await openViewer(browser, city.front.address, { hash: '#v=table&w=layers&lang=en', before: spoiling('water', spoil) });
    const { page } = viewer;
    const notice = page.locator('.notices').getByText('Not all of it is drawn');
    await expect.poll(() => notice.textContent()).toMatch(/: water\./);
    const whole = await page.evaluate(() => globalThis.cityweave?.view());
    await panel(page, 'Layers').getByRole('group', { name: 'water not all drawn' }).waitFor();
    expect(await panel(page, 'Layers').getByText('not all drawn').count()).toBe(1);
    await panel(page, 'Table').getByRole('row').filter({ hasText: 'gauge-1' }).waitFor();
    await tool(page, 'Federation').click();
    await page.locator('.member').filter({ hasText: 'water' }).getByText('not all drawn').waitFor();
    await page.locator('#sources').click();
    await page.locator('.source').filter({ hasText: 'water' }).getByText('not all drawn').waitFor();
    await panel(page, 'Table').getByRole('row').filter({ hasText: 'house' }).click();
    await expect.poll(() => labels(page)).toContain('house');
    await page.evaluate((view) => globalThis.cityweave?.setView(view), { ...whole, heading: 77 });
    await expect.poll(() => page.url()).toContain(',77,');
    await page.evaluate(() => {
      globalThis.cityweave = undefined;
    });
    await page.getByRole('button', { name: 'Try again' }).click();
    await viewer.drawn();
    expect(await page.evaluate(() => globalThis.cityweave?.view())).toMatchObject({ heading: 77 });
    await notice.waitFor();
    expect(viewer.errors).toEqual([]);
  });
});
