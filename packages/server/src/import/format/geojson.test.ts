import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { importLimits } from '../limits.ts';
import { createTrialFolder, declare, readAll } from './trial-file.ts';

const folder = createTrialFolder();
afterAll(() => folder[Symbol.dispose]());

const source = declare();
const lines = declare({ format: 'geojson-lines' });
const feature = (more: object = {}): string =>
  JSON.stringify({ type: 'Feature', properties: { name: 'a' }, geometry: { type: 'Point', coordinates: [4.1, 52.2] }, ...more });
const collection = (features: readonly string[], members = ''): string => `{"type":"FeatureCollection",${members}"features":[${features.join(',\n')}]}`;
const read = (name: string, content: string | Buffer, how = source) => readAll(folder.write(name, content), how);
const withCoordinates = (type: string, coordinates: string): string =>
  `{"type":"Feature","properties":{},"geometry":{"type":"${type}","coordinates":${coordinates}}}`;

describe('a feature collection', () => {
  it('gives its features in order, each with where it stands, plain and packed', async () => {
    const text = collection([feature({ id: 7 }), feature({ id: 'b"\\' })]);
    for (const content of [text, gzipSync(text), `\u{feff}${text}\n`]) {
      const { records, fault } = await read('two', content);
      expect(fault).toBeUndefined();
      expect(records.map(({ where, nativeId }) => [where, nativeId])).toEqual([
        ['/features/0', '7'],
        ['/features/1', 'b"\\'],
      ]);
      expect(records[0]).toMatchObject({ columns: { name: 'a' }, geometry: { type: 'Point', coordinates: [4.1, 52.2] }, derived: { _id: '7' } });
    }
  });

  it('may be empty, and a single feature may stand for one', async () => {
    expect(await read('empty', collection([]))).toMatchObject({ records: [], fault: undefined });
    expect((await read('single', feature({ id: 1 }))).records).toHaveLength(1);
  });

  it('names its reference system where it stands before the features, and is refused where it comes after them', async () => {
    const crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3946"}}';
    expect((await read('crs', collection([feature()], `${crs},`))).header).toEqual({ type: 'header', crs: 'urn:ogc:def:crs:EPSG::3946' });
    expect((await read('late', `${collection([feature()]).slice(0, -1)},${crs}}`)).fault).toMatchObject({ kind: 'badFile', path: '/crs' });
  });

  it('is told apart from other documents', async () => {
    expect((await read('other', '{"type":"Topology","objects":{}}')).fault).toMatchObject({ kind: 'badFile', found: 'Topology' });
    expect((await read('list', '[1]')).fault).toMatchObject({ kind: 'badFile', accepted: 'a JSON object' });
    expect((await read('bare', '{"type":"FeatureCollection"}')).fault).toMatchObject({ kind: 'badFile', path: '/features' });
    expect((await read('odd', '{"type":"FeatureCollection","features":{}}')).fault).toMatchObject({ kind: 'badFile', found: 'an object' });
    expect((await read('nothing', '')).fault).toMatchObject({ kind: 'badFile', found: 'cut off' });
    expect((await read('two-documents', `${feature()}\n${feature()}`)).fault).toMatchObject({ kind: 'badFile' });
    expect((await read('comma', '{"type":"FeatureCollection","features":[],}')).fault).toMatchObject({ kind: 'badFile' });
  });

  it('that is cut off anywhere is refused', async () => {
    const text = collection([feature(), feature()]);
    for (const length of [1, 10, 60, text.length - 30, text.length - 2, text.length - 1]) {
      expect((await read('cut', text.slice(0, length))).fault).toMatchObject({ kind: 'badFile', found: 'cut off' });
    }
  });

  it('reads the same whatever the size of its chunks', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => feature({ id: index, properties: { text: `"}]{[\\ ${'é'.repeat(index % 300)}` } }));
    const { records, refused } = await read('many', collection(many));
    expect(refused).toEqual([]);
    expect(records.map(({ nativeId }) => Number(nativeId))).toEqual(many.map((_, index) => index));
    expect(records[299]?.columns['text']).toBe(`"}]{[\\ ${'é'.repeat(299)}`);
  });
});

