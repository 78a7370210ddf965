/**
 * Placement: nothing that is written over the city lies on anything else that is: who comes first stays. Pure: boxes of the picture in, who stays out.
 */

/** In pixels of the picture. */
export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

export type Ground = {
  /** the number of who has some of this box; undefined where all of it is free */
  readonly holderOf: (box: Box) => number | undefined;
  readonly take: (box: Box, holder: number) => void;
};

export const boxAround = (x: number, y: number, { width, height }: { readonly width: number; readonly height: number }): Box => ({
  left: x - width / 2,
  top: y - height / 2,
  right: x + width / 2,
  bottom: y + height / 2,
});

export const isOver = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Of a coarse grid, so that only neighbours are compared. */
const cell = { pixels: 64, lines: 0x10000 } as const;

const cellsOf = ({ left, top, right, bottom }: Box): readonly number[] => {
  const cells: number[] = [];
  for (let column = Math.floor(left / cell.pixels); column * cell.pixels < right; column += 1)
    for (let line = Math.floor(top / cell.pixels); line * cell.pixels < bottom; line += 1) cells.push(column * cell.lines + line);
  return cells;
};

export const createGround = (): Ground => {
  const taken = new Map<number, (readonly [Box, number])[]>();
  return {
    holderOf: (box) => {
      for (const key of cellsOf(box)) for (const [other, holder] of taken.get(key) ?? []) if (isOver(box, other)) return holder;
      return undefined;
    },
    take: (box, holder) => {
      for (const key of cellsOf(box)) {
        const there = taken.get(key);
        if (there) there.push([box, holder]);
        else taken.set(key, [[box, holder]]);
      }
    },
  };
};

export type Disc = { readonly x: number; readonly y: number; readonly count: number };

const disc = { height: 22, edges: 13, digit: 8 } as const;

/** Each has the room that the number of all would need, so that one that takes others in needs no more of it. */
export const discSize = (total: number) => ({ width: Math.max(disc.height, disc.edges + disc.digit * String(total).length), height: disc.height });

/** On free ground, largest first: what would lie on a larger disc is told by that one. */
export const mergeDiscs = (discs: readonly Disc[], ground: Ground): readonly Disc[] => {
  const size = discSize(discs.reduce((sum, { count }) => sum + count, 0));
  const shown: Disc[] = [];
  for (const one of discs) {
    const box = boxAround(one.x, one.y, size);
    const at = ground.holderOf(box) ?? -1;
    const larger = shown[at];
    if (larger) shown[at] = { ...larger, count: larger.count + one.count };
    else ground.take(box, shown.push(one) - 1);
  }
  return shown;
};

/** Who asks for a place, and how far up it may stand, nearest first. */
export type Wish = { readonly x: number; readonly bottom: number; readonly width: number; readonly lifts: readonly number[] };

export const lineHeight = 16;

/** How far up there is room; undefined where there is none. What is written there has its ground from now on. */
export const liftOf = ({ x, bottom, width, lifts }: Wish, ground: Ground): number | undefined => {
  const boxAt = (lift: number): Box => boxAround(x, bottom - lift - lineHeight / 2, { width, height: lineHeight });
  const lift = lifts.find((each) => ground.holderOf(boxAt(each)) === undefined);
  if (lift !== undefined) ground.take(boxAt(lift), -1);
  return lift;
};
