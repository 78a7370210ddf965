/**
 * How a page opens: with one answer that has all of the first picture; and where that answer, or a graphics card that takes the shaders, is not to be had.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { decodeOpening, encodeOpeningPart, type OpeningPart } from '@cityweave/core/scene';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { until, valueOf } from '../city.ts';
import { launchChromium } from './chromium.ts';
import { isWhole, openViewer, tool } from './page.ts';

const address = inject('sampleCity');

/** Whether there was a canvas when openings were asked for. */
const watchingFetches = `
  window.hadCanvas = [];
  const given = window.fetch;
  window.fetch = (url, init) => {
    if (String(url).startsWith('/tiles/opening')) hadCanvas.push(document.querySelector('canvas') !== null);
    return given(url, init);
  };
`;

const told = (document: object): object => {
  const { agencies, ...scene } = Object(document);
  return { ...scene, revision: 'growing', agencies: agencies.map((agency: object, at: number) => ({ ...agency, ...(at === 0 && { coming: true }) })) };
};

const withDocument = ([document, ...parts]: readonly OpeningPart[]): readonly OpeningPart[] => {
  if (!document) return [];
  const text = JSON.stringify(told(JSON.parse(gunzipSync(document.bytes).toString())));
  return [{ ...document, bytes: Uint8Array.from(gzipSync(text)) }, ...parts];
};

/** The city as it is while the twins of its first agency are still being collected. */
const coming = async (page: Page): Promise<void> => {
  await page.route('**/tiles/opening**', async (route) => {
    const response = await route.fetch();
    const parts = valueOf(decodeOpening(Uint8Array.from(await response.body())));
    await route.fulfill({ response, body: Buffer.concat(withDocument(parts).map(encodeOpeningPart)) });
  });
  await page.route('**/tiles/scene**', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: told(await response.json()) });
  });
};

describe('a page that opens', () => {
  let browser: Browser;
  beforeAll(async () => {
    await until(() => isWhole(address), Boolean, 'whole');
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('draws its first picture from one answer, asked for before there is a canvas: it names no federation, and asks for no part of an archive', async () => {
    const openings: string[] = [];
    const before = async (page: Page): Promise<void> => {
      page.on('response', (response) => {
        const { pathname, search } = new URL(response.url());
        if (pathname === '/tiles/opening' && response.ok()) openings.push(search);
      });
      await page.route('**/tiles/archives/**', (route) => route.abort());
      await page.addInitScript(watchingFetches);
    };
    await using viewer = await openViewer(browser, address, { before, quality: 0 });
    await viewer.drawn();
    await expect.poll(() => viewer.page.url()).toContain('#f=');
    expect(await viewer.page.evaluate('hadCanvas[0]')).toBe(false);
    expect(openings).toEqual([expect.stringMatching(/^\?look=/)]);
    expect(await viewer.page.getByText('could not be read').count()).toBe(0);
  });

  it('says no place of the eye as long as twins are coming and nobody has moved: home is not there yet', async () => {
    await using viewer = await openViewer(browser, address, { hash: '#lang=en', before: coming });
    const { page } = viewer;
    await page.getByText('The others follow').waitFor();
    await tool(page, 'Layers').click();
    await expect.poll(() => page.url()).toContain('w=layers');
    expect(page.url()).not.toContain('c=');
    await page.locator('.stage').focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.url()).toContain('c=');
  });

  it('has the scene as such from a node that knows of no openings', async () => {
    const before = (page: Page) => page.route('**/tiles/opening**', (route) => route.fulfill({ status: 404 }));
    await using viewer = await openViewer(browser, address, { before });
    await viewer.drawn();
    expect(viewer.errors).toEqual([]);
  });

  it('names the agencies whose tiles cannot be read', async () => {
    const before = async (page: Page): Promise<void> => {
      await page.route('**/tiles/opening**', (route) => route.fulfill({ status: 404 }));
      await page.route('**/tiles/archives/**', (route) => route.fulfill({ status: 404 }));
    };
    await using viewer = await openViewer(browser, address, { hash: '#lang=en', before });
    const notice = viewer.page.getByText('Not all of it is drawn, because tiles could not be read');
    await expect.poll(() => notice.textContent()).toContain('Fire and rescue');
    expect(await notice.textContent()).not.toContain('urn:');
  });

  it('keeps the place of its link without WebGL, and gives it on', async () => {
    const spoilt = `
      HTMLCanvasElement.prototype.getContext = () => null;
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    `;
    await using viewer = await openViewer(browser, address, { hash: '#c=11.5,48.1,900,10,40&lang=en', before: (page) => page.addInitScript(spoilt) });
    const { page } = viewer;
    await page.getByText('cannot draw the city in 3D').waitFor();
    await page.getByRole('button', { name: 'Copy link' }).click();
    expect(await page.getByLabel('Link to this view').inputValue()).toContain('c=11.5,48.1,900,10,40');
  });

  it('says that its shaders are not taken, and offers the table', async () => {
    const spoilt = `
      const given = WebGL2RenderingContext.prototype.shaderSource;
      WebGL2RenderingContext.prototype.shaderSource = function (shader, text) { given.call(this, shader, text + ' no shader'); };
    `;
    await using viewer = await openViewer(browser, address, { before: (page) => page.addInitScript(spoilt) });
    const { page } = viewer;
    await page.getByText('does not take the shaders').waitFor();
    await page.getByRole('button', { name: 'Open the table' }).click();
    await expect.poll(() => tool(page, 'Table').getAttribute('aria-pressed')).toBe('true');
  });
});
