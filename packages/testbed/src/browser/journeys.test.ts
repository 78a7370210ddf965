/**
 * Journeys of a planner through the sample city: the same by the mouse and by the keyboard alone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { openViewer, option, panel, search, type Watched } from './page.ts';

const flood = 'What stands in the flood zone';
let browser: Browser;
const address = inject('sampleCity');
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Names that stand in the scene. */
const labels = (page: Page): Promise<readonly string[]> => page.locator('.scene-labels > *:visible').allTextContents();

const answerOf = (page: Page) => page.locator('div.answered');

/** What two people have to see alike: the answer, its sources, what is chosen, and where the eye is. */
const seen = async (page: Page) => ({
  answer: await answerOf(page).textContent(),
  zone: await page.locator('.place select').inputValue(),
  chosen: await panel(page, 'Selected twin').getByRole('heading', { level: 2 }).textContent(),
  eye: /[&#]c=([^&]*)/.exec(page.url())?.[1],
});

/** Presses the key until that holds; somebody who tabs through a page does no more. */
const pressUntil = async (page: Page, key: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let times = 0; times < 120; times += 1) {
    if (await holds()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead there; the focus is on ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))}`);
};

const focused = (page: Page, text: string) => (): Promise<boolean> =>
  page.evaluate((wanted) => (document.activeElement?.textContent ?? '').includes(wanted) && document.activeElement !== document.body, text);

const poseByKeys = async (page: Page): Promise<void> => {
  await page.locator('.stage').focus();
  await page.keyboard.press('/');
  await page.keyboard.type('flood');
  await option(page, flood).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
};

const poseByMouse = async (page: Page): Promise<void> => {
  await search(page).click();
  await page.keyboard.type('flood');
  await option(page, flood).click();
};

/** The last zone of the list but one: what is flooded once in 500 years. Its own answer is waited for, not the end of the one before. */
const otherZone = async (page: Page): Promise<void> => {
  const select = page.locator('.place select');
  await expect.poll(() => select.locator('option').count()).toBeGreaterThan(2);
  await select.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await page.locator('div.answered[aria-busy="false"]').getByText('50 twins').waitFor();
};

const chooseByMouse = (page: Page): Promise<void> => answerOf(page).getByRole('button', { name: 'Krankenhaus' }).first().click();

const chooseByKeys = async (page: Page): Promise<void> => {
  await pressUntil(page, 'Tab', focused(page, 'Krankenhaus'));
  await page.keyboard.press('Enter');
};

const sources = (page: Page) => page.locator('.sources-bar');

const openSourcesByKeys = async (page: Page): Promise<void> => {
  await page.locator('#sources').focus();
  await page.keyboard.press('Enter');
};

type Hands = {
  readonly pose: (page: Page) => Promise<void>;
  readonly choose: (page: Page) => Promise<void>;
  readonly openSources: (page: Page) => Promise<void>;
};
const hands: Readonly<Record<'the mouse' | 'the keyboard alone', Hands>> = {
  'the mouse': { pose: poseByMouse, choose: chooseByMouse, openSources: (page) => sources(page).locator('summary').click() },
  'the keyboard alone': { pose: poseByKeys, choose: chooseByKeys, openSources: openSourcesByKeys },
};

const askFlood = async ({ page }: Watched, { pose }: Hands): Promise<void> => {
  await pose(page);
  await answerOf(page).getByText('36 twins').waitFor();
  await sources(page)
    .getByText(/(\d+) of \1 agencies/)
    .waitFor();
};

describe.each(Object.entries(hands))('by %s', (_, hand) => {
  it('the flood card is asked, its twins stand lit in the scene and listed by agency, another zone answers anew, and the link shows the same to somebody else', async () => {
    await using viewer = await openViewer(browser, address);
    const { page } = viewer;
    await viewer.drawn();
    await askFlood(viewer, hand);
    await expect.poll(() => labels(page)).toContain('Krankenhaus am Südring');
    for (const agency of ['Energy utility 10 twins', 'Fire and rescue 4 twins', 'Schools and housing 2 twins', 'Transit 8 twins'])
      await answerOf(page).getByRole('heading', { name: agency }).waitFor();
    await hand.openSources(page);
    await sources(page).getByRole('listitem').filter({ hasText: 'Water board' }).waitFor();
    await otherZone(page);
    await hand.choose(page);
    await panel(page, 'Selected twin').getByRole('heading', { name: 'Krankenhaus' }).waitFor();
    await expect.poll(() => page.url()).toContain('s=urn');
    await viewer.drawn();
    const [first, link] = [await seen(page), page.url()];
    await using other = await openViewer(browser, address, { hash: new URL(link).hash });
    await answerOf(other.page).waitFor();
    await panel(other.page, 'Selected twin').getByRole('heading', { name: 'Krankenhaus' }).waitFor();
    await expect.poll(() => seen(other.page)).toEqual(first);
    expect([...viewer.errors, ...other.errors]).toEqual([]);
  });
});

describe('one twin', () => {
  it('is found by its name, tells every value with agency and age, and leads to a linked twin of another agency', async () => {
    await using viewer = await openViewer(browser, address);
    const { page } = viewer;
    await search(page).click();
    await page.keyboard.type('Klinikum Auenfurt');
    await option(page, 'Klinikum Auenfurt').click();
    const chosen = panel(page, 'Selected twin');
    const rows = chosen.locator('table.values tr');
    await rows.first().waitFor();
    for (const row of await rows.all()) {
      expect(await row.locator('.provenance').first().textContent()).toMatch(/\S/);
      expect(await row.locator('time').first().getAttribute('datetime')).toMatch(/^\d{4}-/);
    }
    const abroad = chosen.locator('details').filter({ hasText: 'other agency' }).first();
    if ((await abroad.getAttribute('open')) === null) await abroad.locator('summary').click();
    const linked = abroad.getByRole('button').first();
    const name = await linked.locator('.name').textContent();
    await linked.click();
    await chosen.getByRole('heading', { level: 2, name: name ?? '' }).waitFor();
    expect(viewer.errors).toEqual([]);
  });
});
