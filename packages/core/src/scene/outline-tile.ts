/**
 * Outline tile: what stands on the ground as rings (prisms, areas), with their true surfaces where these are known, as polylines or as points.
 * Each has the row of its twin's state. Columns of small differences; a tile that lies about its size is refused before anything is made for it.
 */
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { type ByteReader, type ByteWriter, createByteReader, createByteWriter } from './bytes.ts';
import { readCornerColumns, writeCornerColumns } from './corner-columns.ts';
import { sceneLimits } from './scene-limits.ts';
import { encodeSolids, readSolids, type Solid, type Solids } from './solids.ts';

/** The order is that of the bytes: new forms go to the end. */
export const outlineForms = ['prism', 'area', 'line', 'point'] as const;
export type OutlineForm = (typeof outlineForms)[number];

/** The order is that of the bytes. */
export const roofShapes = ['flat', 'gabled', 'hipped', 'pyramid'] as const;
export type RoofShape = (typeof roofShapes)[number];

export type OutlineRing = { readonly corners: readonly (readonly [number, number])[]; readonly isHole: boolean };

export type Outline = {
  /** row of the twin within its layer */
  readonly row: number;
  /** rings without a repeated last corner, polylines, or one ring of one corner for a point; metres east and north */
  readonly rings: readonly OutlineRing[];
  /** metres above the scene's ground */
  readonly base: number;
  /** metres from base to the highest point; 0 for what lies flat */
  readonly height: number;
  readonly roof: RoofShape;
  /** its true surfaces; absent where it is what outline, height and roof say */
  readonly solid?: Solid | undefined;
};

export type OutlineTile = {
  readonly form: OutlineForm;
  readonly outlines: readonly Outline[];
  /** metres between two values of a coordinate, whole centimetres, at most `tileGrainCentimetresMax`; one where nothing is said */
  readonly grain?: number;
};

/** The same as arrays: item i has rings ringFrom[i] to ringFrom[i + 1], ring r the corners cornerFrom[r] to cornerFrom[r + 1]. */
export type Outlines = {
  readonly form: OutlineForm;
  /** metres east and north; corners are relative to it */
  readonly centre: readonly [number, number];
  readonly rows: Uint32Array;
  readonly ringFrom: Uint32Array;
  readonly cornerFrom: Uint32Array;
  readonly isHole: Uint8Array;
  /** east, north, east, north ... in metres */
  readonly corners: Float32Array;
  readonly base: Float32Array;
  readonly height: Float32Array;
  /** index into `roofShapes` */
  readonly roof: Uint8Array;
  /** undefined where no item has surfaces of its own */
  readonly solids: Solids | undefined;
};

const perMetre = 100;
/** Heights are kept to 5 cm, or to the grain of a coarser tile. */
const heightGrainLeast = 5;

const toCentimetres = (grain: number): number => Math.max(1, Math.min(sceneLimits.tileGrainCentimetresMax, Math.round(grain * perMetre)));
const isRing = (form: OutlineForm): boolean => form === 'prism' || form === 'area';

const centreOf = (outlines: readonly Outline[]): readonly [number, number] => {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { rings } of outlines)
    for (const { corners } of rings)
      for (const [x, y] of corners) [west, south, east, north] = [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)];
  return Number.isFinite(west) ? [Math.round((west + east) / 2), Math.round((south + north) / 2)] : [0, 0];
};

const writeRows = (to: ByteWriter, outlines: readonly Outline[]): void => {
  let before = 0;
  for (const { row } of outlines) {
    to.int(row - before);
    before = row;
  }
};

const stepsOf = (rings: readonly OutlineRing[], [east, north]: readonly [number, number], grain: number): Float64Array => {
  const toSteps = (metres: number): number => Math.round((metres * perMetre) / grain);
  return Float64Array.from(rings.flatMap(({ corners }) => corners.flatMap(([x, y]) => [toSteps(x - east), toSteps(y - north)])));
};

const startsOf = (counts: readonly number[]): Uint32Array => {
  let sum = 0;
  return Uint32Array.from([0, ...counts], (count) => {
    sum += count;
    return sum;
  });
};

/** Coordinates and heights are kept to the grain. */
export const encodeOutlineTile = ({ form, outlines, grain: grainMetres = 1 / perMetre }: OutlineTile): Uint8Array<ArrayBuffer> => {
  const to = createByteWriter();
  const [centre, grain] = [centreOf(outlines), toCentimetres(grainMetres)];
  const rings = outlines.flatMap((outline) => outline.rings);
  const counts = rings.map(({ corners }) => corners.length);
  for (const value of [outlineForms.indexOf(form), outlines.length, rings.length, counts.reduce((sum, count) => sum + count, 0), grain]) to.uint(value);
  for (const value of centre) to.int(value);
  writeRows(to, outlines);
  for (const outline of outlines) to.uint(outline.rings.length);
  for (const { corners, isHole } of rings) to.uint(corners.length * 2 + (isHole ? 1 : 0));
  writeCornerColumns(to, { steps: stepsOf(rings, centre, grain), cornerFrom: startsOf(counts), isClosed: isRing(form) });
  const toHeight = (metres: number): number => Math.round((metres * perMetre) / Math.max(heightGrainLeast, grain));
  for (const { base } of outlines) to.int(toHeight(base));
  for (const { height } of outlines) to.uint(Math.max(0, toHeight(height)));
  for (const { roof } of outlines) to.uint(roofShapes.indexOf(roof));
  encodeSolids(
    to,
    outlines.map(({ solid }) => solid),
    { centre, perMetre: perMetre / grain },
  );
  return to.bytes();
};

