import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { importLimits } from '../limits.ts';
import { createTrialFolder, type Declaration, declare, readAll } from './trial-file.ts';

const folder = createTrialFolder();
afterAll(() => folder[Symbol.dispose]());

/** A house of 10 by 10 metres and 3 metres high, as solid; index 0 to 3 is its ground, 4 to 7 its roof. */
const vertices = [
  [0, 0, 0],
  [10_000, 0, 0],
  [10_000, 10_000, 0],
  [0, 10_000, 0],
  [0, 0, 3000],
  [10_000, 0, 3000],
  [10_000, 10_000, 3000],
  [0, 10_000, 3000],
];
const faces = [[[0, 3, 2, 1]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]];
const semantics = { surfaces: [{ type: 'GroundSurface' }, { type: 'RoofSurface' }, { type: 'WallSurface' }], values: [[0, 1, 2, 2, 2, 2]] };
const solid = { type: 'Solid', lod: '2.2', boundaries: [faces], semantics };
const house = { type: 'Building', attributes: { storeys: 1 }, geometry: [solid] };
const transform = { scale: [0.001, 0.001, 0.001], translate: [85_000, 447_000, 0] };
const metadata = { referenceSystem: 'https://www.opengis.net/def/crs/EPSG/0/7415' };
const square = [
  [
    [85_000, 447_000],
    [85_010, 447_000],
    [85_010, 447_010],
    [85_000, 447_010],
    [85_000, 447_000],
  ],
];

const city = (objects: object, more: object = {}): object => ({
  type: 'CityJSON',
  version: '2.0',
  transform,
  metadata,
  CityObjects: objects,
  vertices,
  ...more,
});
const read = (document: unknown, more: Declaration = {}) =>
  readAll(folder.write('city.json', JSON.stringify(document)), declare({ format: 'cityjson', ...more }));
const readText = (text: string | Buffer) => readAll(folder.write('city.json', text), declare({ format: 'cityjson' }));
const readSeq = (documents: readonly unknown[], end = '\n') =>
  readAll(folder.write('city.jsonl', documents.map((document) => JSON.stringify(document)).join('\n') + end), declare({ format: 'cityjson-seq' }));

