import { gunzipSync, gzipSync } from 'node:zlib';
import {
  createTileTree,
  decodeOpening,
  decodeRowKinds,
  encodeRowColumns,
  type Look,
  type OpeningPart,
  pictureOf,
  Scene,
  sceneLimits,
  selectFor,
} from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import type { Built } from './built.ts';
import { directoryOf } from './cut/archive-file.ts';
import { toColumns } from './cut/columns.ts';
import { cutLayer } from './cut/cut.ts';
import { createOpenings } from './opening.ts';

const layer = (name: string, beginning: number): Scene['layers'][number] => ({
  ...{ id: `urn:dtf:twin:a.example:agency ${name}`, agency: 0, form: 'prism', archive: name.repeat(64), bytes: beginning + 9, beginning },
  ...{ rowColumns: 'f'.repeat(64), firstRow: 0, rows: 1, box: [-1_000, -1_000, 1_000, 1_000], kinds: [0] },
});

const builtOf = (layers: Scene['layers']): Pick<Built, 'scene'> => ({
  scene: Scene.parse({
    ...{ version: 2, federation: 'urn:dtf:federation:a.example:f', revision: 'r', rowsRevision: 's', origin: [9, 52], box: [0, 0, 1, 1], rows: 1 },
    ...{ agencies: [{ id: 'urn:dtf:agency:a.example', name: { en: 'A' }, complete: true }], layers },
    kinds: [{ kind: 'city:Building', label: { en: 'Building' }, broader: [], count: 1 }],
  }),
});

const partsOf = (bytes: Uint8Array): readonly OpeningPart[] => {
  const read = decodeOpening(Uint8Array.from(bytes));
  return read.ok ? read.value : expect.fail('no opening');
};

const near: Look = { aspect: 1.6, pixelsPerMetre: 1_080, errorPixels: 1.5, from: { longitude: 9, latitude: 52, distance: 300, heading: 30, tilt: 40 } };

