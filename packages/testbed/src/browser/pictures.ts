/**
 * Pictures: a program that makes the pictures of the README again from the sample city, as fine as the viewer draws.
 */
import { join } from 'node:path';
import { buildViewer, root } from './build-viewer.ts';
import { launchChromium } from './chromium.ts';
import { startCity } from './city-process.ts';
import { type Opened, openViewer, type Watched } from './page.ts';

type Picture = { readonly name: string; readonly opened: Opened; readonly until: (viewer: Watched) => Promise<unknown> };

const answered = ({ page }: Watched) => page.locator('div.answered').getByText('36 twins').waitFor();

/** Without a graphics card the finest picture takes its time. */
const patienceMs = 180_000;

const pictures: readonly Picture[] = [{ name: 'city', opened: { hash: '#q=flood-exposure&w=questions&lang=en' }, until: answered }];

await buildViewer();
const city = await startCity(join(root, 'fixtures/cities/sample.yaml'));
const browser = await launchChromium();
try {
  for (const { name, opened, until } of pictures) {
    await using viewer = await openViewer(browser, city.address, { ...opened, quality: 0 });
    await until(viewer);
    await viewer.drawn();
    await viewer.page.screenshot({ path: join(root, 'docs/pictures', `${name}.png`), timeout: patienceMs });
    process.stdout.write(`docs/pictures/${name}.png\n`);
  }
} finally {
  await browser.close();
  await city[Symbol.asyncDispose]();
}
