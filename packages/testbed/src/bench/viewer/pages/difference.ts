/**
 * Difference: how much of a picture is another one than it would be in full detail, as an eye sees it: each point with those about it.
 */

/** A point is seen with as many others on every side: so many that a wall before the ground may move by the error that is allowed, 1.5 pixels, and is just not seen to. */
const radius = 3;
/** Of 255: less than this nobody sees. */
const seen = 16;
const channels = 4;

/** Means of a line of numbers, each with its neighbours; `step` leads to the next one. */
const blurLine = (
  from: Float32Array,
  to: Float32Array,
  { first, step, count }: { readonly first: number; readonly step: number; readonly count: number },
): void => {
  let sum = 0;
  for (let at = -radius; at < count; at += 1) {
    if (at + radius < count) sum += from[first + (at + radius) * step] ?? 0;
    if (at > radius) sum -= from[first + (at - radius - 1) * step] ?? 0;
    const least = Math.max(0, at - radius);
    const most = Math.min(count - 1, at + radius);
    if (at >= 0) to[first + at * step] = sum / (most - least + 1);
  }
};

/** By rows, then by columns, channel by channel. */
const blurred = (pixels: Uint8Array, width: number): Float32Array => {
  const height = pixels.length / channels / width;
  const [whole, rows, both] = [Float32Array.from(pixels), new Float32Array(pixels.length), new Float32Array(pixels.length)];
  for (let row = 0; row < height; row += 1)
    for (let channel = 0; channel < channels; channel += 1) blurLine(whole, rows, { first: row * width * channels + channel, step: channels, count: width });
  for (let column = 0; column < width * channels; column += 1) blurLine(rows, both, { first: column, step: width * channels, count: height });
  return both;
};

/** 0 to 1; both of the same size, four bytes a pixel. */
export const shareOfOther = (a: Uint8Array, b: Uint8Array, width: number): number => {
  const [before, after] = [blurred(a, width), blurred(b, width)];
  let others = 0;
  for (let at = 0; at < before.length; at += channels)
    if ([0, 1, 2].some((channel) => Math.abs((before[at + channel] ?? 0) - (after[at + channel] ?? 0)) > seen)) others += 1;
  return others / (before.length / channels);
};
