import { type Authority, cityDictionary, createVocabulary, type Instant, type Reading, TermId, type Twin, type TwinId, twinIdOf } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
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

  it('is told by its object of interest too, and others are not touched', () => {
    const all = [drawn(house, { values, object: 'urn:lot:7' }), drawn(entry, { ...point, object: 'urn:lot:7' }), drawn(other, point)];
    const once = drawOnce(all);
    expect([...once.drawn].map(({ id }) => id).sort()).toEqual([house, other].sort());
    expect(once.standIn.get(entry)).toBe(house);
  });
});
