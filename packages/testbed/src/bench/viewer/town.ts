/**
 * Town: the procedural city of the viewer's benchmark, the same for every contender: blocks of 120 m, 36 buildings on each, from one seed.
 */

export type Corner = readonly [number, number];

export type Building = {
  /** metres east and north of the middle, anticlockwise, first corner not repeated */
  readonly corners: readonly Corner[];
  /** metres */
  readonly height: number;
};

export type Town = { readonly buildings: readonly Building[] /** metres */; readonly side: number };

const blockMetres = 120;
const streetMetres = 16;
const lotsPerSide = 6;
const perBlock = lotsPerSide ** 2;
const seed = 20_261_126;

/** mulberry32 */
const createChance = (): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** By how many corners it has, 4 to 8, within a rectangle of that width and depth about the middle; 5.4 corners on average. */
const footprints: readonly { readonly until: number; readonly corners: (w: number, d: number) => readonly Corner[] }[] = [
  {
    until: 0.4,
    corners: (w, d) => [
      [-w, -d],
      [w, -d],
      [w, d],
      [-w, d],
    ],
  },
  {
    until: 0.55,
    corners: (w, d) => [
      [-w, -d],
      [w, -d],
      [w, d * 0.4],
      [w * 0.4, d],
      [-w, d],
    ],
  },
  {
    until: 0.75,
    corners: (w, d) => [
      [-w, -d],
      [w, -d],
      [w, 0],
      [0, 0],
      [0, d],
      [-w, d],
    ],
  },
  {
    until: 0.9,
    corners: (w, d) => [
      [-w * 0.5, -d],
      [w, -d],
      [w, 0],
      [0, 0],
      [0, d],
      [-w, d],
      [-w, -d * 0.5],
    ],
  },
  {
    until: 1,
    corners: (w, d) => [
      [-w, -d],
      [w, -d],
      [w, d],
      [w * 0.4, d],
      [w * 0.4, 0],
      [-w * 0.4, 0],
      [-w * 0.4, d],
      [-w, d],
    ],
  },
];

/** Most are low; towers stand about the middle. */
const heightOf = (chance: () => number, middleness: number): number => 4 + 14 * chance() + 232 * middleness * chance() ** 5;

const rounded = (metres: number): number => Math.round(metres * 100) / 100;

type Lot = { readonly at: Corner; readonly middleness: number };

const buildOn = ({ at: [east, north], middleness }: Lot, chance: () => number): Building => {
  const [w, d] = [4.5 + 3 * chance(), 4.5 + 3 * chance()];
  const drawn = chance();
  const shape = footprints.find(({ until }) => drawn < until)?.corners(w, d) ?? [];
  return { corners: shape.map(([x, y]) => [rounded(east + x), rounded(north + y)]), height: rounded(heightOf(chance, middleness)) };
};

export const buildTown = (count: number): Town => {
  const [chance, blocks] = [createChance(), Math.ceil(Math.sqrt(count / perBlock))];
  const side = blocks * blockMetres;
  const lotMetres = (blockMetres - streetMetres) / lotsPerSide;
  const along = (index: number): number =>
    Math.floor(index / lotsPerSide) * blockMetres + streetMetres / 2 + ((index % lotsPerSide) + 0.5) * lotMetres - side / 2;
  const perRow = blocks * lotsPerSide;
  const buildings = Array.from({ length: count }, (_, index) => {
    const at: Corner = [along(index % perRow), along(Math.floor(index / perRow))];
    return buildOn({ at, middleness: Math.exp(-((Math.hypot(...at) / (side / 4)) ** 2)) }, chance);
  });
  return { buildings, side };
};
