/**
 * Picture difference: how much of two pictures of a page differs to an eye: compared after a blur, so that an edge that moved by a pixel is none.
 */
import type { Page } from 'playwright-core';

/** The blur in pixels, and by how much of 255 a channel has to differ. */
const [blurPixels, channelMin] = [2, 16] as const;

type Given = { readonly pictures: readonly [string, string]; readonly blur: number; readonly least: number };

const compare = async ({ pictures, blur, least }: Given): Promise<number> => {
  const pixels = async (base64: string): Promise<ImageData | undefined> => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext('2d');
    if (!context) return undefined;
    context.filter = `blur(${blur}px)`;
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, picture.width, picture.height);
  };
  const [a, b] = [await pixels(pictures[0]), await pixels(pictures[1])];
  if (!a || !b || a.width !== b.width || a.height !== b.height) return 1;
  let different = 0;
  for (let at = 0; at < a.data.length; at += 4)
    if ([0, 1, 2].some((channel) => Math.abs((a.data[at + channel] ?? 0) - (b.data[at + channel] ?? 0)) > least)) different += 1;
  return different / (a.data.length / 4);
};

/** The share of pixels that differ; 1 where the pictures are not even of one size. */
export const pictureDifference = (page: Page, a: Buffer, b: Buffer): Promise<number> =>
  page.evaluate(compare, { pictures: [a.toString('base64'), b.toString('base64')] as const, blur: blurPixels, least: channelMin });

type Clip = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Two of so many in a row are alike, or it never rests. */
const picturesMax = 200;

/** The page, or a part of it, once nothing in it moves any more. */
export const settledPicture = async (page: Page, clip?: Clip): Promise<Buffer> => {
  const take = (): Promise<Buffer> => page.screenshot(clip ? { clip } : {});
  let seen = await take();
  for (let taken = 1; taken < picturesMax; taken += 1) {
    const next = await take();
    if ((await pictureDifference(page, seen, next)) === 0) return next;
    seen = next;
  }
  throw new Error('the page does not come to rest');
};
