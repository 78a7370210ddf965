import { describe, expect, test } from 'vitest';
import { cityDictionary } from '../twin/city/city-dictionary.ts';
import type { TwinFilter } from '../twin/query.ts';
import { createVocabulary } from '../twin/semantic-dictionary.ts';
import { agencyIdOfName, termOf, twinIdOfName } from '../twin/trial-twin.ts';
import { aloneOf, conjuncts, expandKinds, mergedOf, onlyKeeperKnows, type PlannedMember, planQuery } from './query-plan.ts';

const member = (name: string, kinds: Readonly<Record<string, readonly string[]>>, identities = false): PlannedMember => ({
  agency: agencyIdOfName(name),
  twinId: twinIdOfName(name, 'agency'),
  kinds: Object.entries(kinds).map(([kind, terms]) => ({ kind: termOf(kind), terms })),
  identities,
});
const planning = member('planning', { 'city:Building': ['city:height'] });
const social = member('social', { 'city:Building': ['city:use'], 'city:School': [] });
const water = member('water', { 'city:FloodZone': ['city:returnPeriod'] });
const members = [planning, social, water];
const high = { term: termOf('city:height'), op: 'gte' as const, value: 10 };
const used = { term: termOf('city:use'), op: 'eq' as const, value: 'school' };
const building: TwinFilter = { kinds: [termOf('city:Building')] };
const sharing = members.map((one) => ({ ...one, identities: true }));
const asked = (filter: TwinFilter, of: readonly PlannedMember[]): readonly string[] =>
  planQuery(filter, of).members.flatMap(({ ask, agency }) => (ask ? [agency.split(':')[3]?.split('.')[0] ?? ''] : []));

describe('a plan', () => {
  test('names every member exactly once, with why', () => {
    for (const of of [members, sharing])
      for (const filter of [{}, building, { property: [high] }]) {
        const plan = planQuery(filter, of);
        expect(plan.members.map(({ agency }) => agency)).toEqual(of.map(({ agency }) => agency));
        expect(plan.members.filter(({ why }) => why === '')).toEqual([]);
      }
  });

  test('asks whoever could contribute, nobody who cannot', () => {
    expect(asked({}, members)).toEqual(['planning', 'social', 'water']);
    expect(asked(building, members)).toEqual(['planning', 'social']);
    expect(asked({ all: [building, { agencies: [agencyIdOfName('social')] }] }, members)).toEqual(['social']);
    expect(asked({ ...building, property: [high] }, members)).toEqual(['planning']);
    expect(asked({ property: [{ ...high, op: 'exists', value: false }] }, members)).toEqual(['planning', 'social', 'water']);
    expect(asked({ kinds: [termOf('city:Park')] }, members)).toEqual([]);
  });

  test('begins with the rarest property where representations are shared', () => {
    const plan = planQuery({ ...building, property: [high], all: [{ property: [used] }] }, [
      ...sharing,
      member('fire', { 'city:Building': ['city:height'] }, true),
    ]);
    expect(plan).toMatchObject({ joined: true, judgedAlone: false });
    expect(plan.members.filter(({ ask }) => ask)).toMatchObject([{ agency: agencyIdOfName('social'), filter: { property: [used] } }]);
  });

  test('leaves properties inside `any` and `not` to the merged object, at any depth', () => {
    const inner: TwinFilter = { ...building, all: [{ any: [{ property: [high] }, building] }], not: { property: [used] } };
    expect(planQuery(inner, sharing).members[0]).toMatchObject({ filter: building });
    expect(asked(inner, sharing)).toEqual(['planning', 'social']);
  });

  test('lets keepers judge words and links, which the rows of an answer do not show', () => {
    const filter: TwinFilter = { text: 'north', property: [high] };
    expect(planQuery(filter, sharing)).toMatchObject({ judgedAlone: true });
    expect(asked(filter, sharing)).toEqual(['planning', 'social', 'water']);
    expect([{ any: [{ text: 'a' }] }, { not: { linked: [{ direction: 'out' as const }] } }, { all: [{ text: 'a' }] }, building].map(onlyKeeperKnows)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('a filter in parts', () => {
  const filter: TwinFilter = { ...building, property: [high], all: [{ text: 'a', not: building }, { any: [building] }, { any: [{ property: [used] }] }] };

  test('is what one representation must meet alone, and what is judged on the merged object', () => {
    expect(aloneOf(filter)).toEqual({ ...building, all: [{ text: 'a' }, { any: [building] }] });
    expect(mergedOf(filter)).toEqual([{ property: [high] }, { not: building }, { any: [{ property: [used] }] }]);
    expect([aloneOf({}), mergedOf({}), aloneOf({ any: [] })]).toEqual([{}, [], { any: [] }]);
  });

  test('has its nested `all` drawn up', () => expect(conjuncts({ all: [{ all: [building] }] })).toEqual([{}, {}, building]));
});

test('kinds are widened to their narrower terms, wherever they stand', () => {
  const vocabulary = createVocabulary([cityDictionary]);
  const facility: TwinFilter = { kinds: [termOf('city:CriticalFacility')] };
  const wide = vocabulary.narrowed('city:CriticalFacility');
  expect(wide).toContain('city:Hospital');
  const expanded = expandKinds({ ...facility, all: [facility], any: [facility], not: facility, linked: [{ direction: 'out', to: facility }] }, vocabulary);
  expect([expanded.kinds, expanded.all?.[0]?.kinds, expanded.any?.[0]?.kinds, expanded.not?.kinds, expanded.linked?.[0]?.to?.kinds]).toEqual(
    Array(5).fill(wide),
  );
});
