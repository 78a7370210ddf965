/**
 * What moves is seen on its way from where it was to where it is, React renders nothing for it, and nothing is drawn once it is there.
 */
import { twinIdOf } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestCity } from '../city.ts';
import { authorityOfTest, fourAgencies } from '../city-files.ts';
import { launchChromium } from './chromium.ts';
import { labelsIn } from './hands.ts';
import { openViewer, type Watched, withoutStatus } from './page.ts';

const [from, to] = [
  [0.4, 0.1],
  [0.403, 0.1],
] as const;
/** What it goes in the picture, but for a little. */
const nearlyPixels = 100;
/** Over the first place, looking north: what goes east goes to the right. */
const eye = `#c=${from.join(',')},3000,0,20`;
const moving = twinIdOf(authorityOfTest('fire'), 'things', 'fire-1');
/** Long enough for whatever draws by itself to have done so many times. */
const whileMs = 2_000;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** How far to the right its name stands; undefined in a moment in which names are placed anew. */
const placeOf = async ({ page }: Watched): Promise<number | undefined> => (await labelsIn(page).getByText('fire-1', { exact: true }).boundingBox())?.x;

/** All places at which it was seen until it stood where it was to be. */
const placesUntil = async (viewer: Watched, isThere: (x: number) => boolean): Promise<readonly number[]> => {
  const seen: number[] = [];
  await expect
    .poll(async () => {
      const x = await placeOf(viewer);
      if (x !== undefined) seen.push(x);
      return isThere(seen.at(-1) ?? 0);
    })
    .toBe(true);
  return seen;
};

const drawsWhile = async ({ page, counts }: Watched): Promise<number> => {
  const { draws } = await counts();
  await page.waitForTimeout(whileMs);
  return (await counts()).draws - draws;
};

it('glides, and jumps for who does not welcome motion', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const { store } = city.node('fire');
  const move = (position: readonly [number, number]) =>
    store.apply([{ op: 'patchTwin', id: moving, values: {}, position: [...position] }], { at: systemDeps().clock.now() });
  await using gliding = await openViewer(browser, city.front.address, { hash: eye, before: withoutStatus });
  await using jumping = await openViewer(browser, city.front.address, { hash: eye, reducedMotion: 'reduce' });
  for (const viewer of [gliding, jumping]) {
    await viewer.drawn();
    await labelsIn(viewer.page).getByText('fire-1', { exact: true }).waitFor();
    await expect.poll(() => drawsWhile(viewer)).toBe(0);
  }
  await gliding.readNoMore();
  const [start = 0, jumpsFrom = 0] = await Promise.all([gliding, jumping].map(async (viewer) => (await placesUntil(viewer, (x) => x > 0)).at(-1)));
  const [isUnderWay, isThere] = [(x: number) => x > start + 1, (x: number) => x > start + nearlyPixels];
  const glide = async () => {
    await placesUntil(gliding, isUnderWay);
    const { commits } = await gliding.counts();
    const seen = new Set(await placesUntil(gliding, isThere));
    return { seen: [...seen], commits: (await gliding.counts()).commits - commits };
  };
  await move(to);
  const [glided, jumped] = await Promise.all([glide(), placesUntil(jumping, isThere)]);
  expect(glided.seen).toEqual(glided.seen.toSorted((a, b) => a - b));
  expect(glided.seen.length).toBeGreaterThan(5);
  expect(glided.commits).toBe(0);
  // it may have jumped before it was looked at
  expect(new Set([jumpsFrom, ...jumped]).size).toBe(2);
  await expect.poll(() => drawsWhile(gliding)).toBe(0);
  expect([...gliding.errors, ...jumping.errors]).toEqual([]);
});
