/**
 * Journeys of a planner through the sample city: the same by the mouse and by the keyboard alone.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { answerOf, eyeIn, type Hands, hands, labels, labelsUnderPanel, seenOtherwise, sources } from './hands.ts';
import { openViewer, panel, search, type Watched } from './page.ts';

let browser: Browser;
const address = inject('sampleCity');
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** The last zone of the list but one: what is flooded once in 500 years. Its own answer is waited for, not the end of the one before. */
const otherZone = async (page: Page, { toPlaces }: Hands): Promise<void> => {
  await expect.poll(() => page.locator('.place select option').count()).toBeGreaterThan(2);
  await toPlaces(page);
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await page.locator('div.answered[aria-busy="false"]').getByText('50 twins').waitFor();
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
    await expect.poll(() => labelsUnderPanel(page)).toEqual([]);
    for (const agency of ['Energy utility 10 twins', 'Fire and rescue 4 twins', 'Schools and housing 2 twins', 'Transit 8 twins'])
      await answerOf(page).getByRole('heading', { name: agency }).waitFor();
    await hand.openSources(page);
    await sources(page).getByRole('listitem').filter({ hasText: 'Water board' }).waitFor();
    await otherZone(page, hand);
    await hand.choose(page, 'Krankenhaus');
    await panel(page, 'Selected twin').getByRole('heading', { name: 'Krankenhaus' }).waitFor();
    await expect.poll(() => page.url()).toContain('s=urn');
    await viewer.drawn();
    const link = page.url();
    await using other = await openViewer(browser, address, { hash: new URL(link).hash });
    await answerOf(other.page).waitFor();
    await panel(other.page, 'Selected twin').getByRole('heading', { name: 'Krankenhaus' }).waitFor();
    await expect.poll(() => seenOtherwise(page, other.page)).toEqual([]);
    await expect.poll(() => eyeIn(other.page.url())).toBe(eyeIn(link));
    expect([...viewer.errors, ...other.errors]).toEqual([]);
  });
});

describe('the keyboard alone', () => {
  const { pose, choose } = hands['the keyboard alone'];
  it.each([
    ['from right to left', { hash: '#lang=ar' }],
    ['at 400 percent, where one panel hides the other', { viewport: { width: 320, height: 256 } }],
    ['where a sheet hides the other', { viewport: { width: 360, height: 740 } }],
  ])('leads from the question to a twin of the answer and back: %s', async (_, opened) => {
    await using viewer = await openViewer(browser, address, opened);
    const { page } = viewer;
    await pose(page);
    await answerOf(page).waitFor();
    await choose(page, 'Krankenhaus');
    await page.getByRole('heading', { level: 2, name: 'Krankenhaus am Südring' }).waitFor();
    await expect.poll(() => page.url()).toContain('s=urn');
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toContain('s=urn');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Krankenhaus');
    expect(viewer.errors).toEqual([]);
  });
});

describe('one twin', () => {
  it('is found by its name, tells every value with agency and age, and leads to a linked twin of another agency', async () => {
    await using viewer = await openViewer(browser, address);
    const { page } = viewer;
    let learned = 0;
    page.on('request', (request) => {
      if (/query Federation\(/.test(request.postData() ?? '')) learned += 1;
    });
    await search(page).click();
    await page.keyboard.type('Klinikum Auenfurt');
    await page.keyboard.press('Enter');
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
    const heading = chosen.getByRole('heading', { level: 2 });
    await expect.poll(() => heading.textContent()).toContain(name ?? '');
    // from the scene one twin is chosen after another, and the focus stays
    await viewer.drawn();
    await page.locator('.stage').focus();
    for (let before = await heading.textContent(), times = 0; times < 2; times += 1, before = await heading.textContent()) {
      await page.keyboard.press('n');
      // its number, until its name is told
      await expect.poll(() => heading.textContent()).not.toMatch(/^urn:/);
      await expect.poll(() => heading.textContent()).not.toBe(before);
      expect(await page.evaluate(() => document.activeElement?.className)).toContain('stage');
    }
    const last = learned;
    await expect.poll(() => learned).toBeGreaterThan(last);
    expect(viewer.errors).toEqual([]);
  });
});
