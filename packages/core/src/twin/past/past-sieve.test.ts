import { describe, expect, test } from 'vitest';
import { TermId, TwinId } from '../../ground/id.ts';
import { hopsOf, linkKindsOf, sieveOf } from './past-sieve.ts';

const [level, feeds] = [TermId.parse('city:level'), TermId.parse('city:feeds')];
const id = TwinId.parse('urn:dtf:twin:water.example:layer/1');

describe('the sieve of the past', () => {
  test('keeps of the filter what a twin that never changed must meet now', () => {
    const filter = {
      kinds: [level],
      not: { text: 'a' },
      changedSince: '2026-05-04T12:00:00.000Z' as never, // branding: an instant of a test
      linked: [{ direction: 'out' as const }],
      any: [{ property: [{ term: level, op: 'exists' as const, value: false }] }, { not: {} }],
    };
    expect(sieveOf(filter).present).toEqual({ kinds: [level], any: [{ property: [] }, {}] });
  });

  test('names the series that the filter looks at, and none where words may stand in any', () => {
    expect(sieveOf({ kinds: [level] }).series).toEqual(['@twin']);
    expect(sieveOf({ box: [0, 0, 1, 1], all: [{ property: [{ term: level, op: 'gt', value: 1 }] }] }).series).toEqual(['@twin', '@place', level]);
    expect(sieveOf({ any: [{ text: 'a' }, {}] }).series).toBeUndefined();
  });

  test('names the twins where all of them are named by their ids', () => {
    expect([sieveOf({ ids: [id] }).ids, sieveOf({ ids: [id, 'urn:x:1'] }).ids, sieveOf({}).ids]).toEqual([[id], undefined, undefined]);
  });

  test('tells along links of which kinds a filter looks, and of any where one of its tests names none', () => {
    const [out, on] = [
      { direction: 'out' as const, kind: feeds },
      { direction: 'in' as const, kind: level },
    ];
    expect([linkKindsOf({ kinds: [level] }), linkKindsOf({ linked: [out] })]).toEqual([[], [feeds]]);
    expect(linkKindsOf({ any: [{ linked: [out] }, { not: { linked: [{ ...out, to: { all: [{ linked: [on] }] } }] } }] })).toEqual([feeds, level]);
    expect([linkKindsOf({ linked: [out, { direction: 'both' }] }), linkKindsOf({ linked: [{ ...out, to: { linked: [{ direction: 'in' }] } }] })]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('tells how far a filter looks along links', () => {
    const near = { linked: [{ direction: 'in' as const }] };
    expect([hopsOf({}), hopsOf(near), hopsOf({ not: { linked: [{ kind: feeds, direction: 'out', to: { any: [near] } }] } })]).toEqual([0, 1, 2]);
  });
});
