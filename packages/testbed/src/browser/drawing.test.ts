/**
 * What the page does by itself: nothing while nothing moves, nothing outside of the city, nothing that its policy forbids; and what it does without a graphics card.
 */
import { twinIdOf } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestCity } from '../city.ts';
import { authorityOfTest, fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { openViewer, option, panel, search, tool, type Watched, withoutStatus } from './page.ts';

const address = inject('sampleCity');

/** Longer than whatever looks again by itself waits. */
const whileMs = 6_000;

const doneIn = async ({ page, counts }: Watched, ms: number): Promise<Readonly<Record<'draws' | 'commits', number>>> => {
  const before = await counts();
  await page.waitForTimeout(ms);
  const { draws, commits } = await counts();
  return { draws: draws - before.draws, commits: commits - before.commits };
};

describe('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('keeps its content security policy in every panel, fetches nothing from elsewhere and logs no error', async () => {
    await using viewer = await openViewer(browser, address);
    const { page } = viewer;
    await viewer.drawn();
    for (const name of ['Questions', 'Layers', 'Filter and colour', 'Federation', 'Table', 'Tree', 'Sun']) {
      await tool(page, name).click();
      await expect.poll(() => tool(page, name).getAttribute('aria-pressed')).toBe('true');
    }
    await page.getByRole('treeitem').first().waitFor();
    expect(viewer.outside).toEqual([]);
    expect(viewer.errors).toEqual([]);
    expect(await viewer.counts()).toMatchObject({ violations: [] });
  });

  it('draws no frame while nothing moves', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    await using viewer = await openViewer(browser, city.front.address);
    await viewer.drawn();
    // names may still be on their way
    await expect.poll(async () => (await doneIn(viewer, whileMs)).draws).toBe(0);
    await viewer.page.locator('.stage').focus();
    const { draws } = await viewer.counts();
    await viewer.page.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await viewer.counts()).draws).toBeGreaterThan(draws);
  });

  it('draws values as they come and renders nothing in React for them, nor for an alarm, which is said and counted in the name of the scene', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const { store } = city.node('water');
    const gauge = twinIdOf(authorityOfTest('water'), 'things', 'gauge-1');
    await using viewer = await openViewer(browser, city.front.address, {
      ...{ hash: '#p=city:waterLevel&w=filter&b=city:waterLevel~~3.5&lang=en', before: withoutStatus },
    });
    const { page } = viewer;
    await page.locator('.legend .stops').waitFor();
    await viewer.drawn();
    const rise = async (level: number): Promise<void> => {
      const { draws } = await viewer.counts();
      await store.apply([{ op: 'patchTwin', id: gauge, values: { 'city:waterLevel': { value: level } } }], { at: systemDeps().clock.now() });
      await expect.poll(async () => (await viewer.counts()).draws).toBeGreaterThan(draws);
    };
    // what the first values bring is a legend
    await rise(1.5);
    await viewer.readNoMore();
    await expect.poll(async () => (await doneIn(viewer, whileMs)).commits).toBe(0);
    const { commits } = await viewer.counts();
    for (const level of [1.6, 1.7, 1.8, 1.9, 2, 4]) await rise(level);
    // who does not see the ring hears of it
    await page.locator('.unseen[role=status]').getByText('1 is in alarm.').waitFor();
    const name = () => page.locator('.stage').getAttribute('aria-label');
    await expect.poll(name).toContain('1 is in alarm.');
    await rise(2);
    await expect.poll(name).not.toContain('in alarm');
    expect((await viewer.counts()).commits - commits).toBe(0);
  });

  it('survives the loss of the graphics card: it says so, and the picture comes back', async () => {
    await using viewer = await openViewer(browser, address);
    const { page } = viewer;
    await viewer.drawn();
    const lose = await page.locator('canvas.stage').evaluateHandle((canvas) => {
      const context = canvas instanceof HTMLCanvasElement ? canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context') : undefined;
      context?.loseContext();
      return context;
    });
    await page.getByText('The graphics card was taken away').waitFor();
    const { draws } = await viewer.counts();
    await lose.evaluate((context) => context?.restoreContext());
    await page.getByText('The graphics card was taken away').waitFor({ state: 'detached' });
    await viewer.drawn();
    expect((await viewer.counts()).draws).toBeGreaterThan(draws);
    expect(viewer.errors).toEqual([]);
  });
});

describe('a browser without WebGL', () => {
  it('searches, asks, and lists in table and tree all the same', async () => {
    const browser = await launchChromium(['--disable-gpu', '--disable-webgl', '--disable-webgl2', '--disable-3d-apis']);
    try {
      const { page } = await openViewer(browser, address);
      await page.getByText('cannot draw the city in 3D').waitFor();
      await search(page).click();
      await page.keyboard.type('Klinikum');
      await option(page, 'Klinikum Auenfurt').click();
      await panel(page, 'Selected twin').locator('table.values tr').first().waitFor();
      await tool(page, 'Questions').click();
      await page.locator('.card').filter({ hasText: 'What stands in the flood zone' }).click();
      await page.locator('div.answered').getByText('36 twins').waitFor();
      await tool(page, 'Table').click();
      await page.getByRole('grid').getByRole('row').nth(5).waitFor();
      await tool(page, 'Tree').click();
      await page.getByRole('treeitem').first().waitFor();
    } finally {
      await browser.close();
    }
  });
});