const lying = (found: string) => fail(problem('malformed', { subject: 'tile', found, accepted: 'a tile whose counts agree with its bytes' }));

type Counts = { readonly form: OutlineForm; readonly items: number; readonly rings: number; readonly corners: number; readonly grain: number };

/** Every item takes some bytes, so that what is made for a tile is bounded by the tile itself. */
const readCounts = (from: ByteReader): Result<Counts> => {
  const [code, items, rings, corners, grain] = [from.uint(), from.uint(), from.uint(), from.uint(), from.uint()];
  const form = outlineForms[code];
  if (!(form && from.isSound())) return lying('no header');
  if (grain < 1 || grain > sceneLimits.tileGrainCentimetresMax) return lying(`a grain of ${grain} centimetres`);
  if (items > sceneLimits.tileItemsMax || rings > sceneLimits.tileRingsMax || corners > sceneLimits.tileCornersMax)
    return fail(problem('tooLarge', { subject: 'corners of a tile', found: `${corners}`, limit: sceneLimits.tileCornersMax }));
  if (items * 5 + rings + corners * 2 > from.left()) return lying('fewer bytes than it counts');
  return ok({ form, items, rings, corners, grain });
};

const empty = ({ form, items, rings, corners }: Counts, centre: readonly [number, number]): Outlines => ({
  form,
  centre,
  rows: new Uint32Array(items),
  ringFrom: new Uint32Array(items + 1),
  cornerFrom: new Uint32Array(rings + 1),
  isHole: new Uint8Array(rings),
  corners: new Float32Array(corners * 2),
  base: new Float32Array(items),
  height: new Float32Array(items),
  roof: new Uint8Array(items),
  solids: undefined,
});

const readColumn = (count: number, read: () => number, put: (at: number, value: number) => void): void => {
  for (let at = 0; at < count; at += 1) put(at, read());
};

/** False where a sum passes what was counted: the arrays hold no more, and a number that wraps would lead anywhere. */
const readShape = (from: ByteReader, tile: Outlines, { rings, corners }: Counts): boolean => {
  let [row, ringsSoFar, cornersSoFar, sound] = [0, 0, 0, true];
  readColumn(tile.rows.length, from.int, (at, value) => {
    row += value;
    sound &&= row >= 0 && row < sceneLimits.layerRowsMax;
    tile.rows[at] = row;
  });
  readColumn(tile.rows.length, from.uint, (at, value) => {
    ringsSoFar += value;
    sound &&= ringsSoFar <= rings;
    tile.ringFrom[at + 1] = ringsSoFar;
  });
  readColumn(tile.isHole.length, from.uint, (at, value) => {
    cornersSoFar += Math.floor(value / 2);
    sound &&= cornersSoFar <= corners;
    tile.isHole[at] = value % 2;
    tile.cornerFrom[at + 1] = cornersSoFar;
  });
  return sound && ringsSoFar === rings && cornersSoFar === corners;
};

const readCorners = (from: ByteReader, { corners, cornerFrom, form }: Outlines, grain: number): void => {
  const steps = new Float64Array(corners.length);
  readCornerColumns(from, { steps, cornerFrom, isClosed: isRing(form) });
  for (let at = 0; at < corners.length; at += 1) corners[at] = ((steps[at] ?? 0) * grain) / perMetre;
};

export const decodeOutlineTile = (bytes: Uint8Array): Result<Outlines> => {
  const from = createByteReader(bytes);
  const counts = readCounts(from);
  if (!counts.ok) return counts;
  const { items, grain } = counts.value;
  const tile = empty(counts.value, [from.int(), from.int()]);
  if (!readShape(from, tile, counts.value)) return lying('rows, rings or corners that do not add up');
  readCorners(from, tile, grain);
  const heightGrain = Math.max(heightGrainLeast, grain) / perMetre;
  readColumn(items, from.int, (at, value) => {
    tile.base[at] = value * heightGrain;
  });
  readColumn(items, from.uint, (at, value) => {
    tile.height[at] = value * heightGrain;
  });
  readColumn(items, from.uint, (at, value) => {
    tile.roof[at] = value < roofShapes.length ? value : 0;
  });
  const solids = readSolids(from, items, perMetre / grain);
  if (!solids.ok) return solids;
  return from.isSound() && from.isAtEnd() ? ok({ ...tile, solids: solids.value }) : lying('more or fewer bytes than it counts');
};
