/**
 * Columns: what one layer is cut from, as arrays of numbers: they lie beside the heap and go to another thread without a copy.
 * An outline is made of them when somebody asks for it: of a whole city there would be too many to have at once.
 */
import { createLocalFrame, type OutlineRing, type RoofShape, roofShapes, type Solid } from '@cityweave/core';
import type { LocalBox } from './local.ts';

/** One twin to be cut: everything but its row, which the cut decides. */
export type Uncut = {
  readonly kind: number;
  readonly rings: readonly { readonly corners: readonly (readonly number[])[]; readonly isHole: boolean }[];
  readonly base?: number | undefined;
  readonly height: number;
  readonly roof: RoofShape;
  readonly solid?: Solid | undefined;
};

type Whole = Uint32Array<ArrayBuffer>;
type Metres = Float64Array<ArrayBuffer>;

/** `From` says for every item, or ring, where what it has begins; there is one more of them, which says where the last ends. */
export type CutColumns = {
  readonly kind: Whole;
  readonly base: Metres;
  readonly height: Metres;
  /** index into `roofShapes` */
  readonly roof: Whole;
  readonly ringFrom: Whole;
  readonly cornerFrom: Whole;
  readonly isHole: Whole;
  /** two numbers a corner */
  readonly corners: Metres;
  readonly solidFrom: Whole;
  /** three numbers a corner of a solid */
  readonly solidCorners: Metres;
  readonly faceFrom: Whole;
  /** of every surface how many rings, of each of these how many corners, and which */
  readonly faces: Whole;
};

const roomFirst = 1_024;

/** Numbers that come one by one. */
const createNumbers = <Numbers extends Whole | Metres>(make: (room: number) => Numbers, first: readonly number[] = []) => {
  let [numbers, count] = [make(roomFirst), first.length];
  numbers.set(first);
  return {
    add: (value: number): void => {
      if (count === numbers.length) {
        const more = make(count * 2);
        more.set(numbers);
        numbers = more;
      }
      numbers[count] = value;
      count += 1;
    },
    count: (): number => count,
    taken: (): Numbers => {
      const taken = make(count);
      taken.set(numbers.subarray(0, count));
      return taken;
    },
  };
};

const whole = (first: readonly number[] = []) => createNumbers((room): Whole => new Uint32Array(room), first);
const metres = () => createNumbers((room): Metres => new Float64Array(room));

type ColumnsWriter = { readonly add: (one: Uncut) => void; readonly columns: () => CutColumns };

export const createColumnsWriter = (): ColumnsWriter => {
  const [kind, roof, isHole, faces] = [whole(), whole(), whole(), whole()];
  const [ringFrom, cornerFrom, solidFrom, faceFrom] = [whole([0]), whole([0]), whole([0]), whole([0])];
  const [base, height, corners, solidCorners] = [metres(), metres(), metres(), metres()];
  const addRing = ({ corners: given, isHole: hole }: Uncut['rings'][number]): void => {
    for (const corner of given) {
      corners.add(corner[0] ?? 0);
      corners.add(corner[1] ?? 0);
    }
    isHole.add(hole ? 1 : 0);
    cornerFrom.add(corners.count() / 2);
  };
  const addSolid = ({ corners: given, surfaces }: Solid): void => {
    for (const corner of given) corner.forEach(solidCorners.add);
    for (const rings of surfaces) {
      faces.add(rings.length);
      for (const ring of rings) [ring.length, ...ring].forEach(faces.add);
    }
  };
  return {
    add: (one) => {
      kind.add(one.kind);
      base.add(one.base ?? 0);
      height.add(one.height);
      roof.add(roofShapes.indexOf(one.roof));
      one.rings.forEach(addRing);
      ringFrom.add(isHole.count());
      if (one.solid) addSolid(one.solid);
      solidFrom.add(solidCorners.count() / 3);
      faceFrom.add(faces.count());
    },
    columns: () => ({
      ...{ kind: kind.taken(), base: base.taken(), height: height.taken(), roof: roof.taken() },
      ...{ ringFrom: ringFrom.taken(), cornerFrom: cornerFrom.taken(), isHole: isHole.taken(), corners: corners.taken() },
      ...{ solidFrom: solidFrom.taken(), solidCorners: solidCorners.taken(), faceFrom: faceFrom.taken(), faces: faces.taken() },
    }),
  };
};

export const toColumns = (uncut: Iterable<Uncut>): CutColumns => {
  const writer = createColumnsWriter();
  for (const one of uncut) writer.add(one);
  return writer.columns();
};