describe('an opening', () => {
  const asked: string[] = [];
  const whole = async () => undefined;
  const part = async (name: string, { from, to }: { readonly from: number; readonly to: number }) => {
    asked.push(name[0] ?? '');
    return new Uint8Array(to - from + 1).fill(Number.parseInt(name[0] ?? '0', 16));
  };

  it('has the document and the beginning of every layer, until openingBytesMax of them are reached', async () => {
    const most = sceneLimits.openingBytesMax;
    const built = builtOf([layer('a', most - 10), layer('b', 11), layer('c', 10), layer('d', 1)]);
    const [document, ...beginnings] = partsOf(await createOpenings({ part, whole }).of(built));
    expect(JSON.parse(String(gunzipSync(document?.bytes ?? '')))).toEqual(built.scene);
    expect(beginnings.map(({ layer: at, offset, bytes }) => [at, offset, bytes.length])).toEqual([
      [0, 0, most - 10],
      [2, 0, 10],
    ]);
    expect(beginnings[1]?.bytes.every((byte) => byte === 0xc)).toBe(true);
  });

  it('tells the kinds of the rows where a layer has several, and room is left for them', async () => {
    const kind = Array.from({ length: 900 }, (_, row) => row % 7);
    const columns = gzipSync(encodeRowColumns({ kind, east: kind, north: kind, top: kind, reach: kind }));
    const openings = createOpenings({ part, whole: async () => columns });
    const partsFor = async (beginning: number) => partsOf(await openings.of(builtOf([{ ...layer('a', beginning), kinds: [0, 0] }, layer('b', 1)])));
    const told = (await partsFor(5)).filter(({ what }) => what === 'kinds');
    expect(told.map(({ layer: at }) => at)).toEqual([0]);
    expect(decodeRowKinds(gunzipSync(told[0]?.bytes ?? ''))).toEqual({ ok: true, value: Uint16Array.from(kind) });
    const most = sceneLimits.openingBytesMax - (told[0]?.bytes.length ?? 0);
    expect((await partsFor(most)).map(({ what }) => what)).toEqual(['scene', 'archive', 'kinds']);
    expect((await partsFor(most + 1)).map(({ what }) => what)).toEqual(['scene', 'archive', 'archive']);
  });

  it('is made once for a scene and a look, however many ask', async () => {
    asked.length = 0;
    const [openings, built] = [createOpenings({ part, whole }), builtOf([layer('e', 5)])];
    const [one, other] = await Promise.all([openings.of(built), openings.of(built)]);
    expect(one).toBe(other);
    expect(await openings.of(built, near)).toBe(await openings.of(built, { ...near }));
    expect(asked).toEqual(['e']);
  });

  it('that could not be made is made when it is asked for again', async () => {
    let isBroken = true;
    const [openings, built] = [
      createOpenings({ part: async (...of) => (isBroken ? Promise.reject(new Error('no file')) : part(...of)), whole }),
      builtOf([layer('e', 5)]),
    ];
    await expect(openings.of(built, near)).rejects.toThrow('no file');
    isBroken = false;
    expect(partsOf(await openings.of(built, near))).toHaveLength(2);
  });

  it('is kept for openingLooksMax looks, those asked for last', async () => {
    const [openings, built] = [createOpenings({ part, whole }), builtOf([layer('e', 5)])];
    const look = (at: number): Look => ({ ...near, aspect: 1 + at });
    const first = await openings.of(built, look(0));
    for (let at = 1; at < sceneLimits.openingLooksMax; at += 1) await openings.of(built, look(at));
    expect(await openings.of(built, look(0))).toBe(first);
    const second = await openings.of(built, look(1));
    await openings.of(built, look(sceneLimits.openingLooksMax));
    await openings.of(built, look(sceneLimits.openingLooksMax + 1));
    expect(await openings.of(built, look(1))).toBe(second);
    for (let at = 2; at <= sceneLimits.openingLooksMax + 1; at += 1) await openings.of(built, look(at));
    expect(await openings.of(built, look(0))).not.toBe(first);
  });

  const grid = Array.from({ length: 2_500 }, (_, at) => [(at % 50) * 40 - 1_000, Math.floor(at / 50) * 40 - 1_000] as const);
  const { archive, beginning } = cutLayer({
    form: 'prism',
    columns: toColumns(
      grid.map(([x, y], at) => ({
        ...{ kind: 0, height: 5 + (at % 30), roof: 'flat' as const },
        rings: [{ isHole: false, corners: [[x, y], [x + 20, y], [x + 20, y + 20], [x + 9, y + 20], [x + 9, y + 11], [x, y + 11]] }], // biome-ignore format: corners in a row
      })),
    ),
  });
  const files = {
    part: async (_: string, { from, to }: { readonly from: number; readonly to: number }) => archive.slice(from, to + 1),
    whole: async () => undefined,
  };

  it.each([
    ['near', near],
    ['home', { ...near, from: undefined }],
  ])('has the tiles that a look from %s needs, and no others', async (_, look) => {
    const built = builtOf([layer('a', beginning)]);
    const [, begun, ...tiles] = partsOf(await createOpenings(files).of(built, look));
    const directory = directoryOf(archive);
    const tree = createTileTree(directory.ok ? directory.value.tiles : []);
    const { wanted } = selectFor(pictureOf(built.scene, look), tree, (tile) => tile === 0);
    expect(begun?.bytes.length).toBe(beginning);
    expect(tiles.length).toBeGreaterThan(1);
    expect(tiles.length).toBeLessThan(tree.count - 1);
    expect(tiles.map(({ offset }) => offset).sort()).toEqual(wanted.map(({ tile }) => tree.tileAt(tile)?.offset).sort());
    for (const { offset, bytes } of tiles) expect(bytes).toEqual(archive.slice(offset, offset + bytes.length));
  });
});
