import { type Authority, cityDictionary, createVocabulary, type Instant, type Reading, TermId, type Twin, type TwinId, twinIdOf } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { createCarried } from './carried.ts';
import { type Drawn, toDrawn } from './drawn.ts';
import { drawOnce } from './once.ts';

const vocabulary = createVocabulary([cityDictionary]);
const at = '2026-01-01T00:00:00.000Z' as Instant; // branding: an instant
const idOf = (agency: string, key: string): TwinId => twinIdOf(`${agency}.example` as Authority, 'things', key); // branding: an authority

const square = {
  type: 'Polygon' as const,
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ],
  ],
};

type Given = {
  readonly kind?: string;
  readonly values?: Readonly<Record<string, Reading>>;
  readonly place?: Partial<Pick<Twin, 'position' | 'footprint'>>;
  readonly object?: string;
};

const twin = (id: TwinId, { kind = 'city:Building', values = {}, place = { footprint: square }, object }: Given = {}): Twin =>
  ({
    id,
    agency: 'urn:dtf:agency:a.example',
    kind: TermId.parse(kind),
    name: {},
    provenance: { observedAt: at, recordedAt: at, source: 'urn:dtf:agency:a.example' },
    values,
    version: 1,
    createdAt: at,
    updatedAt: at,
    ...place,
    ...(object && { objectOfInterest: object }),
  }) as Twin; // branding: made for the occasion

const drawn = (id: TwinId, given: Given = {}, sameAs: readonly TwinId[] = []): Drawn =>
  toDrawn({ twin: twin(id, given), sameAs: [...sameAs] }, vocabulary) ?? expect.fail('not drawn');

describe('what is drawn of a twin', () => {
  const tall = { 'city:height': { value: 30, unit: '[ft_us]' } };

  it('stands up where it is built and its height is known, in metres whatever the unit', () => {
    expect(drawn(idOf('a', '1'), { values: tall })).toMatchObject({ form: 'prism', height: expect.closeTo(9.144, 2) });
    expect(drawn(idOf('a', '1'), { values: { 'city:storeys': { value: 2 } } })).toMatchObject({ form: 'prism', height: 6 });
    expect(drawn(idOf('a', '1'))).toMatchObject({ form: 'area', height: 0 });
    expect(drawn(idOf('a', '1'), { kind: 'city:Park', values: tall })).toMatchObject({ form: 'area', height: 0 });
  });

  it('is nothing where it has no place, or is the twin of a whole agency', () => {
    expect(toDrawn({ twin: twin(idOf('a', '1'), { place: {} }) }, vocabulary)).toBeUndefined();
    expect(toDrawn({ twin: twin(idOf('a', '1'), { kind: 'city:AgencyTwin' }) }, vocabulary)).toBeUndefined();
  });
});

describe('an object of several agencies', () => {
  const [house, entry, other] = [idOf('a', '1'), idOf('b', '2'), idOf('c', '3')];
  const values = { 'city:height': { value: 9, unit: 'm' } };
  const point = { place: { position: [0, 0] as [number, number] } };

  it('is drawn once, by who shows most of it; the others share its row, through any chain of sameness', () => {
    const all = [drawn(entry, point, [house]), drawn(house, { values }), drawn(other, point, [entry])];
    const once = drawOnce(all);
    expect([...once.drawn].map(({ id }) => id)).toEqual([house]);
    expect([...once.standIn]).toEqual([
      [entry, house],
      [other, house],
    ]);
  });

  it('leads a row of a register, which has no place, to the row of what it is; what is nothing that is drawn leads nowhere', () => {
    const building = drawn(idOf('a', '1'));
    const rows = [building.id, idOf('a', '9')].map((other, at) => ({ id: idOf('b', String(at)), same: [idOf('b', String(at)), other] }));
    const once = drawOnce([building], rows);
    expect([...once.drawn]).toEqual([building]);
    expect([...once.standIn]).toEqual([[idOf('b', '0'), building.id]]);
  });
  it('is told by its object of interest too, and others are not touched', () => {
    const all = [drawn(house, { values, object: 'urn:lot:7' }), drawn(entry, { ...point, object: 'urn:lot:7' }), drawn(other, point)];
    const once = drawOnce(all);
    expect([...once.drawn].map(({ id }) => id).sort()).toEqual([house, other].sort());
    expect(once.standIn.get(entry)).toBe(house);
  });
});

describe('a thing that one agency keeps in two of its sources', () => {
  const of = (source: string, key: string, more: Given = {}) =>
    drawn(twinIdOf('a.example' as Authority, source, key), { kind: 'city:Structure', values: { 'city:height': { value: 9, unit: 'm' } }, ...more }); // branding: an authority
  const moved = (by: number) => ({
    place: { footprint: { ...square, coordinates: square.coordinates.map((ring) => ring.map(([x = 0, y = 0]) => [x + by, y])) } },
  });

  it('is drawn once where outline and height agree to a metre', () => {
    const once = drawOnce([of('model', '1'), of('layer', 'x', moved(0.000_005))]);
    expect(once.drawn.size).toBe(1);
    expect(once.standIn.size).toBe(1);
  });
  it('and two of one source, of another height or another place, are two', () => {
    const taller = { values: { 'city:height': { value: 12, unit: 'm' } } };
    for (const other of [of('model', '2'), of('layer', 'x', taller), of('layer', 'x', moved(0.000_1))])
      expect(drawOnce([of('model', '1'), other]).drawn.size).toBe(2);
  });
});

describe('what stands on a roof', () => {
  it('begins there, and its height is told from the ground', () => {
    const values = { 'city:height': { value: 12, unit: 'm' }, 'city:surfaceHeight': { value: 10, unit: 'm' } };
    expect(drawn(idOf('a', '1'), { values })).toMatchObject({ base: 10, height: 2 });
  });

  it('and is of a roof by its kind is a metre high where only its top is told', () => {
    const values = { 'city:height': { value: 12, unit: 'm' }, 'city:surfaceHeight': { value: 12, unit: 'm' } };
    expect(drawn(idOf('a', '1'), { values, kind: 'city:SolarPanel' })).toMatchObject({ base: 11, height: 1, isOfRoof: true });
    expect(drawn(idOf('a', '1'), { values, kind: 'city:Deck' })).toMatchObject({ base: 0, height: 12, isOfRoof: false });
  });

  it('is drawn on the roof where the building is there, on the ground where it is not', () => {
    const values = { 'city:height': { value: 12, unit: 'm' }, 'city:surfaceHeight': { value: 10, unit: 'm' } };
    const small = { ...square, coordinates: square.coordinates.map((ring) => ring.map(([x = 0, y = 0]) => [x / 5_000, y / 5_000])) };
    const given = { values, place: { footprint: small } };
    const [panel, shelter] = (['city:SolarPanel', 'city:BusShelter'] as const).map((kind) => drawn(idOf('a', kind), { ...given, kind }));
    const house = drawn(idOf('a', 'house'), { ...given, values: { 'city:height': { value: 10, unit: 'm' } } });
    if (!(panel && shelter)) return expect.fail('not drawn');
    expect(createCarried([panel, house])(panel)).toMatchObject({ base: 10, height: 2 });
    const alone = createCarried([panel, shelter]);
    expect(alone(panel)).toMatchObject({ base: 0, height: 2 });
    expect(alone(shelter)).toMatchObject({ base: 0, height: 12 });
  });
});
