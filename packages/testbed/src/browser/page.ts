/**
 * Page: the viewer as a person opens it, watched: what it fetched from elsewhere, what its policy refused, what went wrong in it.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** Asked of no page but counted in each, from before its first script. */
type Counts = { readonly frames: number; readonly violations: readonly string[] };

export type Watched = AsyncDisposable & {
  readonly page: Page;
  /** addresses outside of the city that the page asked for */
  readonly outside: readonly string[];
  /** uncaught exceptions and errors of the console, but for what the network says */
  readonly errors: readonly string[];
  readonly counts: () => Promise<Counts>;
};

/** A frame is one call that draws; a violation is one event of the content security policy. */
const counting = `
  window.counted = { frames: 0, violations: [] };
  addEventListener('securitypolicyviolation', (event) => counted.violations.push(event.violatedDirective + ' ' + event.blockedURI));
  for (const name of ['drawElements', 'drawArrays', 'drawElementsInstanced', 'drawArraysInstanced', 'clear']) {
    const drawn = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...given) { counted.frames += 1; return drawn.apply(this, given); };
  }
`;

const isOfNetwork = (text: string): boolean => text.startsWith('Failed to load resource');

export const openViewer = async (browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Watched> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const [outside, errors]: [string[], string[]] = [[], []];
  page.on('request', (request) => {
    if (!(request.url().startsWith(`${new URL(address).origin}/`) || /^(blob|data):/.test(request.url()))) outside.push(request.url());
  });
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isOfNetwork(message.text())) errors.push(message.text());
  });
  await page.addInitScript(counting);
  await page.goto(address);
  return {
    ...{ page, outside, errors },
    counts: () => page.evaluate('counted'),
    [Symbol.asyncDispose]: () => context.close(),
  };
};
