/**
 * Figures of a scene, as the page gets it: how many twins of each kind are drawn, which stands highest, and how many of their surfaces slope.
 */
import { gunzipSync } from 'node:zlib';
import { decodeOutlineTile, decodeRowColumns, isComing, readDirectory, Scene, type SceneLayer, type Solids } from '@cityweave/core';
import { present, until, valueOf } from '../city.ts';

type Asked = { readonly address: string; readonly federation: string };

const sceneNow = async ({ address, federation }: Asked): Promise<Scene | undefined> => {
  const response = await fetch(new URL(`/tiles/scene?federation=${encodeURIComponent(federation)}`, address));
  const told: unknown = await response.json();
  return response.status === 200 ? Scene.parse(told) : undefined;
};

export const sceneOf = async (asked: Asked): Promise<Scene> =>
  present(
    await until(
      () => sceneNow(asked),
      (scene) => scene !== undefined && !isComing(scene),
      'a scene of all agencies',
    ),
    'a scene',
  );

const archiveOf = async ({ address }: Asked, name: string): Promise<Uint8Array> =>
  new Uint8Array(await (await fetch(new URL(`/tiles/archives/${name}`, address))).arrayBuffer());

/** Twins by kind, without the word before its colon. */
export const countsOf = ({ kinds }: Scene): Readonly<Record<string, number>> =>
  Object.fromEntries(kinds.map(({ kind, count }) => [kind.split(':').at(-1) ?? kind, count]));

const solidLayers = ({ layers }: Scene): readonly SceneLayer[] => layers.filter(({ form }) => form === 'prism');

/** Of what is built: the id of the highest, and its metres above ground. */
export const highestOf = async (asked: Asked, scene: Scene): Promise<{ readonly id: string; readonly metres: number }> => {
  let [row, metres] = [0, 0];
  for (const { firstRow, rowColumns } of solidLayers(scene)) {
    const { top } = valueOf(decodeRowColumns(gunzipSync(await archiveOf(asked, rowColumns))));
    for (const [at, height] of top.entries()) if (height > metres) [row, metres] = [firstRow + at, height];
  }
  const lookup = new URL(`/tiles/lookup?federation=${encodeURIComponent(asked.federation)}`, asked.address);
  const { ids }: { readonly ids: readonly string[] } = await (await fetch(lookup, { method: 'POST', body: JSON.stringify({ rows: [row] }) })).json();
  return { id: ids[0] ?? '', metres };
};

/** How many parts are seen over the whole that they are part of. */
export const partsOf = async ({ address, federation }: Asked): Promise<number> => {
  const { parts }: { readonly parts: readonly number[] } = await (
    await fetch(new URL(`/tiles/keepers?federation=${encodeURIComponent(federation)}`, address))
  ).json();
  return parts.length / 2;
};

type Corner = readonly [number, number, number];

/** How far a surface turns away from the sky: what slopes less is a floor, what slopes more a wall. */
const [slopeMin, slopeMax] = [0.1, 0.95] as const;

const cross = ([ax, ay, az]: Corner, [bx, by, bz]: Corner): Corner => [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];

/** 0 flat, 1 upright. */
const slopeOf = (ring: readonly Corner[]): number => {
  const [x, y, z] = ring.reduce<Corner>(
    (sum, corner, at) => {
      const turn = cross(corner, ring[(at + 1) % ring.length] ?? corner);
      return [sum[0] + turn[0], sum[1] + turn[1], sum[2] + turn[2]];
    },
    [0, 0, 0],
  );
  return Math.hypot(x, y) / Math.max(Number.EPSILON, Math.hypot(x, y, z));
};

/** The outer ring of each surface of an item. */
const ringsOf = ({ cornerFrom, surfaceFrom, ringFrom, indexFrom, index, corners }: Solids, item: number): readonly (readonly Corner[])[] => {
  const first = 3 * (cornerFrom[item] ?? 0);
  const cornerAt = (at: number): Corner => [corners[first + 3 * at] ?? 0, corners[first + 3 * at + 1] ?? 0, corners[first + 3 * at + 2] ?? 0];
  const rings = [...ringFrom.subarray(surfaceFrom[item], surfaceFrom[item + 1])];
  return rings.map((ring) => [...index.subarray(indexFrom[ring], indexFrom[ring + 1])].map(cornerAt));
};

const slopingIn = (solids: Solids): number => {
  const items = Array.from({ length: solids.surfaceFrom.length - 1 }, (_, item) => item);
  return items.flatMap((item) => ringsOf(solids, item).map(slopeOf)).filter((slope) => slope > slopeMin && slope < slopeMax).length;
};

/** Surfaces of roofs, in the tiles that are drawn from near. */
export const slopingSurfaces = async (asked: Asked, scene: Scene): Promise<number> => {
  let sloping = 0;
  for (const { archive } of solidLayers(scene)) {
    const bytes = await archiveOf(asked, archive);
    const { tiles } = valueOf(readDirectory(bytes, (packed) => gunzipSync(packed)));
    const parents = new Set(tiles.map(({ parent }) => parent));
    for (const { offset, length } of tiles.filter((_, at) => !parents.has(at))) {
      const { solids } = valueOf(decodeOutlineTile(gunzipSync(bytes.subarray(offset, offset + length))));
      sloping += solids ? slopingIn(solids) : 0;
    }
  }
  return sloping;
};
