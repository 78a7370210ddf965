/**
 * What others measure of the page's accessibility: all of a hundred.
 */
import lighthouse, { type Flags } from 'lighthouse';
import { expect, inject, it } from 'vitest';
import { freePort } from '../processes.ts';
import { launchChromium } from './chromium.ts';

/** As the machine is, and as wide as a planner's window. The page listens as long as it is open: the network is never silent. */
const settings: Flags = {
  ...{ onlyCategories: ['accessibility'], output: 'json', logLevel: 'silent', maxWaitForLoad: 10_000 },
  ...{ formFactor: 'desktop', screenEmulation: { disabled: true }, throttlingMethod: 'provided' },
};

it.each(['', '#w=questions&v=table', '#q=flood-exposure&w=questions&m=dark'])('lighthouse finds nothing to be better in the page at %j', async (hash) => {
  const port = await freePort();
  const browser = await launchChromium([`--remote-debugging-port=${port}`]);
  try {
    const result = await lighthouse(`${new URL(inject('sampleCity')).origin}/${hash}`, { port, ...settings });
    const worse = Object.values(result?.lhr.audits ?? {}).filter(({ score }) => score !== null && score < 1);
    expect(worse.map(({ id, details }) => `${id} ${JSON.stringify(details).slice(0, 600)}`)).toEqual([]);
    expect(result?.lhr.categories['accessibility']?.score).toBe(1);
  } finally {
    await browser.close();
  }
});