describe('a feature', () => {
  it('without coordinates is kept', async () => {
    const { records, refused } = await read('null', collection([feature({ geometry: null }), withCoordinates('Polygon', '[]')]));
    expect(refused).toEqual([]);
    expect(records.map(({ geometry }) => geometry)).toEqual([undefined, undefined]);
  });

  it('that cannot be true is refused with its place and reason, and the rest goes in', async () => {
    const bad = [
      withCoordinates('Point', '[null,1]'),
      withCoordinates('Point', '[1e999,1]'),
      withCoordinates('Point', '[NaN,1]'),
      withCoordinates('Point', '["4","52"]'),
      withCoordinates('LineString', '[[1,2]]'),
      withCoordinates('Polygon', '[[1,2],[3,4],[5,6],[1,2]]'),
      withCoordinates('Polygon', '[[[1,2],[3,4],[5,6],[1,3]]]'),
      withCoordinates('Polygon', '[[[1,2],[3,4],[1,2]]]'),
      withCoordinates('MultiPolygon', '[[[[1,2],[3,4],[5,6],[1,null]]]]'),
      withCoordinates('Circle', '[1,2]'),
      '{"type":"Feature","properties":[],"geometry":null}',
      '{"type":"Thing"}',
      '3',
    ];
    const { records, refused, fault } = await read('bad', collection([feature(), ...bad, feature()]));
    expect(fault).toBeUndefined();
    expect(records).toHaveLength(2);
    expect(refused.map(({ where }) => where)).toEqual(bad.map((_, index) => `/features/${index + 1}`));
    expect(refused[0]?.problem).toMatchObject({ kind: 'malformed', path: '/features/1/geometry/coordinates/0', found: 'null', accepted: 'a finite number' });
    expect(refused[1]?.problem).toMatchObject({ found: 'Infinity' });
    expect(refused[4]?.problem).toMatchObject({ accepted: '2 positions or more' });
    expect(refused[6]?.problem).toMatchObject({ found: 'a ring that is not closed' });
    expect(refused[8]?.problem).toMatchObject({ path: '/features/9/geometry/coordinates/0/0/3/1' });
  });

  it('keeps two or three numbers of a position', async () => {
    const { records } = await read('four', collection([withCoordinates('LineString', '[[1,2,3,4],[5,6,7,8]]')]));
    expect(records[0]?.geometry).toEqual({
      type: 'LineString',
      coordinates: [
        [1, 2, 3],
        [5, 6, 7],
      ],
    });
  });

  it('keeps any name of a column as data, and touches no prototype', async () => {
    const { records } = await read(
      'proto',
      collection(['{"type":"Feature","geometry":null,"properties":{"__proto__":{"polluted":1},"constructor":"x","a":1,"a":2}}']),
    );
    const columns = records[0]?.columns ?? {};
    expect(Object.keys(columns)).toEqual(['__proto__', 'constructor', 'a']);
    expect(Object.hasOwn(columns, '__proto__')).toBe(true);
    expect(columns['a']).toBe(2);
    expect('polluted' in {}).toBe(false);
  });

  it('keeps every digit of a number that a double cannot hold, as text', async () => {
    const { records } = await read(
      'digits',
      collection(['{"type":"Feature","geometry":null,"properties":{"a":12345678901234567890,"b":{"c":[9007199254740993]},"d":9007199254740991,"e":1e999}}']),
    );
    expect(records[0]?.columns).toEqual({ a: '12345678901234567890', b: { c: ['9007199254740993'] }, d: 9007199254740991, e: '1e999' });
  });

  it('larger than a record may be is refused and passed over', async () => {
    const huge = feature({ properties: { text: 'x'.repeat(30 * 1024 * 1024) } });
    const before = process.memoryUsage().rss;
    const { records, refused, fault } = await read('huge', collection([feature(), huge, feature()]));
    expect(fault).toBeUndefined();
    expect(records).toHaveLength(2);
    expect(refused).toMatchObject([{ where: '/features/1', problem: { kind: 'tooLarge', limit: importLimits.recordBytesMax } }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
    const frame = feature({ properties: { text: '' } }).length;
    const atBound = feature({ properties: { text: 'x'.repeat(importLimits.recordBytesMax - frame) } });
    expect((await read('bound', collection([atBound]))).records).toHaveLength(1);
    expect((await read('beyond', collection([atBound.replace('xx', 'xxx')]))).refused).toHaveLength(1);
  });

  it('may have so many columns, and no more', async () => {
    const columns = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, index]));
    const { records, refused } = await read(
      'columns',
      collection([feature({ properties: columns(importLimits.columnsMax) }), feature({ properties: columns(importLimits.columnsMax + 1) })]),
    );
    expect(records).toHaveLength(1);
    expect(refused).toMatchObject([{ problem: { kind: 'tooLarge', limit: importLimits.columnsMax } }]);
  });

  it('may have so many vertices, and no more', async () => {
    const points = (count: number) => withCoordinates('MultiPoint', `[${Array.from({ length: count }, () => '[1,2]').join(',')}]`);
    const { records, refused } = await read('vertices', collection([points(importLimits.recordVerticesMax), points(importLimits.recordVerticesMax + 1)]));
    expect(records).toHaveLength(1);
    expect(refused).toMatchObject([{ problem: { kind: 'tooLarge', limit: importLimits.recordVerticesMax } }]);
  });
});

