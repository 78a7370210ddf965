/**
 * Page: the viewer as a person opens it, watched: what it fetched from elsewhere, what its policy refused, what went wrong in it, what it drew.
 */
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';

/** Counted in every page from before its first script: calls that draw, commits of React, refusals of the policy. */
type Counts = { readonly draws: number; readonly commits: number; readonly violations: readonly string[] };

declare global {
  var counted: Counts;
  var cityweave:
    | { readonly complete: () => Promise<unknown>; readonly statistics: () => object; readonly setView: (view: object) => void; readonly view: () => object }
    | undefined;
}

export type Watched = AsyncDisposable & {
  readonly page: Page;
  /** addresses outside of the city that the page asked for */
  readonly outside: readonly string[];
  /** uncaught exceptions and errors of the console, but for what the network says */
  readonly errors: readonly string[];
  readonly counts: () => Promise<Counts>;
  /** resolves when all that the view needs is drawn */
  readonly drawn: () => Promise<void>;
  /** Counts and ages, which the page reads anew now and then, have no more answers from when this resolves. */
  readonly readNoMore: () => Promise<void>;
};

/** React tells its tools of every commit, in its production build too: we are the tool. */
const counting = `
  window.counted = { draws: 0, commits: 0, violations: [] };
  addEventListener('securitypolicyviolation', (event) => counted.violations.push(event.violatedDirective + ' ' + event.blockedURI));
  for (const name of ['drawElements', 'drawArrays', 'drawElementsInstanced', 'drawArraysInstanced', 'clear']) {
    const drawn = WebGL2RenderingContext.prototype[name];
    WebGL2RenderingContext.prototype[name] = function (...given) { counted.draws += 1; return drawn.apply(this, given); };
  }
  window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
    supportsFiber: true, isDisabled: false, renderers: new Map(), checkDCE() {}, inject: () => 1,
    onCommitFiberRoot() { counted.commits += 1; }, onCommitFiberUnmount() {}, onPostCommitFiberRoot() {},
  };
`;

/** On a machine whose processors are busy a city without a graphics card takes its time. */
const patienceMs = 90_000;

const isOfNetwork = (text: string): boolean => text.startsWith('Failed to load resource');

export type Opened = BrowserContextOptions & {
  /** behind the address, with its `#` */
  readonly hash?: string;
  /** as fine as the viewer draws, 0, whatever the machine can */
  readonly quality?: number;
  /** what is done to the page before it opens */
  readonly before?: (page: Page) => Promise<unknown>;
};

const isReadAnew = ({ pathname }: URL): boolean => pathname === '/graphql';
const isStream = (request: Request): boolean => request.headers()['accept'] === 'text/event-stream';

/** A line that is late on a busy machine is told, and rendered: who counts what is rendered for something else lets nothing be told of lines from the beginning. */
export const withoutStatus = (page: Page): Promise<unknown> =>
  page.route(isReadAnew, (route) => (isStream(route.request()) ? route.abort() : route.fallback()));

/** What was asked for before it is called is answered first. */
const createReadNoMore = (page: Page): (() => Promise<void>) => {
  const asked = new Set<Request>();
  page.on('request', (request) => void (isReadAnew(new URL(request.url())) && !isStream(request) && asked.add(request)));
  return async () => {
    const before = [...asked];
    await page.route(isReadAnew, () => undefined);
    await Promise.allSettled(before.map(async (request) => (await request.response())?.finished()));
  };
};

const drawnIn = async (page: Page): Promise<void> => {
  await page.waitForFunction(() => globalThis.cityweave !== undefined);
  await page.evaluate(() => globalThis.cityweave?.complete());
};

/** What a handler of a route was still answering when the page went is nobody's any more, and no failure. A browser that ended took its pages along. */
const leave = async (page: Page): Promise<void> => {
  if (page.isClosed()) return;
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().close();
};

/** The page says of its drawing what a test asks, because its address asks for `?statistics`. */
export const openViewer = async (browser: Browser, address: string, { hash = '', quality, before, ...options }: Opened = {}): Promise<Watched> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const [outside, errors]: [string[], string[]] = [[], []];
  const readNoMore = createReadNoMore(page);
  page.on('request', (request) => {
    if (!(request.url().startsWith(`${new URL(address).origin}/`) || /^(blob|data):/.test(request.url()))) outside.push(request.url());
  });
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isOfNetwork(message.text())) errors.push(message.text());
  });
  await page.addInitScript(counting);
  await before?.(page);
  await page.goto(`${new URL(address).origin}/?statistics${quality === undefined ? '' : `&quality=${quality}`}${hash}`);
  return {
    ...{ page, outside, errors, readNoMore },
    counts: () => page.evaluate(() => globalThis.counted),
    drawn: () => drawnIn(page),
    [Symbol.asyncDispose]: () => leave(page),
  };
};

/** Nothing of the scene is still being collected, so that it stays as it is. */
export const isWhole = async (address: string): Promise<boolean> => {
  const { agencies } = Object(await (await fetch(`${new URL(address).origin}/tiles/scene`)).json());
  return Array.isArray(agencies) && agencies.every(({ complete }) => complete);
};

export const search = (page: Page) => page.locator('#search');
export const option = (page: Page, text: string) => page.locator('[role=listbox]').getByRole('option').filter({ hasText: text });
export const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
export const tool = (page: Page, name: string) => page.locator('#views').getByRole('button', { name, exact: true });
