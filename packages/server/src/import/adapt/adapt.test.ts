import { type Geometry, type Json, limits, type Result, TwinId, type TwinInput } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { adaptationOf, type Declaration, declare, trialInstant } from '../format/trial-file.ts';
import { importLimits } from '../limits.ts';
import type { SourceRecord, StagedTwin } from '../record.ts';
import { ordinalIdOf, withId } from './key.ts';

const here: Geometry = { type: 'Point', coordinates: [-71.1, 42.37] };
const record = (columns: Record<string, Json>, more: Partial<SourceRecord> = {}): SourceRecord => ({
  where: '/features/0',
  columns,
  geometry: here,
  nativeId: '1',
  ...more,
});

const adapt = (given: SourceRecord, declaration: Declaration = {}) => adaptationOf(declare(declaration)).adapt(given);
const stage = (given: SourceRecord, declaration: Declaration = {}): StagedTwin => {
  const staged = adapt(given, declaration);
  if (!staged.ok) expect.fail(JSON.stringify(staged.problem));
  return staged.value;
};
const twin = (given: SourceRecord, declaration: Declaration = {}): TwinInput => stage(given, declaration).twin;
const problemOf = (result: Result<StagedTwin>) => (result.ok ? undefined : result.problem);

describe('the key of a record', () => {
  it('is made of its columns, one spelling for one number', () => {
    const key = { columns: ['a', 'b'] };
    const ids = [
      { a: 791, b: 'x' },
      { a: '791.0', b: ' x ' },
      { a: ' 791', b: 'x' },
    ].map((columns) => twin(record(columns), { key }).id);
    expect(new Set(ids)).toEqual(new Set(['urn:dtf:twin:works.example:things/791%7Cx']));
  });

  it('tells the parts of several columns apart', () => {
    const key = { columns: ['a', 'b'] };
    expect(stage(record({ a: 'x|y', b: 'z' }), { key }).key).not.toBe(stage(record({ a: 'x', b: 'y|z' }), { key }).key);
  });

  it('is the id of the file where none is declared, and a record without either is refused', () => {
    expect(twin(record({})).id).toBe('urn:dtf:twin:works.example:things/1');
    expect(problemOf(adapt(record({}, { nativeId: undefined })))).toMatchObject({
      kind: 'malformed',
      accepted: 'a key declared for the source: columns, or the geometry',
    });
    expect(problemOf(adapt(record({ a: null }), { key: { columns: ['a'] } }))).toMatchObject({ path: 'column a', found: 'nothing' });
  });

  it('may be the geometry, rounded', () => {
    const key = { geometry: true, tolerance: 1e-6 };
    const at = (x: number): SourceRecord => record({}, { geometry: { type: 'Point', coordinates: [x, 42.37] } });
    expect(stage(at(-71.1000001), { key }).key).toBe('-71.100000,42.370000');
    expect(stage(at(-71.1000001), { key }).key).toBe(stage(at(-71.1000002), { key }).key);
    expect(stage(at(-71.1000011), { key }).key).not.toBe(stage(at(-71.1), { key }).key);
    expect(problemOf(adapt(record({}, { geometry: undefined }), { key }))).toMatchObject({ found: 'no coordinates' });
    const line = (x: number): SourceRecord =>
      record(
        {},
        {
          geometry: {
            type: 'LineString',
            coordinates: [
              [1, 2],
              [x, 4],
            ],
          },
        },
      );
    expect(stage(line(3), { key }).key).toBe(stage(line(3 + 1e-8), { key }).key);
    expect(stage(line(3), { key }).key).not.toBe(stage(line(3.1), { key }).key);
  });

  it('keeps whatever characters the file has, and comes back unchanged', () => {
    for (const key of [
      `"'\\`,
      '__proto__',
      '$\u007bx}',
      "'; DROP TABLE twins; --",
      'MATCH (n) DETACH DELETE n',
      '../../etc',
      'ä€😀',
      '%41',
      'a;2',
      'a#2',
      '<b>',
    ]) {
      const { id } = twin(record({ k: key }), { key: { columns: ['k'] } });
      expect(TwinId.safeParse(id).success).toBe(true);
      expect(decodeURIComponent(id.slice(id.indexOf('/') + 1))).toBe(key);
    }
  });

  it('is refused beyond its bound', () => {
    const key = { columns: ['k'] };
    expect(stage(record({ k: 'x'.repeat(limits.keyCharactersMax) }), { key }).key).toHaveLength(limits.keyCharactersMax);
    expect(problemOf(adapt(record({ k: 'x'.repeat(limits.keyCharactersMax + 1) }), { key }))).toMatchObject({
      kind: 'tooLarge',
      limit: limits.keyCharactersMax,
    });
    expect(problemOf(adapt(record({ k: '€'.repeat(limits.keyCharactersMax) }), { key }))).toMatchObject({ kind: 'tooLarge' });
  });

  it('gets an ordinal that no other key can have, in twin, links and joins', () => {
    const staged = stage(record({ s: '7' }, { parents: ['9'] }), {
      joins: [{ columns: ['s'], kind: 'city:locatedIn', agency: 'urn:dtf:agency:b.example', scheme: 'street' }],
    });
    const second = withId(staged, ordinalIdOf(staged.twin.id, 2));
    expect(second.twin.id).toBe('urn:dtf:twin:works.example:things/1;2');
    expect(second.joins[0]?.from).toBe(second.twin.id);
    expect(second.links[0]).toMatchObject({ from: second.twin.id, to: 'urn:dtf:twin:works.example:things/9' });
    expect(TwinId.safeParse(second.twin.id).success).toBe(true);
    expect(ordinalIdOf(staged.twin.id, 1)).toBe(staged.twin.id);
    expect(twin(record({}, { nativeId: '1;2' })).id).not.toBe(second.twin.id);
  });
});