describe('nesting', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  // the document, its features, the feature and its properties are four levels themselves
  const deep = (depth: number): string => `{"type":"Feature","geometry":null,"properties":{"a":${nested(depth - 4)}}}`;

  it('is read to the bound and a file beyond it is refused', async () => {
    expect(await read('at', collection([deep(importLimits.nestingMax)]))).toMatchObject({ fault: undefined, records: [{}] });
    expect((await read('beyond', collection([deep(importLimits.nestingMax + 1)]))).fault).toMatchObject({ kind: 'tooLarge', limit: importLimits.nestingMax });
  });

  it('of 20,000 levels is refused at once, in a document and in a line', async () => {
    expect((await read('deep', collection([deep(20_000)]))).fault).toMatchObject({ kind: 'tooLarge', subject: 'nesting' });
    expect((await read('deep-member', `{"other":${nested(20_000)},"type":"FeatureCollection","features":[]}`)).fault).toMatchObject({ kind: 'tooLarge' });
    expect((await read('deep-line', `${feature()}\n${deep(20_000)}\n`, lines)).fault).toMatchObject({ kind: 'tooLarge', path: 'line 2' });
  });
});

describe('features line by line', () => {
  it('are read with and without record separators, empty lines counted', async () => {
    const plain = await read('plain', `${feature({ id: 1 })}\n\n${feature({ id: 2 })}`, lines);
    expect(plain.records.map(({ where, nativeId }) => [where, nativeId])).toEqual([
      ['line 1', '1'],
      ['line 3', '2'],
    ]);
    const parted = await read('parted', `\u001e${JSON.stringify(JSON.parse(feature({ id: 1 })), null, 2)}\n\u001e${feature({ id: 2 })}\n`, lines);
    expect(parted.records.map(({ nativeId }) => nativeId)).toEqual(['1', '2']);
  });

  it('refuse a line that is none, and the file where the last one is cut off', async () => {
    expect(await read('bad', `${feature()}\nnot json\n${feature()}\n`, lines)).toMatchObject({
      records: [{}, {}],
      refused: [{ where: 'line 2' }],
      fault: undefined,
    });
    expect((await read('cut', `${feature()}\n${feature().slice(0, -9)}`, lines)).fault).toMatchObject({ kind: 'badFile', found: 'cut off' });
  });

  it('pass over a line larger than a record may be', async () => {
    const { records, refused } = await read('huge', `${feature()}\n"${'x'.repeat(importLimits.recordBytesMax)}"\n${feature()}\n`, lines);
    expect(records).toHaveLength(2);
    expect(refused).toMatchObject([{ where: 'line 2', problem: { kind: 'tooLarge' } }]);
  });
});
