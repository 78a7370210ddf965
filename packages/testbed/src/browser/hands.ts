/**
 * Hands: how a planner asks the flood question, picks a place and chooses what was found: with the mouse, or with the keyboard alone.
 */
import type { Page } from 'playwright-core';
import { option, panel, search } from './page.ts';

const flood = 'What stands in the flood zone';

/** Names that stand in the scene. */
export const labelsIn = (page: Page) => page.locator('.scene-labels > *:visible');
export const labels = (page: Page): Promise<readonly string[]> => labelsIn(page).allTextContents();

export const answerOf = (page: Page) => page.locator('div.answered');
export const sources = (page: Page) => page.locator('.sources-bar');

const seen = async (page: Page) => ({
  answer: await answerOf(page).textContent(),
  zone: await page.locator('.place select').inputValue(),
  chosen: await panel(page, 'Selected twin').getByRole('heading', { level: 2 }).textContent(),
});

/** What two people who have to see alike see otherwise: the answer, its place, what is chosen. An answer may be asked for again, and where things lie may be on its way: at both of them. */
export const seenOtherwise = async (one: Page, other: Page): Promise<readonly string[]> => {
  const [own, theirs] = [await seen(one), await seen(other)];
  return (['answer', 'zone', 'chosen'] as const).filter((part) => own[part] !== theirs[part]).map((part) => `${part}: ${own[part]} / ${theirs[part]}`);
};

/** Where the eye is, as an address says. */
export const eyeIn = (url: string): string | undefined => /[&#]c=([^&]*)/.exec(url)?.[1];

/** Presses the key until that holds; somebody who tabs through a page does no more. */
const pressUntil = async (page: Page, key: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let times = 0; times < 300; times += 1) {
    if (await holds()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead there; the focus is on ${await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200))}`);
};

const [lookEveryMs, looksMax] = [50, 1_800] as const;

/** Somebody looks until it is so. */
const until = async (page: Page, holds: () => Promise<boolean>): Promise<void> => {
  for (let looks = 0; looks < looksMax; looks += 1) {
    if (await holds()) return;
    await page.waitForTimeout(lookEveryMs);
  }
  throw new Error(`it never is so: ${holds}`);
};

const focused = (page: Page, text: string) => (): Promise<boolean> =>
  page.evaluate((wanted) => document.activeElement?.tagName === 'BUTTON' && (document.activeElement.textContent ?? '').includes(wanted), text);

const isFocused = (page: Page, selector: string) => (): Promise<boolean> =>
  page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector);

const inScene = (page: Page) => isFocused(page, '.stage');

const poseByKeys = async (page: Page): Promise<void> => {
  await pressUntil(page, 'Tab', inScene(page));
  await page.keyboard.press('/');
  await until(page, isFocused(page, '#search'));
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

const chooseByMouse = (page: Page, name: string): Promise<void> =>
  answerOf(page)
    .getByRole('button', { name })
    .filter({ hasText: new RegExp(name) })
    .first()
    .click();

const chooseByKeys = async (page: Page, name: string): Promise<void> => {
  await pressUntil(page, 'Tab', focused(page, name));
  await page.keyboard.press('Enter');
};

/** The links that skip stand before all else. */
const openSourcesByKeys = async (page: Page): Promise<void> => {
  await pressUntil(page, 'Shift+Tab', focused(page, 'To the sources'));
  await page.keyboard.press('Enter');
  await pressUntil(page, 'Tab', isFocused(page, '#sources'));
  await page.keyboard.press('Enter');
};

/** Where in the window the twin of that label stands: a label hangs a little above it. */
export const pointOfLabel = async (page: Page, label: string | RegExp) => {
  const box = await labelsIn(page).getByText(label, { exact: true }).boundingBox();
  return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) * 1.3 };
};

/** What was chosen before comes to stand under the cross-hair, about. */
const crosshairPixels = 30;

const isUnderCrosshair = async (page: Page, label: string): Promise<boolean> => {
  const [box, { x, y }] = [await page.locator('.crosshair').boundingBox(), await pointOfLabel(page, label)];
  return box !== null && Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) < crosshairPixels;
};

/** The way to what was chosen begins when its place is known: who clicks before is on the way still. */
const arrived = async (page: Page, label: string): Promise<void> => {
  await until(page, () => isUnderCrosshair(page, label));
  await page.evaluate(() => globalThis.cityweave?.complete());
};

const pickByMouse = async (page: Page, label: string): Promise<void> => {
  await page.getByRole('button', { name: 'Pick in the scene' }).click();
  await arrived(page, label);
  const { x, y } = await pointOfLabel(page, label);
  await page.mouse.click(x, y);
};

const pickByKeys = async (page: Page, label: string): Promise<void> => {
  await pressUntil(page, 'Shift+Tab', focused(page, 'Pick in the scene'));
  await page.keyboard.press('Enter');
  await pressUntil(page, 'Shift+Tab', inScene(page));
  await arrived(page, label);
  await page.keyboard.press('Enter');
};

const places = '.place select';

const toPlacesByKeys = (page: Page): Promise<void> => pressUntil(page, 'Shift+Tab', isFocused(page, places));

export type Hands = {
  readonly pose: (page: Page) => Promise<void>;
  readonly choose: (page: Page, name: string) => Promise<void>;
  readonly openSources: (page: Page) => Promise<void>;
  /** to the list of places of the question */
  readonly toPlaces: (page: Page) => Promise<void>;
  /** fills the place of the question by what lies where the chosen twin stands, as its label says */
  readonly pick: (page: Page, label: string) => Promise<void>;
};

export const hands: Readonly<Record<'the mouse' | 'the keyboard alone', Hands>> = {
  'the mouse': {
    pose: poseByMouse,
    choose: chooseByMouse,
    openSources: (page) => sources(page).locator('summary').click(),
    toPlaces: (page) => page.locator(places).focus(),
    pick: pickByMouse,
  },
  'the keyboard alone': { pose: poseByKeys, choose: chooseByKeys, openSources: openSourcesByKeys, toPlaces: toPlacesByKeys, pick: pickByKeys },
};

/** Labels that lie under the panel of the answer: what is lit is to be where it can be seen. */
export const labelsUnderPanel = async (page: Page): Promise<readonly string[]> => {
  const edge = await panel(page, 'Answer').evaluate((section) => section.getBoundingClientRect().right);
  return labelsIn(page).evaluateAll(
    (all, right) => all.filter((label) => label.getBoundingClientRect().left + label.clientWidth / 2 < right).map(({ textContent }) => textContent ?? ''),
    edge,
  );
};
