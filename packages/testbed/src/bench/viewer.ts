/**
 * Benchmark of the viewer: one procedural city in two views, our tiles in our engine beside merged geometry, 3D Tiles, vector tiles and Cesium, each in a fresh browser, in turns.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchResult, median, toResult } from './result.ts';
import { buildPages, type ContenderName, contenders } from './viewer/build.ts';
import { bytesOfChanges, changesASecond } from './viewer/files/changes.ts';
import { writeColumns } from './viewer/files/columns.ts';
import { writeOurs } from './viewer/files/ours.ts';
import { write3dTiles } from './viewer/files/three-d-tiles.ts';
import { writeVectorTiles } from './viewer/files/vector-tiles.ts';
import { type Measured, measure } from './viewer/measure.ts';
import { type Served, serveCity } from './viewer/serve.ts';
import { buildTown } from './viewer/town.ts';
import { type ViewName, viewNames } from './viewer/views.ts';

/** Pictures of every contender in every view are kept here, so that one can see that all drew the same. */
const pictures = join(import.meta.dirname, '../../dist/bench-viewer');

const isQuick = process.argv.includes('--quick');
const sizes: readonly number[] = [10_000, ...(isQuick ? [] : [100_000]), ...(process.argv.includes('--million') ? [1_000_000] : [])];
const told = (option: string): string | undefined => process.argv.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1);
const turns = Number(told('--turns') ?? (isQuick ? 1 : 3));
const only = told('--only')?.split(',');
const taking = contenders.filter((name) => only === undefined || only.includes(name));

/** They look once at every view before they are measured. */
const rehearsed: readonly ContenderName[] = ['three-d-tiles', 'cesium'];

type Table = ReadonlyMap<ContenderName, Measured>;

const medianOf = (measured: readonly Measured[]): Measured => {
  const of = (key: keyof Measured): number => median(measured.map((one) => one[key]));
  return {
    ...{ load: of('load'), frame: of('frame'), js: of('js'), wire: of('wire'), zipped: of('zipped') },
    ...{ heap: of('heap'), gpu: of('gpu'), calls: of('calls'), triangles: of('triangles'), difference: of('difference') },
    ...{ changing: of('changing'), heapOfAll: of('heapOfAll') },
  };
};

const say = (text: string): void => void process.stderr.write(`${text}\n`);

type Asked = { readonly view: ViewName; readonly count: number; readonly side: number; readonly served: Served };

const measureView = async ({ view, count, side, served }: Asked): Promise<Table> => {
  const measured = new Map<ContenderName, Measured[]>();
  // their tiles are made when they are first asked for
  for (const name of taking.filter((one) => rehearsed.includes(one)))
    await measure({ name, given: { view, side, rows: count }, served, pictureAt: join(pictures, `${count}-${view}-${name}.png`) });
  for (let run = 0; run < turns; run += 1)
    for (const name of taking) {
      const pictureAt = join(pictures, `${count}-${view}-${name}.png`);
      const one = await measure({ name, given: { view, side, rows: count }, served, pictureAt });
      say(`${count} ${view} ${name}: ${JSON.stringify(one, (_, value) => (typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value))}`);
      measured.set(name, [...(measured.get(name) ?? []), one]);
    }
  return new Map([...measured].map(([name, all]) => [name, medianOf(all)]));
};

type Figure = {
  readonly key: keyof Measured;
  readonly what: string;
  readonly unit: string;
  readonly per: number /** at most this share of the best peer's */;
  /** none: nothing is asked of it */
  readonly share?: (count: number, view: ViewName) => number;
};

const figures: readonly Figure[] = [
  { key: 'load', what: 'load to a complete picture', unit: 'ms', per: 1, share: (count) => (count > 10_000 ? 0.5 : 0.7) },
  { key: 'frame', what: 'frame', unit: 'ms', per: 1, share: (_, view) => (view === 'overview' ? 0.7 : 0.65) },
  { key: 'js', what: 'script a frame', unit: 'ms', per: 1, share: () => 0.5 },
  { key: 'wire', what: 'bytes on the wire', unit: 'MB', per: 1e6, share: () => 0.2 },
  { key: 'heap', what: 'heap and buffers', unit: 'MB', per: 1e6, share: () => 0.3 },
  { key: 'heapOfAll', what: 'heap and buffers with all workers', unit: 'MB', per: 1e6 },
  { key: 'gpu', what: 'on the graphics card', unit: 'MB', per: 1e6, share: () => 0.5 },
];

