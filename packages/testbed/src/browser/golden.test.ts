/**
 * Golden pictures: the sample city looks as it did when somebody last looked at it; `pnpm pictures` makes them again.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { differentShareMax, goldenFolder, goldenPicture, goldens } from './golden.ts';
import { pictureDifference } from './picture-difference.ts';

const read = (file: string): Buffer => readFileSync(join(goldenFolder, file));

describe('the sample city', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it.each(goldens)('looks as in $file, and as in no other', async (golden) => {
    await using viewer = await goldenPicture(browser, inject('sampleCity'), golden);
    const taken = await viewer.take();
    expect(await pictureDifference(viewer.page, taken, read(golden.file))).toBeLessThan(differentShareMax);
    for (const { file } of goldens.filter((other) => other.file !== golden.file))
      expect(await pictureDifference(viewer.page, taken, read(file))).toBeGreaterThan(2 * differentShareMax);
  });
});