describe('a CityJSON file', () => {
  it('gives each object with its attributes, real coordinates, outline and heights', async () => {
    const { records, header, fault } = await read(city({ h1: house }));
    expect(fault).toBeUndefined();
    expect(header).toEqual({ type: 'header', version: '2.0', crs: metadata.referenceSystem });
    expect(records[0]).toMatchObject({
      where: '/CityObjects/h1',
      nativeId: 'h1',
      columns: { storeys: 1 },
      derived: { _id: 'h1', _type: 'Building', _lods: '2.2', _minZ: 0, _maxZ: 3, _height: 3 },
    });
    const ring = records[0]?.geometry?.type === 'Polygon' ? records[0].geometry.coordinates[0] : [];
    expect(ring?.toSorted()).toEqual(square[0]?.toSorted());
    expect(records[0]?.shapes?.[0]).toMatchObject({ type: 'Solid', lod: '2.2', semantics, crs: metadata.referenceSystem, datum: 'NAP, EPSG:5709' });
    expect(records[0]?.shapes?.[0]?.vertices).toContainEqual([85_010, 447_010, 3]);
  });

  it('may keep its members in any order, and be packed', async () => {
    const { CityObjects, vertices: last, ...first } = Object.fromEntries(Object.entries(city({ h1: house })));
    for (const document of [
      { CityObjects, ...first, vertices: last },
      { vertices: last, CityObjects, ...first },
    ]) {
      expect((await readText(gzipSync(JSON.stringify(document)))).records).toHaveLength(1);
    }
  });

  it('is refused by its version before anything else is read', async () => {
    for (const version of ['0.8', '1.0', '3.0', '2', 2, undefined]) {
      expect((await read(city({ h1: house }, { version }))).fault).toMatchObject({ kind: 'unsupportedVersion', accepted: '1.1, 2.0' });
    }
    expect((await readText(`{"type":"CityJSON","version":"0.8","CityObjects":{"a":${'['.repeat(100)}`)).fault).toMatchObject({
      kind: 'unsupportedVersion',
      found: '0.8',
    });
    expect((await read(city({ h1: house }, { version: '1.1' }))).records).toHaveLength(1);
    expect((await read({ type: 'FeatureCollection', features: [] })).fault).toMatchObject({ kind: 'badFile', accepted: 'CityJSON' });
  });

  it('is refused without objects or transform, cut off, and nested too deep', async () => {
    expect((await read({ type: 'CityJSON', version: '2.0', transform, vertices: [] })).fault).toMatchObject({ kind: 'badFile', path: '/CityObjects' });
    expect((await read(city({}, { transform: { scale: [1, 1], translate: [0, 0, 0] } }))).fault).toMatchObject({ kind: 'badFile', path: '/transform' });
    expect((await readText(JSON.stringify(city({ h1: house })).slice(0, -1))).fault).toMatchObject({ kind: 'badFile', found: 'cut off' });
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const text = JSON.stringify(city({ h1: { type: 'Building', attributes: { deep: 'DEEP' } } })).replace('"DEEP"', deep);
    expect((await readText(text)).fault).toMatchObject({ kind: 'tooLarge', subject: 'nesting' });
  });

  it('refuses the one object whose index is out of range, and the rest goes in', async () => {
    const broken = (index: unknown) => ({ ...house, geometry: [{ type: 'MultiSurface', lod: '1', boundaries: [[[0, 1, index]]] }] });
    const { records, refused } = await read(city({ a: house, b: broken(8), c: broken(-1), d: broken(1.5), e: broken('0'), f: broken(7) }));
    expect(records.map(({ nativeId }) => nativeId)).toEqual(['a', 'f']);
    expect(refused).toMatchObject([
      { where: '/CityObjects/b', problem: { kind: 'malformed', found: 'index 8', accepted: 'an index from 0 to 7' } },
      { where: '/CityObjects/c' },
      { where: '/CityObjects/d' },
      { where: '/CityObjects/e' },
    ]);
  });

  it('refuses only the objects that use a vertex of nothing, or of infinity', async () => {
    const text = JSON.stringify(
      city({ a: house, b: { type: 'Building', geometry: [{ type: 'MultiPoint', lod: '0', boundaries: [8] }] } }, { vertices: [...vertices, 'X'] }),
    );
    for (const vertex of ['[null,0,0]', '[1e999,0,0]', '[1,2]', 'null']) {
      const { records, refused } = await readText(text.replace('"X"', vertex));
      expect(records.map(({ nativeId }) => nativeId)).toEqual(['a']);
      expect(refused).toMatchObject([{ where: '/CityObjects/b', problem: { accepted: 'a vertex of three finite numbers' } }]);
    }
  });

  it('refuses lists that are not as deep as the type says', async () => {
    const { refused } = await read(
      city({ a: { ...house, geometry: [{ type: 'Solid', lod: '1', boundaries: faces }] }, b: { type: 'Building', geometry: 'x' }, c: 5, d: {} }),
    );
    expect(refused.map(({ where }) => where)).toEqual(['/CityObjects/a', '/CityObjects/b', '/CityObjects/c', '/CityObjects/d']);
  });

  it('refuses an object with an attribute of 30 MB, and the rest goes in', async () => {
    const huge = { type: 'Building', attributes: { text: 'x'.repeat(30 * 1024 * 1024) } };
    const { records, refused, fault } = await read(city({ a: house, b: huge, c: house }));
    expect(fault).toBeUndefined();
    expect(records).toHaveLength(2);
    expect(refused).toMatchObject([{ where: '/CityObjects/b', problem: { kind: 'tooLarge', limit: importLimits.recordBytesMax } }]);
  });

  it('keeps extensions, addresses and whatever else stands in an object as data', async () => {
    const { records } = await read(
      city({
        'a"\\/__proto__': {
          type: '+Kiosk',
          attributes: { '+shade': { m2: 4 } },
          '+extra': [1],
          address: [{ Street: 'A' }],
          geographicalExtent: [1, 2, 3, 5, 6, 7],
        },
      }),
    );
    expect(records[0]).toMatchObject({
      nativeId: 'a"\\/__proto__',
      columns: { '+shade': { m2: 4 }, '+extra': [1], address: [{ Street: 'A' }], geographicalExtent: [1, 2, 3, 5, 6, 7] },
      derived: { _type: '+Kiosk' },
      geometry: { type: 'Point', coordinates: [3, 4] },
    });
  });

  it('takes the outline from the level wanted, else from the highest', async () => {
    const half = { type: 'MultiSurface', lod: '1', boundaries: [[[0, 1, 2]]] };
    const both = { ...house, geometry: [half, solid] };
    const highest = await read(city({ a: both }));
    const wanted = await read(city({ a: both }), { lod: '1' });
    const length = (reading: Awaited<ReturnType<typeof read>>) =>
      reading.records[0]?.geometry?.type === 'Polygon' ? reading.records[0].geometry.coordinates[0]?.length : 0;
    expect([length(highest), length(wanted)]).toEqual([5, 4]);
    expect(highest.records[0]?.shapes?.map(({ lod }) => lod)).toEqual(['1', '2.2']);
  });

  it('places templates with their matrix', async () => {
    const templates = { templates: [{ type: 'MultiPoint', lod: '1', boundaries: [0] }], 'vertices-templates': [[1, 2, 3]] };
    const instance = (template: unknown, matrix: readonly unknown[]) => ({
      type: 'SolitaryVegetationObject',
      geometry: [{ type: 'GeometryInstance', template, boundaries: [1], transformationMatrix: matrix }],
    });
    const double = [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1];
    const { records, refused } = await read(city({ a: instance(0, double), b: instance(1, double), c: instance(0, [1]) }, { 'geometry-templates': templates }));
    expect(records[0]?.shapes?.[0]).toMatchObject({ type: 'MultiPoint', lod: '1', vertices: [[85_012, 447_004, 6]] });
    expect(refused.map(({ where }) => where)).toEqual(['/CityObjects/b', '/CityObjects/c']);
  });

  it('lets a building stand where its parts stand', async () => {
    const { records } = await read(city({ whole: { type: 'Building', children: ['part'] }, part: { ...house, type: 'BuildingPart', parents: ['whole'] } }));
    expect(records.map(({ nativeId, parents }) => [nativeId, parents])).toEqual([
      ['part', ['whole']],
      ['whole', undefined],
    ]);
    expect(records[1]).toMatchObject({ geometry: records[0]?.geometry, derived: { _type: 'Building', _height: 3 } });
    expect(records[1]?.shapes).toBeUndefined();
  });
});

