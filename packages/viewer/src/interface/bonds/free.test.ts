import { describe, expect, it } from 'vitest';
import { columnsIn, freeBeside } from './free.ts';

const size = { width: 1_440, height: 900 };
const beside = { columns: [380, 400], isRtl: false, head: 60, air: 0.04 } as const;

describe('the free part of the picture', () => {
  it('is beside the panels that are open, and on the other side in a language that is written from the right', () => {
    const left = freeBeside({ start: true, end: false, bottom: false }, size, beside);
    expect(left.left * size.width).toBeGreaterThan(380);
    expect(left.right).toBeCloseTo(0.96);
    const right = freeBeside({ start: true, end: false, bottom: false }, size, { ...beside, isRtl: true });
    expect([right.left, right.right]).toEqual([expect.closeTo(0.04), expect.closeTo(1 - left.left)]);
  });

  it('is above a list and above a sheet', () => {
    expect(freeBeside({ start: false, end: false, bottom: true }, size, beside).bottom).toBeLessThan(0.58);
    expect(freeBeside({ start: true, end: false, bottom: false }, { width: 360, height: 740 }, { ...beside, columns: undefined }).bottom).toBeLessThan(0.48);
  });

  it('is below search and tools, in as many lines as these stand', () => {
    const narrow = { ...beside, columns: undefined, air: 0 };
    const top = (head: number) => freeBeside({ start: false, end: false, bottom: false }, { width: 320, height: 740 }, { ...narrow, head }).top * 740;
    expect([144, 188].map(top)).toEqual([expect.closeTo(144), expect.closeTo(188)]);
  });

  it('ends where panels and the window do, where no air is wanted', () => {
    expect(freeBeside({ start: false, end: false, bottom: false }, size, { ...beside, air: 0 })).toMatchObject({ left: 0, right: 1 });
  });

  it('is all of it where the panels leave too little', () => {
    expect(freeBeside({ start: true, end: true, bottom: false }, { width: 900, height: 700 }, beside)).toMatchObject({ left: 0.04, right: 0.96 });
  });
  it('has panels at its sides where the window is a grid of pixels alone', () => {
    expect(['380px 640px 380px', '100px 260px', 'none', 'auto minmax(0px, 1fr)'].map(columnsIn)).toEqual([[380, 380], undefined, undefined, undefined]);
  });
});
