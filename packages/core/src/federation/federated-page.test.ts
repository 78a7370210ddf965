import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AgencyId, linkIdOf, type TermId, type TwinId } from '../ground/id.ts';
import { instantOfMs } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { matchesFilter } from '../twin/matches.ts';
import type { Order, PageKey, TwinFilter, TwinPage, TwinRow } from '../twin/query.ts';
import { agencyIdOfName, trialRow as row, termOf, twinIdOfName } from '../twin/trial-twin.ts';
import { type JoinedPage, type Keys, matchesMerged, type PageParts, pageAlone, pageJoined, rowsToJoin } from './federated-page.ts';
import { comparePageKeys, type Identity, identityOf, mergeTwins, pageKeyOf } from './federated-twin.ts';
import type { MergeRules } from './federation.ts';
import { type PlannedMember, planQuery, type QueryPlan } from './query-plan.ts';

const agencies = ['ash', 'birch', 'cedar', 'dogwood'];
const kinds = ['city:Building', 'city:Hospital', 'city:Park'];
const terms = ['city:height', 'city:storeys'];
const rules: MergeRules = { authoritative: { 'city:height': agencyIdOfName('birch') }, tolerance: {} };

type City = ReadonlyMap<AgencyId, readonly TwinRow[]>;

const place = fc.integer({ min: 0, max: 3 });
const drawn = fc.record({
  agency: fc.nat({ max: agencies.length - 1 }),
  kind: fc.constantFrom(...kinds),
  name: fc.constantFrom('north', 'south', 'Über', '\u{1F3E5}', '\uFB01'),
  at: fc.option(fc.tuple(place, place), { nil: undefined }),
  height: fc.option(place, { nil: undefined }),
  storeys: fc.option(place, { nil: undefined }),
  object: fc.option(fc.constantFrom('urn:thing:1', 'urn:thing:2', 'urn:thing:3'), { nil: undefined, freq: 2 }),
  sameAs: fc.array(fc.nat({ max: 11 }), { maxLength: 2 }),
  observed: place,
});

/** Twins spread over agencies; `sameAs` counts in the list of all and names twins of others only. */
const cityOf = (given: readonly (typeof drawn extends fc.Arbitrary<infer T> ? T : never)[], linked: boolean): City => {
  const idAt = (index: number): TwinId => twinIdOfName(agencies[given[index]?.agency ?? 0] ?? '', `t${index}`);
  const rows = given.map(({ agency, sameAs, object, ...twin }, index): TwinRow => {
    const targets = [...new Set(sameAs.filter((other) => other < given.length && given[other]?.agency !== agency))].map(idAt);
    return row(idAt(index), { ...twin, ...(linked && object !== undefined && { object }) }, linked ? targets : []);
  });
  return new Map(agencies.map((name) => [agencyIdOfName(name), rows.filter(({ twin }) => twin.agency === agencyIdOfName(name))]));
};

const city = (linked: boolean): fc.Arbitrary<City> => fc.array(drawn, { maxLength: 12 }).map((given) => cityOf(given, linked));