describe('a CityJSONSeq file', () => {
  const first = { type: 'CityJSON', version: '2.0', transform, metadata, CityObjects: {}, vertices: [] };
  const feature = (objects: object) => ({ type: 'CityJSONFeature', id: 'f', CityObjects: objects, vertices });

  it('gives the objects of each line with the vertices of that line', async () => {
    const { records, header, fault } = await readSeq([
      first,
      feature({ a: house }),
      feature({ b: { type: 'Building', children: ['c'] }, c: { ...house, parents: ['b'] } }),
    ]);
    expect(fault).toBeUndefined();
    expect(header).toMatchObject({ crs: metadata.referenceSystem, version: '2.0' });
    expect(records.map(({ where }) => where)).toEqual(['line 2/CityObjects/a', 'line 3/CityObjects/c', 'line 3/CityObjects/b']);
    expect(records[0]?.shapes?.[0]?.vertices).toContainEqual([85_010, 447_010, 3]);
    expect(records[2]?.geometry).toBeDefined();
  });

  it('refuses lines that are no feature, and the file where its first line is no CityJSON or its last is cut off', async () => {
    const { records, refused } = await readSeq([
      first,
      { type: 'Other' },
      feature({ a: house, b: { ...house, geometry: [{ type: 'MultiPoint', boundaries: [9] }] } }),
    ]);
    expect(records).toHaveLength(1);
    expect(refused.map(({ where }) => where)).toEqual(['line 2', 'line 3/CityObjects/b']);
    expect((await readSeq([feature({ a: house })])).fault).toMatchObject({ kind: 'badFile', accepted: 'CityJSON' });
    expect((await readSeq([{ ...first, version: '1.0' }])).fault).toMatchObject({ kind: 'unsupportedVersion' });
    expect((await readSeq([first], '\n{"type":"CityJSONFeature","id"')).fault).toMatchObject({ kind: 'badFile', found: 'cut off' });
    expect((await readSeq([], '')).fault).toMatchObject({ kind: 'badFile' });
  });

  it('needs a transform only for features that have vertices', async () => {
    const { transform: _, ...bare } = first;
    const { records, refused } = await readSeq([bare, { ...feature({ a: { type: 'Building' } }), vertices: [] }, feature({ b: house })]);
    expect(records).toHaveLength(1);
    expect(refused).toMatchObject([{ where: 'line 3', problem: { path: 'line 1/transform' } }]);
  });
});
