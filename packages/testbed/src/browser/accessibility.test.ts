/**
 * No rule of accessibility is broken in any state of the window, and nothing is lost where it is small, enlarged, turned round or without colours.
 */
import axeCore from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { askGraphql, createTestCity } from '../city.ts';
import { fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { type Opened, openViewer, panel, search, tool, type Watched } from './page.ts';

type Finding = { readonly id: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] };
declare global {
  var axe: { readonly run: (options: object) => Promise<{ readonly violations: readonly Finding[] }> };
}

/** Of WCAG 2.2, A and AA, and what is good practice. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const flood = '#q=flood-exposure&w=questions';
const hospital = '&s=urn:dtf:twin:fire.auenfurt.example:hospitals/HOSP-2';

const toAnswer = ({ page }: Watched): Promise<void> => page.locator('div.answered').getByText('36 twins').waitFor();
const toTwin = ({ page }: Watched): Promise<void> => page.locator('table.values tr').first().waitFor();
const toRows = ({ page }: Watched): Promise<void> => page.getByRole('row').nth(3).waitFor();

/** Opened by keyboard, and walked to its second line. */
const toLog = async ({ page }: Watched): Promise<void> => {
  await page.locator('.member').nth(3).waitFor();
  await page.locator('section > button[aria-expanded]').focus();
  await page.keyboard.press('Enter');
  await page.locator('.log-line').nth(3).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.locator('.log-line').nth(1).and(page.locator('[aria-selected=true]')).waitFor();
};

type State = Opened & { readonly until: (viewer: Watched) => Promise<unknown> };

/** What the page asks is not answered where its text is of that form. */
const refusing =
  (form: RegExp) =>
  (page: Page): Promise<unknown> =>
    page.route('**/graphql', (route) => (form.test(route.request().postData() ?? '') ? route.abort() : route.continue()));

const withoutWebGl = (page: Page): Promise<unknown> => page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null;');

type Properties = readonly { readonly conflict: boolean }[];
const disagreeing = `query ($federation: ID!, $after: String) {
  federation(id: $federation) { twins(first: 500, after: $after, filter: { agencies: ["urn:dtf:agency:social.auenfurt.example"] }) {
    nodes { id properties { conflict } } pageInfo { endCursor } } } }`;

/** The first twin of which agencies say different things is chosen. */
const toConflict = async ({ page }: Watched): Promise<void> => {
  await page.locator('.sources-bar').waitFor();
  await page.waitForURL(/[#&]f=/);
  const federation = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('f');
  let [found, after]: [string | undefined, unknown] = [undefined, undefined];
  while (found === undefined) {
    const { data } = await askGraphql(inject('sampleCity'), disagreeing, { federation, after });
    const { nodes, pageInfo } = Object(data)['federation'].twins;
    found = nodes.find(({ properties }: { readonly properties: Properties }) => properties.some(({ conflict }) => conflict))?.id;
    after = pageInfo.endCursor ?? expect.fail('nobody disagrees');
  }
  await page.evaluate((id) => location.assign(`${location.hash}&s=${id}`), found);
  await page.locator('.disagrees .side-by-side').first().waitFor();
};

/** In both themes, as their colours are others. */
const inBothThemes = (all: Readonly<Record<string, State>>): Readonly<Record<string, State>> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, state]) => [
      [name, state],
      [`${name}, dark`, { ...state, hash: `${state.hash ?? '#'}&m=dark` }],
    ]),
  );

