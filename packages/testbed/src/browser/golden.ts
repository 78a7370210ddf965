/**
 * Golden: what the sample city is to look like, as small pictures of the scene alone: no panel, no name, as coarse as on a machine without a graphics card.
 */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { root } from './build-viewer.ts';
import { answerOf } from './hands.ts';
import { openViewer } from './page.ts';
import { settledPicture } from './picture-difference.ts';

export type Golden = { readonly file: string; readonly hash: string /** twins that the answer lights */; readonly lit?: number };

export const goldenFolder = join(root, 'fixtures/pictures');

export const goldens = [
  { file: 'light.jpg', hash: '#m=light' },
  { file: 'dark.jpg', hash: '#m=dark' },
  { file: 'lit.jpg', hash: '#m=light&q=flood-exposure&w=questions', lit: 36 },
] as const satisfies readonly Golden[];

/** The share of a picture that may differ: buses drive, and a renderer may round otherwise. */
export const differentShareMax = 0.02;

const [viewport, coarsest] = [{ width: 800, height: 500 }, 2] as const;

/** The page as it is drawn at rest, to be taken as a picture. */
export const goldenPicture = async (browser: Browser, address: string, { hash, lit }: Golden) => {
  const viewer = await openViewer(browser, address, { hash, viewport, quality: coarsest, reducedMotion: 'reduce', bypassCSP: true });
  const { page } = viewer;
  if (lit !== undefined) await answerOf(page).getByText(`${lit} twins`).waitFor();
  await page.addStyleTag({ content: '.window, .scene-labels { visibility: hidden; }' });
  await viewer.drawn();
  await settledPicture(page);
  const take = (path?: string): Promise<Buffer> => page.screenshot({ type: 'jpeg', quality: 80, ...(path !== undefined && { path }) });
  return { page, take, [Symbol.asyncDispose]: viewer[Symbol.asyncDispose] };
};
