/**
 * Pictures: a program that makes the pictures of the README and those that the tests compare with again, from the sample city.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildViewer, root } from './build-viewer.ts';
import { launchChromium } from './chromium.ts';
import { startCity } from './city-process.ts';
import { goldenFolder, goldenPicture, goldens } from './golden.ts';
import { answerOf, labelsIn, sources } from './hands.ts';
import { openViewer } from './page.ts';

/** Without a graphics card the finest picture takes its time. */
const patienceMs = 180_000;

const asksMax = 10;

/** Who answered the flood question, as the planner's guide says it: the picture must say the same. */
const answeredInGuide = async (): Promise<string> => {
  const [said] = /\d+ of \d+ agencies/.exec(await readFile(join(root, 'docs/guide-planner.md'), 'utf8')) ?? [];
  if (said === undefined) throw new Error('the guide for planners does not say how many agencies answer the flood question');
  return said;
};

const isSaid = async (page: Page, said: string): Promise<boolean> => {
  await answerOf(page).getByText('36 twins').waitFor();
  return (await sources(page).textContent())?.includes(said) === true;
};

/** The first questions of a city also go to agencies of which it is not known yet which kinds they keep: then it is opened anew, so that what is found comes before the eye again. */
const ofReadme = async (browser: Browser, address: string): Promise<string> => {
  const [path, said] = [join(root, 'docs/pictures/city.png'), await answeredInGuide()];
  for (let asked = 0; asked < asksMax; asked += 1) {
    await using viewer = await openViewer(browser, address, { hash: '#q=flood-exposure&w=questions&lang=en', quality: 0, reducedMotion: 'reduce' });
    if (!(await isSaid(viewer.page, said))) continue;
    await labelsIn(viewer.page).getByText('Krankenhaus am Südring').waitFor();
    await viewer.drawn();
    await viewer.page.screenshot({ path, timeout: patienceMs });
    return path;
  }
  throw new Error(`the page does not say "${said}", as the guide for planners does`);
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