describe('values', () => {
  const term = 'city:height';
  const value = (cell: Json, more: object) => adapt(record({ c: cell }), { properties: [{ column: 'c', term, ...more }] });
  const reading = (cell: Json, more: object = {}) => {
    const staged = value(cell, more);
    return staged.ok ? staged.value.twin.values[term] : staged.problem;
  };

  it('carry the unit and datum that the declaration gives', () => {
    expect(reading('80.9', { unit: '[ft_us]', datum: 'NAVD88' })).toEqual({ value: 80.9, unit: '[ft_us]', datum: 'NAVD88' });
    expect(reading(3)).toEqual({ value: 3 });
  });

  it('are read as the declaration says', () => {
    expect(reading('1.234,5', { as: 'number', decimalComma: true })).toEqual({ value: 1234.5 });
    expect(reading(' -.5e1 ', { as: 'number' })).toEqual({ value: -5 });
    expect(reading('yes', { as: 'boolean' })).toEqual({ value: true });
    expect(reading(0, { as: 'boolean' })).toEqual({ value: false });
    expect(reading(791, { as: 'text' })).toEqual({ value: '791' });
    expect(reading('2026-05-04T14:00:00+02:00', { as: 'instant' })).toEqual({ value: '2026-05-04T12:00:00.000Z' });
    expect(reading(1595420296000, { as: 'instant' })).toEqual({ value: '2020-07-22T12:18:16.000Z' });
    expect(reading('{"a":[1]}', { as: 'json' })).toEqual({ value: { a: [1] } });
    expect(reading('12', { codes: { 12: 'brick' } })).toEqual({ value: 'brick' });
    expect(reading(12.0, { codes: { 12: 'brick' } })).toEqual({ value: 'brick' });
    expect(reading('13', { codes: { 12: 'brick' } })).toEqual({ value: '13' });
  });

  it('that are missing are left out', () => {
    for (const cell of [null, '', '  ', 'n/a', -9999]) expect(reading(cell, { as: 'number', missing: ['n/a', '-9999'] })).toBeUndefined();
  });

  it('that cannot be read refuse the record and name the column', () => {
    for (const [cell, as] of [
      ['tall', 'number'],
      ['1,5', 'number'],
      ['1e999', 'number'],
      ['9007199254740993', 'number'],
      ['maybe', 'boolean'],
      ['2026-05-04', 'instant'],
      ['{', 'json'],
    ] as const)
      expect(reading(cell, { as })).toMatchObject({ kind: 'malformed', path: 'column c', found: cell });
  });

  it('of columns that no property declares are kept under the vocabulary of the agency, or dropped', () => {
    const columns = { 'Street Name': 'Main', 'a:b': 1, __proto__x: true, empty: '', nested: { a: [1] } };
    expect(Object.keys(twin(record(columns)).values)).toEqual(['works:Street_Name', 'works:a:b', 'works:__proto__x', 'works:nested']);
    expect(Object.keys(twin(record(columns), { vocabulary: 'dpw' }).values)[0]).toBe('dpw:Street_Name');
    expect(twin(record(columns), { otherColumns: 'drop' }).values).toEqual({});
    const proto = twin(record(JSON.parse('{"__proto__":{"x":1}}')));
    expect(proto.values['works:__proto__']).toEqual({ value: { x: 1 } });
  });

  it('of two columns whose names become one term are both kept', () => {
    const { values } = twin(record({ 'a b': 1, a_b: 2 }));
    expect(Object.values(values).map(({ value: kept }) => kept)).toEqual([1, 2]);
    expect(Object.keys(twin(record({ [`x${'y'.repeat(500)}`]: 1 })).values)[0]?.length).toBeLessThanOrEqual(limits.termCharactersMax);
  });

  it('of dropped columns are nowhere, not even in keys and names', () => {
    const declaration: Declaration = { drop: ['owner'], name: '{owner} {street}', properties: [{ column: 'owner', term: 'city:owner' }] };
    expect(JSON.stringify(stage(record({ owner: 'Ada', street: 'Main' }), declaration))).not.toContain('Ada');
    expect(problemOf(adapt(record({ owner: 'Ada' }), { drop: ['owner'], key: { columns: ['owner'] } }))).toMatchObject({ path: 'column owner' });
  });

  it('that are constants of the source stand beside the others', () => {
    const { values } = twin(record({}), { constants: { 'city:returnPeriod': { value: 500, unit: 'a' } } });
    expect(values['city:returnPeriod']).toEqual({ value: 500, unit: 'a' });
  });

  it('of a file may have so many different columns, and no more', () => {
    const adaptation = adaptationOf(declare());
    const columns = (from: number, count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${from + index}`, 1]));
    expect(adaptation.adapt(record(columns(0, importLimits.columnsMax))).ok).toBe(true);
    expect(problemOf(adaptation.adapt(record(columns(importLimits.columnsMax, 1))))).toMatchObject({ kind: 'tooLarge', limit: importLimits.columnsMax });
    expect(adaptation.adapt(record(columns(0, 5))).ok).toBe(true);
  });

  it('are made of whole characters', () => {
    const { values, name } = twin(record({ n: 'a\ud800b', list: ['\udfff'] }), { name: 'n' });
    expect([name['en'], values['works:n']?.value, values['works:list']?.value]).toEqual(['a\u{fffd}b', 'a\u{fffd}b', ['\u{fffd}']]);
  });

  it('of the reader are there for properties, names and kinds', () => {
    const derived = { _height: 12.5, _type: 'Bridge' };
    const kind = { column: '_type', kinds: { Bridge: 'city:Bridge' } };
    const made = twin(record({}, { derived }), { kind, name: '{_type} {_height}', properties: [{ column: '_height', term, unit: 'm' }] });
    expect(made).toMatchObject({ kind: 'city:Bridge', name: { en: 'Bridge 12.5' }, values: { [term]: { value: 12.5, unit: 'm' } } });
    expect(problemOf(adapt(record({}, { derived: { _type: 'Hut' } }), { kind }))).toMatchObject({ path: 'column _type', found: 'Hut' });
  });

  it('warn of columns whose names look personal, by name alone', () => {
    const adaptation = adaptationOf(declare({ drop: ['EMAIL'] }));
    adaptation.adapt(
      record({ OWNER: 'Ada', EMAIL: 'a@b', phone: '1', LastName: 'L', date_of_birth: 'x', street: 'y', height: 1, usage: 2, stage: 3, townership: null }),
    );
    const columns = adaptation.warnings().map((warning) => warning.split(' ')[1]);
    expect(columns).toEqual(['OWNER', 'phone', 'LastName', 'date_of_birth']);
    expect(adaptation.warnings().join()).not.toContain('Ada');
  });
});

describe('names and identifiers', () => {
  it('are made by template, in the language of the source', () => {
    expect(twin(record({ n: 12, s: ' Main  St ' }), { name: '{n} {s}', language: 'fr' }).name).toEqual({ fr: '12 Main St' });
    expect(twin(record({ s: 'Main' }), { name: 's' }).name).toEqual({ en: 'Main' });
    expect(twin(record({ k: 'A7' }), { key: { columns: ['k'] }, name: '{missing}' }).name).toEqual({ en: 'A7' });
    expect(twin(record({}), { key: { geometry: true } }).name).toEqual({ en: 'Building' });
  });

  it('name the object of interest only where every part is known', () => {
    const objectOfInterest = 'urn:lot:{ML}';
    expect(twin(record({ ML: '7-18' }), { objectOfInterest }).objectOfInterest).toBe('urn:lot:7-18');
    expect(twin(record({ ML: null }), { objectOfInterest }).objectOfInterest).toBeUndefined();
  });

  it('are normalised, and left out where a column has no value', () => {
    const identifiers = [
      { scheme: 'street', columns: ['id'] },
      { scheme: 'two', columns: ['id', 'b'] },
      { scheme: 'none', columns: ['c'] },
    ];
    expect(twin(record({ id: 791.0, b: '2.0' }), { identifiers }).altIds).toEqual([
      { scheme: 'street', value: '791' },
      { scheme: 'two', value: '791|2' },
    ]);
    const long = { identifiers: [{ scheme: 's', columns: ['id'] }] };
    expect(adapt(record({ id: 'x'.repeat(limits.keyCharactersMax) }), long).ok).toBe(true);
    expect(problemOf(adapt(record({ id: 'x'.repeat(limits.keyCharactersMax + 1) }), long))).toMatchObject({ kind: 'tooLarge' });
  });

  it('lead to joins and links, pending until their other end is known', () => {
    const staged = stage(record({ Street_ID: '791', node: 5 }), {
      joins: [{ columns: ['Street_ID'], kind: 'city:locatedIn', agency: 'urn:dtf:agency:roads.example', scheme: 'street' }],
      links: [
        { columns: ['node'], kind: 'city:connectsTo', scheme: 'node' },
        { columns: ['absent'], kind: 'city:feeds', scheme: 'node' },
      ],
    });
    expect(staged.joins).toEqual([
      { from: staged.twin.id, kind: 'city:locatedIn', agency: 'urn:dtf:agency:roads.example', scheme: 'street', value: '791', state: 'PENDING' },
    ]);
    expect(staged.localJoins).toEqual([{ kind: 'city:connectsTo', scheme: 'node', value: '5', direction: 'out' }]);
  });

  it('find parents by id, or by the id of the file where another key is declared', () => {
    const part = record({ k: 'own' }, { nativeId: 'part', parents: ['whole'] });
    const crs = { format: 'cityjson', crs: 'EPSG:7415', otherColumns: 'drop' } as const;
    const place = { geometry: { type: 'Point', coordinates: [85_000, 447_000] } } as const;
    expect(stage({ ...part, geometry: { ...place.geometry, coordinates: [85_000, 447_000] } }, crs).links).toMatchObject([
      { kind: 'city:partOf', to: 'urn:dtf:twin:works.example:things/whole' },
    ]);
    const keyed = stage({ ...part, geometry: undefined }, { ...crs, key: { columns: ['k'] } });
    expect(keyed.localJoins).toEqual([{ kind: 'city:partOf', scheme: 'things', value: 'whole', direction: 'out' }]);
    expect(keyed.twin.altIds).toEqual([{ scheme: 'things', value: 'part' }]);
  });
});

describe('when it was true', () => {
  it('is the time of the file, the one declared, or the one in a column', () => {
    const ofFile = { observedAt: trialInstant, isFileDate: true, recordedAt: trialInstant, source: 'urn:dtf:agency:works.example', origin: 'file' };
    expect(twin(record({})).provenance).toEqual(ofFile);
    const { isFileDate: _, ...declared } = { ...ofFile, observedAt: '2014-01-01T00:00:00.000Z' };
    expect(twin(record({}), { observedAt: '2014-01-01T00:00:00Z' }).provenance).toEqual(declared);
    const observedAt = { column: 'edited' };
    expect(twin(record({ edited: 0 }), { observedAt }).provenance.observedAt).toBe('1970-01-01T00:00:00.000Z');
    expect(twin(record({ edited: null }), { observedAt }).provenance.observedAt).toBe(trialInstant);
    expect(problemOf(adapt(record({ edited: 'lately' }), { observedAt }))).toMatchObject({ path: 'column edited' });
  });
});

describe('the digest', () => {
  const digest = (given: SourceRecord, declaration: Declaration = {}): readonly string[] => stage(given, declaration).digest.split('.');
  const base = record({ a: 1, b: { c: 1, d: 2 }, GlobalID: 'x' });
  const ignore = { ignore: ['GlobalID'] };

  it('does not depend on the order of columns, on ignored ones, or on the time of the import', () => {
    expect(digest(record({ GlobalID: 'y', b: { d: 2, c: 1 }, a: 1 }), ignore)).toEqual(digest(base, ignore));
    expect(twin(base, ignore).values['works:GlobalID']).toEqual({ value: 'x' });
  });

  it('changes with every value, type of a value, name, join and kind', () => {
    const others: readonly (readonly [SourceRecord, Declaration])[] = [
      [record({ a: 2, b: { c: 1, d: 2 }, GlobalID: 'x' }), ignore],
      [record({ a: '1', b: { c: 1, d: 2 }, GlobalID: 'x' }), ignore],
      [base, { ...ignore, name: 'No. {a}' }],
      [base, { ...ignore, kind: 'city:Hut' }],
      [base, { ...ignore, identifiers: [{ scheme: 's', columns: ['a'] }] }],
      [base, { ...ignore, links: [{ columns: ['a'], kind: 'city:feeds', scheme: 's' }] }],
      [base, {}],
    ];
    const contents = [digest(base, ignore)[0], ...others.map(([given, declaration]) => digest(given, declaration)[0])];
    expect(new Set(contents).size).toBe(contents.length);
  });

  it('has the place apart, rounded to the tolerance', () => {
    const moved = (by: number): readonly string[] =>
      digest({ ...base, geometry: { type: 'Point', coordinates: [-71.1 + by, 42.37] } }, { key: { tolerance: 1e-6 } });
    expect(moved(1e-8)).toEqual(moved(0));
    expect(moved(1e-4)[0]).toBe(moved(0)[0]);
    expect(moved(1e-4)[1]).not.toBe(moved(0)[1]);
  });
});
