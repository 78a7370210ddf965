/**
 * Pictures: a program that makes the pictures of the README and those that the tests compare with again, from the sample city.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { buildViewer, root } from './build-viewer.ts';
import { launchChromium } from './chromium.ts';
import { startCity } from './city-process.ts';
import { goldenFolder, goldenPicture, goldens } from './golden.ts';
import { answerOf } from './hands.ts';
import { openViewer } from './page.ts';

/** Without a graphics card the finest picture takes its time. */
const patienceMs = 180_000;

const ofReadme = async (browser: Browser, address: string): Promise<string> => {
  await using viewer = await openViewer(browser, address, { hash: '#q=flood-exposure&w=questions&lang=en', quality: 0 });
  const path = join(root, 'docs/pictures/city.png');
  await answerOf(viewer.page).getByText('36 twins').waitFor();
  await viewer.drawn();
  await viewer.page.screenshot({ path, timeout: patienceMs });
  return path;
};

await buildViewer();
const city = await startCity(join(root, 'fixtures/cities/sample.yaml'));
const browser = await launchChromium();
try {
  await mkdir(goldenFolder, { recursive: true });
  process.stdout.write(`${await ofReadme(browser, city.address)}\n`);
  for (const golden of goldens) {
    const path = join(goldenFolder, golden.file);
    await using viewer = await goldenPicture(browser, city.address, golden);
    await viewer.take(path);
    process.stdout.write(`${path}\n`);
  }
} finally {
  await browser.close();
  await city[Symbol.asyncDispose]();
}
