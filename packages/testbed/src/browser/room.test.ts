/**
 * Nothing is lost, however small the window and however much is open in it: every part has room, none lies outside, and what lies under another part can be scrolled to.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { labelsIn } from './hands.ts';
import { openViewer } from './page.ts';

const hospital = 'urn:dtf:twin:fire.auenfurt.example:hospitals/HOSP-2';
const open = {
  'the federation, the tree, colours, time and sun': '#lang=en&w=federation&v=tree&p=city:height&at=2026-11-27T12:00Z&t=2026-06-21T12:00',
  'an answer, its table, a twin and colours': `#lang=en&w=questions&q=flood-exposure&v=table&p=city:height&s=${hospital}`,
} as const;
const sizes = [
  [1_280, 800],
  [1_280, 600],
  [901, 500],
  [360, 740],
  [320, 480],
  [320, 256],
] as const;

/** Less is not worth scrolling in. */
const leastPixels = 30;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const cases = sizes.flatMap(([width, height]) => Object.entries(open).map(([what, hash]) => ({ width, height, what, hash })));

it.each(cases)('in $width by $height pixels has room for $what', async ({ width, height, hash }) => {
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash, viewport: { width, height }, reducedMotion: 'reduce' });
  const { page } = viewer;
  await page.locator('.sources-bar').waitFor();
  await page.locator('.legend').waitFor();
  await page.locator('.moment-bar, .end').first().waitFor();
  const lost = () =>
    page.evaluate((least) => {
      const isLost = (part: Element): boolean => {
        part.scrollIntoView({ block: 'nearest' });
        const { left, right, top, bottom, width: wide, height: high } = part.getBoundingClientRect();
        const points = [0.1, 0.5, 0.9].flatMap((x) => [0.05, 0.5].map((y) => [left + wide * x, top + Math.min(high, innerHeight) * y] as const));
        const isSeen = points.some(([x, y]) => part.contains(document.elementFromPoint(x, y)));
        return high < least || left < -1 || right > innerWidth + 1 || top > innerHeight - least || bottom < least || !isSeen;
      };
      const parts = [...document.querySelectorAll('.window > :is(.panel, .toolbar, .search)')].filter((part) => part.checkVisibility());
      return parts.filter(isLost).map((part) => `${part.className} ${JSON.stringify(part.getBoundingClientRect())}`);
    }, leastPixels);
  await expect.poll(lost).toEqual([]);
  expect(viewer.errors).toEqual([]);
});

const looks = (['none', 'active'] as const).flatMap((forcedColors) =>
  [
    [1_280, 720],
    [360, 740],
    [320, 640],
  ].map(([width = 0, height = 0]) => ({ width, height, forcedColors })),
);

it.each(looks)('in $width by $height pixels no name lies on another, nor under search and tools; forced colours: $forcedColors', async (look) => {
  const { width, height, forcedColors } = look;
  // near enough that the city goes on behind the tools
  const hash = '#c=9.2689,52.0241,1500,20,56&lang=en';
  await using viewer = await openViewer(browser, inject('sampleCity'), { hash, viewport: { width, height }, forcedColors, reducedMotion: 'reduce' });
  const { page } = viewer;
  await viewer.drawn();
  await labelsIn(page).nth(2).waitFor();
  const met = () =>
    page.evaluate(() => {
      const boxesOf = (selector: string) => [...document.querySelectorAll(selector)].map((part) => [part.textContent, part.getBoundingClientRect()] as const);
      const names = boxesOf('.scene-labels bdi');
      const parts = boxesOf('.window > :is(.search, .toolbar)');
      const isOver = (a: DOMRect, b: DOMRect): boolean => a.left + 1 < b.right && b.left + 1 < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom;
      return names.flatMap(([name, box], at) =>
        [...names.slice(at + 1), ...parts].flatMap(([other, taken]) => (isOver(box, taken) ? [`${name} / ${other}`] : [])),
      );
    });
  await expect.poll(met).toEqual([]);
  expect(viewer.errors).toEqual([]);
});