const property = fc.record({
  term: fc.constantFrom(...terms.map(termOf)),
  op: fc.constantFrom('eq' as const, 'gte' as const, 'lt' as const, 'ne' as const),
  value: place,
});
const absent = fc.constantFrom(...terms.map(termOf)).map((term) => ({ term, op: 'exists' as const, value: false }));
const leaf: fc.Arbitrary<TwinFilter> = fc.record(
  {
    kinds: fc.subarray(kinds.map(termOf), { minLength: 1 }),
    agencies: fc.subarray(agencies.map(agencyIdOfName), { minLength: 1 }),
    box: fc.tuple(place, place).map(([x, y]): [number, number, number, number] => [x - 1, y - 1, x + 1, y + 1]),
    text: fc.constantFrom('north', 'south'),
    property: fc.array(fc.oneof({ weight: 4, arbitrary: property }, absent), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const filter: fc.Arbitrary<TwinFilter> = fc
  .record({
    own: leaf,
    all: fc.array(leaf, { maxLength: 2 }),
    any: fc.array(leaf, { maxLength: 2 }),
    not: fc.option(leaf, { nil: undefined }),
    shape: fc.nat({ max: 15 }),
  })
  .map(({ own, all, any, not, shape }) => ({
    ...own,
    ...(shape & 1 && { all: shape & 8 ? [{ any: all }] : all }),
    ...(shape & 2 && { any }),
    ...(shape & 4 && not && { not }),
  }));

const order: fc.Arbitrary<Order | undefined> = fc.option(
  fc.record({ by: fc.constantFrom<Order['by']>('id', 'name', 'kind', 'updatedAt', { term: termOf('city:height') }), descending: fc.boolean() }),
  { nil: undefined },
);

const noLinks = { linksOf: () => [], twin: () => undefined };

const hasIdentities = (rows: readonly TwinRow[]): number =>
  rows.filter(({ twin, sameAs = [] }) => sameAs.length > 0 || twin.objectOfInterest !== undefined).length;

const memberOf = ([agency, rows]: readonly [AgencyId, readonly TwinRow[]]): PlannedMember => ({
  agency,
  twinId: twinIdOfName(agency.split(':')[3] ?? '', 'agency'),
  kinds: Object.entries(Object.groupBy(rows, ({ twin }) => twin.kind)).map(([kind, same = []]) => ({
    kind: termOf(kind),
    terms: same.flatMap(({ twin }) => Object.keys(twin.values)),
  })),
  identities: true,
});

/** A member as its own node answers: sorted, filtered, from its key on. */
const readPage = (
  rows: readonly TwinRow[],
  asked: TwinFilter,
  { by, after, first }: { by: Order | undefined; after: PageKey | undefined; first: number },
): TwinPage => {
  const descending = by?.descending ?? false;
  const matching = rows
    .filter(({ twin }) => matchesFilter(asked, twin, noLinks))
    .map((found) => ({ found, key: pageKeyOf(found.twin, by) }))
    .filter(({ key }) => !after || comparePageKeys(key, after, descending) > 0)
    .sort((a, b) => comparePageKeys(a.key, b.key, descending));
  const page = matching.slice(0, first);
  const last = page.at(-1);
  return {
    version: 1,
    rows: page.map(({ found }) => found),
    ...(matching.length > page.length && last && { next: last.key }),
    seq: 1,
    identities: hasIdentities(rows),
  };
};

/** What members answer to a question for representations: by id, by a link of their own, by object of interest. */
const readIdentity = (members: City, { ids, objects }: Identity): readonly TwinRow[] =>
  [...members.values()]
    .flat()
    .filter(
      ({ twin, sameAs = [] }) =>
        ids.includes(twin.id) || sameAs.some((id) => ids.includes(id)) || (twin.objectOfInterest !== undefined && objects.includes(twin.objectOfInterest)),
    );

const closed = (members: City, begun: readonly TwinRow[]): readonly TwinRow[] => {
  const more: TwinRow[] = [];
  const asked: Identity[] = [];
  for (let open = identityOf(begun); open.ids.length + open.objects.length > 0; open = identityOf([...begun, ...more], asked)) {
    asked.push(open);
    more.push(...readIdentity(members, open));
  }
  return more;
};

type Question = { readonly filter: TwinFilter; readonly order: Order | undefined; readonly first: number };

const askPage = (
  members: City,
  { filter: wanted, order: by, first }: Question,
  { plan, keys }: { readonly plan: QueryPlan; readonly keys: Keys },
): JoinedPage => {
  const pages = new Map(
    plan.members.flatMap((member) =>
      member.ask ? [[member.agency, readPage(members.get(member.agency) ?? [], member.filter, { by, after: keys.get(member.agency), first })] as const] : [],
    ),
  );
  const parts: PageParts = { pages, keys, order: by, first };
  return plan.joined ? pageJoined(parts, { plan, filter: wanted, rules, more: closed(members, rowsToJoin(parts)) }) : pageAlone(parts);
};

const walk = (members: City, question: Question, joined: boolean): readonly JoinedPage[] => {
  const plan = planQuery(
    question.filter,
    [...members].map(memberOf).map((member) => ({ ...member, identities: joined })),
  );
  const pages: JoinedPage[] = [];
  for (let keys: Keys | undefined = new Map(); keys; keys = pages.at(-1)?.next) pages.push(askPage(members, question, { plan, keys: keys }));
  return pages;
};

const idsTold = (pages: readonly JoinedPage[]): readonly string[] =>
  pages.flatMap(({ rows }) =>
    rows.map(({ twin }) =>
      twin.representations
        .map(({ id }) => id)
        .sort()
        .join(' '),
    ),
  );

const naive = (members: City, wanted: TwinFilter): readonly string[] =>
  mergeTwins([...members.values()].flat())
    .filter(({ representations }) => matchesMerged(wanted, representations, { rules, context: noLinks }))
    .map(({ representations }) =>
      representations
        .map(({ id }) => id)
        .sort()
        .join(' '),
    );

const size = fc.integer({ min: 1, max: 5 });
const question: fc.Arbitrary<Question> = fc.record({ filter, order, first: size });

describe('a walk over the pages of several members', () => {
  test('tells every object that matches, each exactly once, whole, where representations are shared', () => {
    fc.assert(
      fc.property(city(true), question, (members, asked) => {
        expect([...idsTold(walk(members, asked, true))].sort()).toEqual([...naive(members, asked.filter)].sort());
      }),
      { numRuns: 1_500 },
    );
  });

  test('tells every twin that matches, each exactly once, in order, where nothing is shared', () => {
    fc.assert(
      fc.property(city(false), question, (members, asked) => {
        const rows = walk(members, asked, false).flatMap((page) => page.rows);
        const expected = readPage([...members.values()].flat(), asked.filter, { by: asked.order, after: undefined, first: 100 });
        expect(rows.map(({ twin }) => twin.representations[0]?.id)).toEqual(expected.rows.map(({ twin }) => twin.id));
      }),
      { numRuns: 500 },
    );
  });

  test('tells the objects of a page, and the pages, in the order asked for', () => {
    fc.assert(
      fc.property(city(true), order, size, (members, by, first) => {
        const keys = walk(members, { filter: {}, order: by, first }, true).flatMap(({ rows }) => rows.map(({ key }) => key));
        expect(keys).toEqual(keys.toSorted((a, b) => comparePageKeys(a, b, by?.descending ?? false)));
      }),
    );
  });

  test('gives no page more rows than asked for, and a total only where one page tells all', () => {
    fc.assert(
      fc.property(city(true), filter, size, (members, wanted, first) => {
        const pages = walk(members, { filter: wanted, order: undefined, first }, true);
        expect(pages.every(({ rows }) => rows.length <= first)).toBe(true);
        expect(pages.map(({ total }) => total)).toEqual(pages.length === 1 ? [pages[0]?.rows.length] : pages.map(() => undefined));
      }),
    );
  });
});

describe('a member that fails for a while', () => {
  const house = twinIdOfName('birch', 'house');
  const same = twinIdOfName('ash', 'house');
  const other = twinIdOfName('birch', 'other');
  const members: City = new Map([
    [agencyIdOfName('ash'), [row(same, { kind: 'city:Building' }, [house])]],
    [agencyIdOfName('birch'), [row(house, { kind: 'city:Building' }), row(other, { kind: 'city:Building' })]],
  ]);
  const plan = planQuery({}, [...members].map(memberOf));
  const newestFirst: Question = { filter: {}, order: { by: 'id', descending: true }, first: 1 };
  const withOnly = (agency: string): City => new Map([...members].map(([id, rows]) => [id, id === agencyIdOfName(agency) ? rows : []]));

  test('does not keep back what others told of its objects', () => {
    const pages = new Map([
      [agencyIdOfName('ash'), readPage(members.get(agencyIdOfName('ash')) ?? [], {}, { by: newestFirst.order, after: undefined, first: 1 })],
    ]);
    const page = pageJoined(
      { pages, keys: new Map(), order: newestFirst.order, first: 1 },
      { plan, filter: {}, rules, more: closed(members, members.get(agencyIdOfName('ash')) ?? []) },
    );
    expect(page.rows.map(({ twin }) => twin.representations.map(({ id }) => id))).toEqual([[house, same]]);
  });

  test('is heard again without repeating an object that was told without it', () => {
    const first = askPage(withOnly('ash'), newestFirst, { plan, keys: new Map() });
    expect(idsTold([first])).toEqual([same]);
    const keys = new Map([
      [
        agencyIdOfName('ash'),
        pageKeyOf(
          first.rows[0]?.twin.representations[0] ?? members.get(agencyIdOfName('ash'))?.[0]?.twin ?? row(same, { kind: 'city:Building' }).twin,
          newestFirst.order,
        ),
      ],
    ]);
    const later: JoinedPage[] = [];
    for (let at: Keys | undefined = keys; at; at = later.at(-1)?.next) later.push(askPage(members, newestFirst, { plan, keys: at }));
    expect(idsTold(later)).toEqual([other]);
  });
});

describe('what is judged on the merged object', () => {
  const high: TwinFilter = { property: [{ term: termOf('city:height') as TermId, op: 'gte', value: 2 }] };
  const low = row(twinIdOfName('ash', 'a'), { kind: 'city:Building', height: 1, observed: 1 }).twin;
  const tall = row(twinIdOfName('cedar', 'c'), { kind: 'city:Hospital', height: 3, observed: 2 }).twin;
  const judging = { rules, context: noLinks };

  test('is the winner of a property, not any value of it', () => {
    expect(matchesMerged(high, [low, tall], judging)).toBe(true);
    expect(matchesMerged(high, [{ ...low, provenance: { ...low.provenance, observedAt: tall.updatedAt } }, tall].toReversed(), judging)).toBe(true);
    expect(matchesMerged(high, [low], judging)).toBe(false);
  });

  test('is kind and place by one representation alone', () => {
    expect(matchesMerged({ kinds: [termOf('city:Building')], agencies: [agencyIdOfName('cedar')] }, [low, tall], judging)).toBe(false);
    expect(matchesMerged({ kinds: [termOf('city:Hospital')], agencies: [agencyIdOfName('cedar')] }, [low, tall], judging)).toBe(true);
  });

  test('is a denial by all representations', () => {
    expect(matchesMerged({ not: { kinds: [termOf('city:Hospital')] } }, [low, tall], judging)).toBe(false);
    expect(matchesMerged({ not: { kinds: [termOf('city:Park')] } }, [low, tall], judging)).toBe(true);
  });
});

test('an object carries at most linksPerTwinAnswerMax links, and says which of its representations have more', () => {
  const id = twinIdOfName('ash', 'hub');
  const linksOf = (count: number) => {
    const links = Array.from({ length: count }, (_, key) => {
      const to = twinIdOfName('ash', `t${key}`);
      return {
        id: linkIdOf(id, termOf('city:feeds'), to),
        kind: termOf('city:feeds'),
        from: id,
        to,
        source: agencyIdOfName('ash'),
        recordedAt: instantOfMs(0),
      };
    });
    const page: TwinPage = { version: 1, rows: [{ ...row(id, { kind: 'city:Building' }), links }], seq: 1, identities: 1 };
    const plan = planQuery({}, [memberOf([agencyIdOfName('ash'), page.rows])]);
    const told = pageJoined(
      { pages: new Map([[agencyIdOfName('ash'), page]]), keys: new Map(), order: undefined, first: 1 },
      { plan, filter: {}, rules, more: [] },
    );
    return [told.rows[0]?.links.length, told.rows[0]?.linksCut];
  };
  expect([linksOf(limits.linksPerTwinAnswerMax), linksOf(limits.linksPerTwinAnswerMax + 1)]).toEqual([
    [limits.linksPerTwinAnswerMax, []],
    [limits.linksPerTwinAnswerMax, [id]],
  ]);
});