const coloured = inBothThemes({
  'a node that does not answer any more': { before: refusing(/subscription/), until: ({ page }) => page.getByText('Offline since').waitFor() },
  'twins that are in alarm, and stale ones': {
    hash: '#v=table&w=filter&k=city:RiverGauge&p=city:waterLevel&b=city:waterLevel~~0~1~m',
    until: async ({ page }) => {
      await page.getByRole('gridcell').filter({ hasText: 'in alarm' }).first().waitFor();
      await page.locator('.ringed').waitFor();
    },
  },
  'a twin with the history of its values': {
    hash: '#s=urn:dtf:twin:water.auenfurt.example:gauges/4711',
    until: ({ page }) => page.locator('.sparkline').first().waitFor(),
  },
  'a twin of which agencies say different things': { until: toConflict },
  'a filter that is brushed': {
    hash: '#w=filter&v=table&k=city:Building&r=city:height~5~12~m&p=city:height',
    until: async (viewer) => {
      await viewer.page.getByRole('slider').first().waitFor();
      await toRows(viewer);
    },
  },
  'the table where there is no WebGL': { before: withoutWebGl, hash: '#v=table&p=city:height', until: toRows },
  'a twin where there is no WebGL': { before: withoutWebGl, hash: `#${hospital}`, until: toTwin },
  'arcs between agencies': { hash: '#x=1&w=layers', until: ({ page }) => page.getByText(/^\d+ links$/).waitFor() },
  'a twin at another time': {
    hash: `#s=urn:dtf:twin:water.auenfurt.example:gauges/4711&at=${new Date().toISOString().slice(0, 16)}Z`,
    until: async ({ page }) => {
      await page.locator('.moment-bar').waitFor();
      await page.locator('.keepers li, section p.warn').first().waitFor();
    },
  },
  'a filter by how values are known': {
    hash: '#w=filter&k=city:AirQualityStation&p=city:pm25&g=city:pm25~INTERPOLATED&v=table',
    until: async ({ page }) => {
      await page.locator('.how-known').waitFor();
      await page.getByText('only: calculated').waitFor();
    },
  },
  'a question that is refused': { hash: flood, before: refusing(/FloodExposure/), until: ({ page }) => page.getByText('The question was refused').waitFor() },
});

const states: Readonly<Record<string, State>> = {
  start: { until: ({ page }) => page.locator('.sources-bar').waitFor() },
  'an answer': { hash: flood, until: toAnswer },
  'a twin beside an answer': { hash: `${flood}${hospital}`, until: toTwin },
  'the layers': { hash: '#w=layers', until: ({ page }) => page.getByRole('checkbox').nth(5).waitFor() },
  'a filter with colours and a legend': { hash: '#w=filter&p=city:height', until: ({ page }) => page.locator('.legend').first().waitFor() },
  'the federation': { hash: '#w=federation', until: ({ page }) => page.locator('.member').nth(3).waitFor() },
  'the exchange log': { hash: '#w=federation', until: toLog },
  'the exchange log, right to left': { hash: '#w=federation&lang=ar', until: toLog },
  'the table': { hash: '#v=table', until: toRows },
  'the tree': { hash: '#v=tree', until: ({ page }) => page.getByRole('treeitem').first().waitFor() },
  'a search with what it found': {
    until: async ({ page }) => {
      await search(page).click();
      await page.keyboard.type('Klinikum');
      await page.locator('[role=listbox]').getByRole('option').first().waitFor();
    },
  },
  'the sources, opened': {
    until: async ({ page }) => {
      await page.locator('#sources').click();
      await page.locator('.source').first().waitFor();
    },
  },
  'a pick in the scene': {
    hash: flood,
    until: async (viewer) => {
      await toAnswer(viewer);
      await viewer.page.getByRole('button', { name: 'Pick in the scene' }).click();
      await viewer.page.getByText('Pick a place in the scene').waitFor();
    },
  },
  'another time': { hash: '#at=2026-01-01T00:00Z', until: ({ page }) => page.locator('input[type=range]').first().waitFor() },
  'no WebGL': {
    before: (page) => page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null;'),
    until: ({ page }) => page.getByText('cannot draw the city in 3D').waitFor(),
  },
  'a graphics card that is lost': {
    until: async (viewer) => {
      await viewer.drawn();
      await viewer.page.evaluate(() => document.querySelector('canvas')?.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext());
      await viewer.page.getByText('The graphics card was taken away').waitFor();
    },
  },
  'the tree, opened': {
    hash: '#v=tree',
    until: async ({ page }) => {
      await page.getByRole('treeitem').nth(1).click();
      await page.getByRole('treeitem').nth(2).click();
      await page.locator('[role=treeitem][aria-level="4"]').first().waitFor();
    },
  },
  'a filter, dark': { hash: '#w=filter&p=city:height&m=dark', until: ({ page }) => page.locator('.legend').first().waitFor() },
  'the federation, dark': { hash: '#w=federation&m=dark', until: ({ page }) => page.locator('.member').nth(3).waitFor() },
  'the table, dark': { hash: '#v=table&p=city:height&m=dark', until: toRows },
  'the sun': { hash: '#t=2026-06-21T18:00', until: ({ page }) => page.locator('input[type=range]').first().waitFor() },
  'an error': {
    hash: `#s=urn:dtf:twin:fire.auenfurt.example:hospitals/NOBODY`,
    until: ({ page }) => page.getByText('No agency knows this twin any more.').waitFor(),
  },
  'the dark theme': { hash: `${flood}${hospital}&m=dark`, until: toTwin },
  'more contrast': { hash: `${flood}${hospital}`, contrast: 'more', until: toTwin },
  'forced colours': { hash: `${flood}${hospital}`, forcedColors: 'active', until: toTwin },
  'no motion': { hash: flood, reducedMotion: 'reduce', until: toAnswer },
  '360 pixels, an answer': { hash: flood, viewport: { width: 360, height: 740 }, until: toAnswer },
  '360 pixels, the table': { hash: '#v=table', viewport: { width: 360, height: 740 }, until: toRows },
  '400 percent': { hash: `${flood}${hospital}`, viewport: { width: 320, height: 256 }, until: toTwin },
  'right to left': { hash: `${flood}${hospital}&lang=ar`, until: toTwin },
  'the camera by buttons': {
    until: async ({ page }) => {
      await page.locator('.camera-pad summary').click();
      await page.getByRole('button', { name: 'Whole city' }).waitFor();
    },
  },
  ...coloured,
};

