import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { openViewer } from './page.ts';

describe('the page', () => {
  let browser: Browser;
  const address = inject('sampleCity');
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('runs under its content security policy and fetches nothing from elsewhere', async () => {
    await using viewer = await openViewer(browser, address);
    await viewer.page.getByText('3,384').waitFor();
    expect(viewer.outside).toEqual([]);
    expect(viewer.errors).toEqual([]);
    expect(await viewer.counts()).toMatchObject({ violations: [] });
  });
});