/** Longitude and latitude become metres about the origin, where they are. */
export const moveToMetres = ({ corners, solidCorners }: CutColumns, origin: readonly [number, number]): void => {
  const frame = createLocalFrame(origin);
  for (const [numbers, step] of [
    [corners, 2],
    [solidCorners, 3],
  ] as const)
    for (let at = 0; at < numbers.length; at += step) numbers.set(frame.toLocal(numbers[at] ?? 0, numbers[at + 1] ?? 0), at);
};

/** The corners of an item's rings: from and to. */
const cornersOf = ({ ringFrom, cornerFrom }: CutColumns, item: number): readonly [number, number] => [
  cornerFrom[ringFrom[item] ?? 0] ?? 0,
  cornerFrom[ringFrom[item + 1] ?? 0] ?? 0,
];

/** Corners of its rings and of its true surfaces. */
export const countCorners = (columns: CutColumns, item: number): number => {
  const [from, to] = cornersOf(columns, item);
  return to - from + (columns.solidFrom[item + 1] ?? 0) - (columns.solidFrom[item] ?? 0);
};

export const boxOfItem = (columns: CutColumns, item: number): LocalBox => {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  const [from, to] = cornersOf(columns, item);
  for (let at = from; at < to; at += 1) {
    const [x, y] = [columns.corners[at * 2] ?? 0, columns.corners[at * 2 + 1] ?? 0];
    if (x < west) west = x;
    if (y < south) south = y;
    if (x > east) east = x;
    if (y > north) north = y;
  }
  return [west, south, east, north];
};

export const ringsOf = ({ ringFrom, cornerFrom, isHole, corners }: CutColumns, item: number): OutlineRing[] => {
  const rings: OutlineRing[] = [];
  for (let ring = ringFrom[item] ?? 0; ring < (ringFrom[item + 1] ?? 0); ring += 1) {
    const own: [number, number][] = [];
    for (let at = cornerFrom[ring] ?? 0; at < (cornerFrom[ring + 1] ?? 0); at += 1) own.push([corners[at * 2] ?? 0, corners[at * 2 + 1] ?? 0]);
    rings.push({ corners: own, isHole: isHole[ring] === 1 });
  }
  return rings;
};

const surfacesOf = ({ faces, faceFrom }: CutColumns, item: number): number[][][] => {
  const surfaces: number[][][] = [];
  for (let at = faceFrom[item] ?? 0; at < (faceFrom[item + 1] ?? 0); ) {
    const rings: number[][] = [];
    const count = faces[at] ?? 0;
    at += 1;
    for (let ring = 0; ring < count; ring += 1) {
      const length = faces[at] ?? 0;
      rings.push([...faces.subarray(at + 1, at + 1 + length)]);
      at += 1 + length;
    }
    surfaces.push(rings);
  }
  return surfaces;
};

export const solidOf = (columns: CutColumns, item: number): Solid | undefined => {
  const [from, to] = [columns.solidFrom[item] ?? 0, columns.solidFrom[item + 1] ?? 0];
  if (from === to) return undefined;
  const corners = Array.from({ length: to - from }, (_, at): [number, number, number] => {
    const [x = 0, y = 0, up = 0] = columns.solidCorners.subarray((from + at) * 3, (from + at) * 3 + 3);
    return [x, y, up];
  });
  return { corners, surfaces: surfacesOf(columns, item) };
};

/** All that a tile says of an item but its row. */
export const numbersOf = (columns: CutColumns, item: number): Float64Array => {
  const { base, height, roof, ringFrom, cornerFrom, isHole, corners, solidFrom, solidCorners, faceFrom, faces } = columns;
  const [ring, ringEnd] = [ringFrom[item] ?? 0, ringFrom[item + 1] ?? 0];
  const [from, to] = cornersOf(columns, item);
  const solid = solidCorners.subarray((solidFrom[item] ?? 0) * 3, (solidFrom[item + 1] ?? 0) * 3);
  const surfaces = faces.subarray(faceFrom[item], faceFrom[item + 1]);
  const numbers = new Float64Array(4 + (ringEnd - ring) * 2 + (to - from) * 2 + solid.length + surfaces.length);
  numbers.set([base[item] ?? 0, height[item] ?? 0, roof[item] ?? 0, ringEnd - ring]);
  let put = 4;
  for (let at = ring; at < ringEnd; at += 1) {
    const own = corners.subarray((cornerFrom[at] ?? 0) * 2, (cornerFrom[at + 1] ?? 0) * 2);
    numbers.set([own.length / 2, isHole[at] ?? 0], put);
    numbers.set(own, put + 2);
    put += 2 + own.length;
  }
  numbers.set(solid, put);
  numbers.set(surfaces, put + solid.length);
  return numbers;
};