/** What an element is and what is wrong with it, one line each. */
const broken = async (page: Page): Promise<readonly string[]> => {
  const { violations } = await page.evaluate((values) => globalThis.axe.run({ runOnly: { type: 'tag', values }, resultTypes: ['violations'] }), tags);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 300)}`));
};

/** Both ways of scrolling are for two-dimensional things: the page itself must not need the second. */
const widths = (page: Page) => page.evaluate(() => ({ content: document.documentElement.scrollWidth, window: innerWidth }));

describe('the window', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it.each(Object.entries(states))('breaks no rule of accessibility: %s', async (_, { until, ...opened }) => {
    // axe comes as a script of its own, which the page's policy would not let in
    await using viewer = await openViewer(browser, inject('sampleCity'), { ...opened, bypassCSP: true });
    await until(viewer);
    await viewer.page.evaluate(axeCore.source);
    expect(await broken(viewer.page)).toEqual([]);
    const { content, window } = await widths(viewer.page);
    expect(content).toBeLessThanOrEqual(window);
  });

  it.each(['light', 'dark'])('breaks none while an agency is silent, whatever tells of it: %s', async (theme) => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    await using viewer = await openViewer(browser, city.front.address, { hash: `#v=table&w=federation&m=${theme}`, bypassCSP: true });
    const { page } = viewer;
    await page.getByRole('row').filter({ hasText: 'gauge-1' }).click();
    await panel(page, 'Selected twin').locator('table.values tr').first().waitFor();
    await city.node('water').close();
    await page.locator('.notices').getByText('does not answer: last known').waitFor();
    await panel(page, 'Selected twin').getByText('last known').first().waitFor();
    await page.locator('.member.silent').waitFor();
    await page.evaluate(axeCore.source);
    expect(await broken(page)).toEqual([]);
    await tool(page, 'Layers').click();
    await panel(page, 'Layers').getByText('last known').waitFor();
    await tool(page, 'Tree').click();
    await page.getByRole('treeitem').first().waitFor();
    await page.locator('#sources').click();
    await page.locator('.source').filter({ hasText: 'does not answer' }).waitFor();
    expect(await broken(page)).toEqual([]);
    await Promise.all(['energy', 'fire'].map((name) => city.node(name).close()));
    await page.locator('.notices').getByText('do not answer any more').waitFor();
    expect(await page.locator('.notices .notice').count()).toBe(1);
    expect(await broken(page)).toEqual([]);
  });

  it('is all there at 360 pixels: every tool can be reached, and closes what it opened', async () => {
    await using viewer = await openViewer(browser, inject('sampleCity'), { viewport: { width: 360, height: 740 } });
    const { page } = viewer;
    for (const name of ['Questions', 'Layers', 'Filter and colour', 'Federation', 'Table', 'Tree']) {
      await tool(page, name).click();
      await page
        .getByRole('button', { name: /^Close/ })
        .first()
        .waitFor();
      await page
        .getByRole('button', { name: /^Close/ })
        .first()
        .click();
      await expect.poll(() => tool(page, name).getAttribute('aria-pressed')).toBe('false');
    }
  });
});
