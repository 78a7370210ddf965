import { describe, expect, test } from 'vitest';
import { limits } from '../ground/limits.ts';
import type { Geometry } from '../ground/place/place.ts';
import { checkFilterSize, checkQueryVersion, parseQuery, type TwinFilter } from './query.ts';
import { agencyIdOfName, termOf, twinIdOfName } from './trial-twin.ts';

const nested = (depth: number): TwinFilter => (depth <= 1 ? {} : { not: nested(depth - 1) });
const line = (vertices: number): Geometry => ({ type: 'LineString', coordinates: Array.from({ length: vertices }, (_, x) => [x / vertices, 0]) });
const asks = (filter: unknown): boolean => parseQuery({ version: 1, filter }).ok;
const list = <T>(length: number, item: (index: number) => T): readonly T[] => Array.from({ length }, (_, index) => item(index));

describe('a query', () => {
  test('is read with everything that it may ask', () => {
    const query = {
      version: 1,
      filter: {
        kinds: ['city:Building'],
        text: 'town hall',
        any: [{ linked: [{ kind: 'city:feeds', direction: 'in', to: { not: {} } }] }],
        changedSince: '2026-05-04T12:00:00.000Z',
      },
      terms: ['city:height'],
      order: { by: { term: 'city:height' }, descending: true },
      page: { first: 10, after: { value: null, id: 'urn:dtf:twin:a.example:b' } },
      summary: ['kind'],
      links: { direction: 'both' },
      count: true,
    };
    expect(parseQuery(query)).toEqual({ ok: true, value: query });
  });

  test('of another version is refused, naming the one that is known', () => {
    for (const raw of [{ version: 2 }, { version: '1' }, {}, null, 'query', [1]])
      expect(checkQueryVersion(raw)).toMatchObject({ problem: { kind: 'unsupportedVersion', accepted: 'version 1' } });
    expect(parseQuery({ version: 2, filter: 7 })).toMatchObject({ problem: { kind: 'unsupportedVersion', found: '2' } });
  });

  test('with an operator or a member that is not known is refused, naming the version', () => {
    for (const filter of [{ property: [{ term: 'city:height', op: 'near' }] }, { matches: 'x' }, { linked: [{ via: 'city:feeds' }] }, { all: [{ sql: '1' }] }])
      expect(parseQuery({ version: 1, filter })).toMatchObject({ problem: { kind: 'badQuery', path: expect.stringMatching(/^query version 1\//) } });
  });

  test('asks for pages of at most pageMax', () => {
    const page = (first: number): boolean => parseQuery({ version: 1, page: { first } }).ok;
    expect([page(limits.pageMax), page(limits.pageMax + 1), page(0), page(-1)]).toEqual([true, false, true, false]);
  });

  test('asks for representations of at most identityBatchMax ids and objects', () => {
    const identity = (ids: number, objects: number): boolean =>
      parseQuery({ version: 1, identity: { ids: list(ids, (key) => twinIdOfName('a', `${key}`)), objects: list(objects, (key) => `urn:x:${key}`) } }).ok;
    const most = limits.identityBatchMax;
    expect([identity(most, most), identity(most + 1, 0), identity(0, most + 1)]).toEqual([true, false, false]);
  });
});

describe('a query of the past', () => {
  const moment = { valid: '2026-05-04T12:00:00.000Z', known: '2026-05-04T12:00:00.000Z' };
  const named = { ids: ['urn:dtf:twin:a.example:b'] };
  const asksPast = (more: object): boolean => parseQuery({ version: 1, ...more }).ok;

  test('is of twins that are named, and of those that matched then, by links too, in any order, counted or not', () => {
    for (const filter of [named, undefined, {}, { text: 'a' }, { ...named, any: [{ text: 'a' }] }]) expect(asksPast({ at: moment, filter })).toBe(true);
    expect(asksPast({ at: moment, identity: { ids: named.ids, objects: [] } })).toBe(true);
    expect(asksPast({ at: moment, order: { by: 'name' }, summary: ['kind'], filter: { linked: [{ direction: 'out' }] } })).toBe(true);
  });

  test('tells the history of at most historyTwinsMax twins, in pages of at most pageMax samples', () => {
    const most = limits.historyTwinsMax;
    const of = (twins: number, first: number = limits.pageMax) =>
      asksPast({ filter: named, page: { first: twins }, history: { series: 'city:height', first } });
    expect([of(most), of(most + 1), of(1), of(1, limits.pageMax + 1), asksPast({ history: { first: 1 } })]).toEqual([true, false, true, false, false]);
  });
});

describe('a filter', () => {
  test('is at most filterDepthMax deep', () => {
    expect(checkFilterSize(nested(limits.filterDepthMax)).ok).toBe(true);
    expect(checkFilterSize(nested(limits.filterDepthMax + 1))).toMatchObject({
      problem: { kind: 'badQuery', subject: 'depth of the filter', limit: limits.filterDepthMax },
    });
    expect(asks(nested(5_000))).toBe(false);
  });

  test('is made of at most filterNodesMax parts, itself counted, wherever they are', () => {
    const parts = (count: number): TwinFilter => ({ any: list(count - 3, () => ({})), all: [{ linked: [{ direction: 'out', to: {} }] }] });
    expect(checkFilterSize(parts(limits.filterNodesMax)).ok).toBe(true);
    expect(checkFilterSize(parts(limits.filterNodesMax + 1))).toMatchObject({ problem: { subject: 'parts of the filter', limit: limits.filterNodesMax } });
  });

  test('has areas of at most areaVerticesMax vertices in all', () => {
    const areas = (first: number, second: number): TwinFilter => ({
      areas: [{ relation: 'intersects', geometry: line(first) }],
      all: [
        {
          areas: [
            { relation: 'within', geometry: line(second) },
            { relation: 'within', digest: 'a'.repeat(64) },
          ],
        },
      ],
    });
    expect(checkFilterSize(areas(limits.areaVerticesMax - 2, 2)).ok).toBe(true);
    expect(checkFilterSize(areas(limits.areaVerticesMax - 1, 2))).toMatchObject({ problem: { kind: 'badQuery', limit: limits.areaVerticesMax } });
  });

  test('names at most filterIdsMax ids of idCharactersMax', () => {
    expect([asks({ ids: list(limits.filterIdsMax, String) }), asks({ ids: list(limits.filterIdsMax + 1, String) })]).toEqual([true, false]);
    expect([asks({ ids: ['x'.repeat(limits.idCharactersMax)] }), asks({ ids: ['x'.repeat(limits.idCharactersMax + 1)] })]).toEqual([true, false]);
  });

  test('names at most filterKindsMax kinds and terms, membersMax agencies', () => {
    const kinds = (count: number): readonly string[] => list(count, (key) => termOf(`city:K${key}`));
    expect([asks({ kinds: kinds(limits.filterKindsMax) }), asks({ kinds: kinds(limits.filterKindsMax + 1) })]).toEqual([true, false]);
    expect([
      parseQuery({ version: 1, terms: kinds(limits.filterKindsMax) }).ok,
      parseQuery({ version: 1, terms: kinds(limits.filterKindsMax + 1) }).ok,
    ]).toEqual([true, false]);
    const agencies = (count: number): readonly string[] => list(count, (key) => agencyIdOfName(`a${key}`));
    expect([asks({ agencies: agencies(limits.membersMax) }), asks({ agencies: agencies(limits.membersMax + 1) })]).toEqual([true, false]);
  });

  test('looks for a text of at most filterTextCharactersMax', () => {
    expect([asks({ text: 'x'.repeat(limits.filterTextCharactersMax) }), asks({ text: 'x'.repeat(limits.filterTextCharactersMax + 1) })]).toEqual([true, false]);
  });

  test('refuses what is no area, no box, no moment', () => {
    const wrong = [
      { areas: [{ relation: 'near' }] },
      { areas: [{ relation: 'within', digest: 'ABC' }] },
      { areas: [{ relation: 'nearerThan', metres: 0 }] },
      { box: [1, 2, 3] },
      { box: [0, 0, 0, 91] },
      { changedSince: '2026-05-04' },
    ];
    expect(wrong.filter(asks)).toEqual([]);
  });
});