/** Of the picture that may be another one than in full detail. */
const differenceMost = 0.01;

/** What one second of changes may take on the page's own thread, and on the wire. */
const changes = { scriptMs: 0.8, kilobytes: 80 } as const;

/** What the picture is made of, and how true it is. */
const drawnBy = (
  { calls, triangles, difference, changing }: Measured,
  { count, name }: { readonly count: number; readonly name: string },
): readonly BenchResult[] => [
  toResult({ name: `calls to draw, ${name}`, value: calls, unit: 'calls', better: 'lower' }),
  toResult({ name: `triangles drawn, ${name}`, value: triangles, unit: 'triangles', better: 'lower' }),
  toResult({ name: `picture that differs from full detail, ${name}`, value: difference * 100, unit: '%', better: 'lower', budget: differenceMost * 100 }),
  toResult({ name: `script of ${changesASecond} changes a second, ${name}`, value: changing, unit: 'ms', better: 'lower', budget: changes.scriptMs }),
  toResult({ name: `bytes of ${changesASecond} changes, ${name}`, value: bytesOfChanges(count) / 1e3, unit: 'KB', better: 'lower', budget: changes.kilobytes }),
];

/** Beside the peer that does best in this one figure, and one line without a budget for each of the others. */
const toResults = ({ view, count }: Asked, table: Table): readonly BenchResult[] => {
  const ours = table.get('ours');
  const peers = [...table].filter(([name]) => name !== 'ours');
  if (!ours) return [];
  const compared = figures.flatMap(({ key, what, unit, per, share }) => {
    const name = `${what}, ${count} buildings, ${view}`;
    const sorted = peers.toSorted(([, a], [, b]) => a[key] - b[key]);
    const value = ours[key] / per;
    return sorted.map(([against, theirs], rank) =>
      toResult({
        ...{ name, value, unit, better: 'lower', against, againstValue: theirs[key] / per },
        ...(rank === 0 && share && { budget: (theirs[key] / per) * share(count, view) }),
      }),
    );
  });
  const zipped = peers.map(([against, theirs]) =>
    toResult({
      name: `the same, were the peer's compressed, ${count} buildings, ${view}`,
      value: ours.wire / 1e6,
      unit: 'MB',
      better: 'lower',
      against,
      againstValue: theirs.zipped / 1e6,
    }),
  );
  return [...compared, ...zipped, ...drawnBy(ours, { count, name: `${count} buildings, ${view}` })];
};

const benchSize = async (count: number, folder: string): Promise<readonly BenchResult[]> => {
  const [town, city] = [buildTown(count), join(folder, String(count))];
  await mkdir(city, { recursive: true });
  say(`${count} buildings: writing every contender's files`);
  const ours = await writeOurs(town, join(city, 'scene'));
  await writeColumns(town, join(city, 'columns.bin'));
  const tileset = await write3dTiles(join(city, 'scene', ours.built.scene.layers[0]?.archive ?? ''), join(city, '3dtiles'));
  if (taking.includes('maplibre')) await writeVectorTiles(town, join(city, 'vector'));
  const served = await serveCity({ ours, tileset }, { pages: join(folder, 'pages'), city });
  const results: BenchResult[] = [];
  for (const view of viewNames) {
    const asked = { view, count, side: town.side, served };
    results.push(...toResults(asked, await measureView(asked)));
  }
  served.close();
  return results;
};

export const benchViewer = async (): Promise<readonly BenchResult[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'cityweave-bench-viewer-'));
  await mkdir(pictures, { recursive: true });
  await buildPages(join(folder, 'pages'));
  const results: BenchResult[] = [];
  for (const count of sizes) results.push(...(await benchSize(count, folder)));
  await rm(folder, { recursive: true, force: true });
  return results;
};
