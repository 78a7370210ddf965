/**
 * The search: by whichever number an agency calls a twin, and once more where it was not answered.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { openViewer, option, panel, search } from './page.ts';

/** The node does not answer the search until it is told to. */
const refusing = () => {
  let isAway = true;
  return {
    refuse: (page: Page) =>
      page.route('**/graphql', (route) => (isAway && (route.request().postData() ?? '').includes('Klinikum') ? route.abort() : route.continue())),
    answer: (): void => {
      isAway = false;
    },
  };
};

describe('the search', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('finds a twin by an alternative identifier that is no part of its name, whoever gave it', async () => {
    await using viewer = await openViewer(browser, inject('sampleCity'));
    const { page } = viewer;
    for (const [number, name] of [
      ['HOSP-2', 'Krankenhaus am Südring'],
      ['4711', 'Pegel Westwehr'],
    ] as const) {
      await search(page).fill(number);
      await option(page, name).first().waitFor();
      await search(page).press('Enter');
      const chosen = panel(page, 'Selected twin');
      await chosen.getByRole('heading', { level: 2, name }).waitFor();
      await chosen.getByText('1 identifier').click();
      await chosen.locator('details').filter({ hasText: '1 identifier' }).getByText(number, { exact: true }).waitFor();
    }
    expect(viewer.errors).toEqual([]);
  });

  it('that an agency was too late for is asked again by itself', async () => {
    let asked = 0;
    const lateOnce = (page: Page) =>
      page.route('**/graphql', async (route) => {
        if (!(route.request().postData() ?? '').includes('Klinikum')) return route.continue();
        asked += 1;
        const response = await route.fetch();
        if (asked > 1) return route.fulfill({ response });
        const twins = { nodes: [], sources: [{ agency: { id: 'late', name: 'Late' }, status: 'LATE' }], pageInfo: { hasNextPage: false, endCursor: null } };
        return route.fulfill({ response, json: { data: { federation: { twins } } } });
      });
    await using viewer = await openViewer(browser, inject('sampleCity'), { before: lateOnce });
    const { page } = viewer;
    await search(page).fill('Klinikum Auenfurt');
    await option(page, 'Klinikum Auenfurt').first().waitFor();
    expect(asked).toBeGreaterThan(1);
    expect(viewer.errors).toEqual([]);
  });

  it('that Enter was pressed for and nothing came of takes nothing by itself when it is asked another time', async () => {
    const node = refusing();
    await using viewer = await openViewer(browser, inject('sampleCity'), { before: node.refuse });
    const { page } = viewer;
    await search(page).fill('Klinikum Auenfurt');
    await search(page).press('Enter');
    await page.getByText('The search was not answered.').waitFor();
    node.answer();
    await page.getByRole('button', { name: 'Try again' }).click();
    await option(page, 'Klinikum Auenfurt').first().waitFor();
    expect(await search(page).inputValue()).toBe('Klinikum Auenfurt');
    expect(viewer.errors).toEqual([]);
  });

  it.each(['the button', 'Enter'])('that was not answered is asked again by %s, for the same text', async (way) => {
    const node = refusing();
    await using viewer = await openViewer(browser, inject('sampleCity'), { before: node.refuse });
    const { page } = viewer;
    await search(page).fill('Klinikum Auenfurt');
    await page.getByText('The search was not answered.').waitFor();
    node.answer();
    if (way === 'Enter') await search(page).press('Enter');
    else {
      await search(page).press('Tab');
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Try again');
      await page.keyboard.press('Enter');
      await option(page, 'Klinikum Auenfurt').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    }
    await panel(page, 'Selected twin').getByRole('heading', { level: 2, name: 'Klinikum Auenfurt' }).waitFor();
    expect(viewer.errors).toEqual([]);
  });
});
