/**
 * Random commands: whatever is done to a store, it answers as the model does.
 */
import {
  comparePageKeys,
  compareText,
  Instant,
  type Join,
  type Link,
  type Moment,
  type Order,
  pageKeyOf,
  type Reading,
  type Sample,
  type SampleKey,
  type Shape,
  type TwinFilter,
  TwinInput,
} from '@cityweave/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holds, holdsWithinMs } from './holding.contract.ts';
import { createModel, type Fate, type Model } from './model.contract.ts';
import type { ApplyOptions, Command, Outcome, TwinStore } from './store.ts';
import { agency, foreignId, link, term, twinId } from './twins.contract.ts';

const keys = ['a', 'b', 'c'] as const;
const ids = keys.map(twinId);
const ends = [...ids, foreignId('1')];
const minute = (of: number): Instant => Instant.parse(new Date(Date.UTC(2026, 4, 4, 12, of)).toISOString());

const second = (of: number): Instant => Instant.parse(new Date(Date.UTC(2026, 4, 4, 12, 0, of)).toISOString());

const id = fc.constantFrom(...ids);
const when = fc.integer({ min: 0, max: 30 }).map(minute);
const terms = ['city:p', 'city:q'] as const;
const value = fc.constantFrom<Reading['value']>(1, 2.5, 'x', null, true, { a: [1] });
const reading: fc.Arbitrary<Reading> = fc.record(
  { value, unit: fc.constantFrom('m', 'km'), observedAt: when, recordedAt: when, flag: fc.constantFrom('MEASURED', 'SIMULATED') },
  { requiredKeys: ['value'] },
) as fc.Arbitrary<Reading>; // branding: constants of the types that a reading takes
const expected = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 3 });
const on = (version: number | undefined) => (version === undefined ? {} : { expected: version });
const position = fc.constantFrom<[number, number]>([0, 0], [1, 1], [1.0005, 1]);

const shape = (height: number): Shape => ({ type: 'Solid', lod: '2.2', boundaries: [[[[0, 1, 2]]]], vertices: [[0, 0, height]], crs: 'EPSG:7415' });

const putTwin = fc
  .record({
    id,
    when,
    expected,
    kind: fc.constantFrom('city:A', 'city:B'),
    name: fc.constantFrom('one', 'two'),
    more: fc.record({ position, objectOfInterest: fc.constantFrom('urn:x:1', 'urn:x:2') }, { requiredKeys: [] }),
    values: fc.dictionary(fc.constantFrom(...terms), reading),
    beside: fc.record(
      { shapes: fc.constantFrom([], [shape(0)], [shape(1)]), source: fc.constantFrom('s', 't'), digest: fc.constantFrom('x', 'y') },
      { requiredKeys: [] },
    ),
  })
  .map(
    ({ when: at, expected: version, name, more, beside, ...twin }): Command => ({
      op: 'putTwin',
      ...beside,
      twin: TwinInput.parse({ ...twin, ...more, agency, name: { en: name }, provenance: { observedAt: at, recordedAt: at, source: agency } }),
      ...on(version),
    }),
  );
const patchTwin = fc
  .record({
    id,
    expected,
    values: fc.dictionary(fc.constantFrom(...terms), fc.option(reading)),
    samples: fc.dictionary(fc.constantFrom(...terms), fc.array(reading, { minLength: 1, maxLength: 3 })),
    place: fc.option(fc.record({ position, placedAt: fc.option(when, { nil: undefined }) }), { nil: undefined }),
  })
  .map(({ expected: version, place, ...patch }): Command => ({ op: 'patchTwin', ...patch, ...place, ...on(version) }));
/** A recording that is caught up with, of times that come again in others. */
const recording = fc
  .record({
    from: fc.integer({ min: 0, max: 400 }),
    count: fc.integer({ min: 40, max: 700 }),
    recordedAt: fc.constantFrom(minute(5), minute(5), minute(25)),
    base: fc.integer({ min: 0, max: 99 }),
  })
  .map(({ from, count, recordedAt, base }): Command => {
    const samples = Array.from({ length: count }, (_, index): Reading => ({ value: base + (index % 7), observedAt: second(2 * (from + index)), recordedAt }));
    return { op: 'patchTwin', id: twinId('a'), values: {}, samples: { [term('p')]: samples } };
  });
const oneLink = fc
  .record({
    from: fc.constantFrom(...ends),
    to: fc.constantFrom(...ends),
    kind: fc.constantFrom('feeds', 'sameAs'),
    recordedAt: when,
    observedAt: fc.option(when),
  })
  .map(({ from, to, kind, recordedAt, observedAt }) => ({ ...link(from, to, kind), recordedAt, ...(observedAt && { observedAt }) }));
const join = (from: (typeof ids)[number], key: string): Join => ({ from, kind: term('locatedIn'), agency, scheme: 's', value: key, state: 'PENDING' });
const oneJoin = fc.tuple(id, fc.constantFrom('7', '8', '9')).map(([from, key]) => join(from, key));

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: putTwin },
  { weight: 5, arbitrary: patchTwin },
  fc.record({ op: fc.constant('deleteTwin' as const), id }),
  { weight: 2, arbitrary: fc.tuple(oneLink, expected).map(([one, version]): Command => ({ op: 'putLink', link: one, ...on(version) })) },
  fc
    .tuple(oneLink, fc.option(when), expected)
    .map(([one, endedAt, version]): Command => ({ op: 'deleteLink', id: one.id, ...(endedAt && { endedAt }), ...on(version) })),
  fc.tuple(id, fc.subarray(['7', '8', '9'])).map(([from, some]): Command => ({ op: 'putJoins', from, joins: some.map((key) => join(from, key)) })),
  oneJoin.map((one): Command => ({ op: 'settleJoin', join: { ...one, state: 'RESOLVED', to: foreignId('9') } })),
);

const peers = ['p', 'q'] as const;

type Batch = { readonly commands: readonly Command[]; readonly options: ApplyOptions };

const batch: fc.Arbitrary<Batch> = fc
  .record({
    commands: fc.array(command, { minLength: 1, maxLength: 4 }),
    at: when,
    atomic: fc.boolean(),
    cursor: fc.option(fc.record({ peer: fc.constantFrom(...peers), seq: fc.integer({ min: 1, max: 4 }) }), { nil: undefined, freq: 4 }),
  })
  .map(({ commands, cursor, ...options }) => ({ commands, options: { ...options, ...(cursor && { cursor }) } }));

/** Folded up to a minute, and forgotten up to another one. */
type Upkeep = { readonly fold: Instant; readonly forget: Instant | undefined };

const upkeep: fc.Arbitrary<Upkeep> = fc.record({ fold: when, forget: fc.option(when, { nil: undefined }) });

/** A recording, a batch of any commands, or what a store does for itself in between. */
const step: fc.Arbitrary<Batch | Upkeep> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ commands: fc.array(recording, { minLength: 1, maxLength: 2 }), options: fc.record({ at: when, atomic: fc.constant(false) }) }),
  },
  { weight: 3, arbitrary: batch },
  { weight: 3, arbitrary: upkeep },
);

const fateOf = (outcome: Outcome): Fate => (outcome.ok ? outcome.version : (outcome.problem.kind as Fate)); // branding: the kinds that the model knows

const byId = <T extends { readonly id: string }>(all: Iterable<T>): readonly T[] => [...all].toSorted((a, b) => compareText(a.id, b.id));
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => compareText(a, b);
const texts = (all: Iterable<unknown>): readonly string[] => [...all].map((one) => JSON.stringify(one)).toSorted(compareText);

const samePresent = async (store: TwinStore, model: Model): Promise<void> => {
  expect(byId((await store.get(ids)).values())).toEqual(byId(model.twins()));
  expect(byId(await store.adjacent(ends, { direction: 'both', limit: 100 }))).toEqual(byId(model.links()));
  expect([...(await store.shapes(ids))].toSorted(byKey)).toEqual([...model.shapes()].toSorted(byKey));
  for (const source of ['s', 't']) expect(await store.sourceState(source, { first: 9 })).toEqual(byId(model.sourceState(source)));
  expect(texts((await store.joins({ first: 100 })).joins)).toEqual(texts(model.joins()));
  expect([await store.identities(), await store.count({})]).toEqual([model.identities(), model.twins().length]);
};

/** Links of a deleted twin go in an order of the store's own. */
const sameFeed = async (store: TwinStore, model: Model, since: number): Promise<void> => {
  const { changes } = await store.changes(since, { limit: 10_000 });
  expect(changes.map(({ seq }) => seq - since)).toEqual(changes.map((_, index) => index + 1));
  expect(texts(changes.map(({ seq, ...change }) => change))).toEqual(texts(model.changes().map(({ seq, ...change }) => change)));
};

/** True since it was recorded, whether or not it says so. */
const unsaid = ({ observedAt, ...link }: Link): Link => ({ ...link, ...(observedAt !== undefined && observedAt !== link.recordedAt && { observedAt }) });

const orders: readonly (Order | undefined)[] = [undefined, { by: 'name', descending: true }, { by: { term: term('p') }, descending: false }];

const filters: readonly TwinFilter[] = [
  {},
  { kinds: [term('A')] },
  { property: [{ term: term('p'), op: 'eq', value: 1 }] },
  { linked: [{ kind: term('feeds'), direction: 'out' }] },
  { not: { linked: [{ direction: 'in', to: { kinds: [term('B')] } }] } },
  { ids: ['urn:x:1', twinId('c')] },
  { box: [0.5, 0.5, 1, 1] },
];

/** A moment, and what is searched for in it. */
type Look = { readonly at: Moment; readonly filter: TwinFilter; readonly order: Order | undefined };

const look: fc.Arbitrary<Look> = fc.record({
  at: fc.record({ valid: when, known: when }),
  filter: fc.constantFrom(...filters),
  order: fc.constantFrom(...orders),
});

/** Searched, ordered, paged, counted and summarised as it was. */
const sameSearch = async (store: TwinStore, model: Model, { at, filter, order }: Look): Promise<void> => {
  const then = model.matching(filter, at);
  const sorted = then.toSorted((a, b) => comparePageKeys(pageKeyOf(a, order), pageKeyOf(b, order), order?.descending ?? false));
  const first = await store.find({ filter, order, at, first: 1 });
  const rest = await store.find({ filter, order, at, first: 9, after: first.next });
  expect(first.next ? [...first.twins, ...rest.twins] : first.twins).toEqual(sorted);
  const back = sorted.slice(-1).map((last) => pageKeyOf(last, order))[0];
  if (back) expect((await store.find({ filter, order, at, first: 9, after: back, backwards: true })).twins).toEqual(sorted.slice(0, -1).toReversed());
  expect(await store.count(filter, { at })).toBe(then.length);
  const groups = await store.summarise(filter, ['kind'], { at });
  expect(Object.fromEntries(groups.flatMap(({ kind, count }) => (count > 0 ? [[kind, count]] : [])))).toEqual(
    Object.fromEntries([...Map.groupBy(then, ({ kind }) => kind)].map(([kind, some]) => [kind, some.length])),
  );
};

const wholeHistory = async (store: TwinStore, of: (typeof ids)[number], after?: SampleKey): Promise<readonly Sample[]> => {
  const { samples, next } = await store.history(of, { first: 500, after });
  return next ? [...samples, ...(await wholeHistory(store, of, next))] : samples;
};

const samePast = async (store: TwinStore, model: Model, looks: readonly Look[]): Promise<void> => {
  for (const one of ids) expect(await wholeHistory(store, one)).toEqual(model.history(one));
  for (const one of looks) {
    const past = await store.stateAt(ids, one.at);
    for (const id of ids) expect(past.get(id)).toEqual(model.stateAt(id, one.at));
    const links = await store.linksAt(ends, { direction: 'both', limit: 100, moment: one.at });
    expect(byId(links.map(unsaid))).toEqual(byId(model.linksAt(one.at).map(unsaid)));
    await sameSearch(store, model, one);
  }
};

/** Leaves nothing of an earlier run, not even history. */
const empty = async (store: TwinStore): Promise<number> => {
  const links = await store.adjacent(ends, { direction: 'both', limit: 1_000 });
  const at = minute(100);
  await store.apply(
    [...links.map(({ id: of }) => ({ op: 'deleteLink', id: of }) as const), ...ids.map((of) => ({ op: 'putJoins', from: of, joins: [] }) as const)],
    { at },
  );
  await store.apply(
    ids.map((of) => ({ op: 'deleteTwin', id: of })),
    { at, atomic: false },
  );
  await store.maintain({ keepChanges: 1_000_000, forgetBefore: minute(200) });
  return await store.head();
};

/** What a peer of an earlier run had heard counts for nothing. */
const inRun = ({ cursor, ...options }: ApplyOptions, run: number): ApplyOptions => ({
  ...options,
  ...(cursor && { cursor: { ...cursor, peer: `${cursor.peer}${run}` } }),
});

export const commandsContract = (store: () => TwinStore): void => {
  test('leave a store as they leave the model: present, past and feed', { timeout: holdsWithinMs }, async () => {
    let run = 0;
    await holds(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 8 }), fc.array(look, { minLength: 2, maxLength: 4 }), async (batches, looks) => {
        run += 1;
        const since = await empty(store());
        const model = createModel();
        for (const { commands, options } of batches) {
          expect((await store().apply(commands, inRun(options, run))).map(fateOf)).toEqual(model.apply(commands, options));
        }
        await samePresent(store(), model);
        for (const peer of peers) expect(await store().cursor(`${peer}${run}`)).toBe(model.cursor(peer));
        await sameFeed(store(), model, since);
        await samePast(store(), model, looks);
        await store().maintain({ keepChanges: 1_000_000, foldBefore: minute(50) });
        await samePast(store(), model, looks);
      }),
    );
  });
  test('also with recordings of times that come again, folded and forgotten in between', { timeout: holdsWithinMs }, async () => {
    const put = fc.record({ commands: fc.array(putTwin, { minLength: 3, maxLength: 4 }), options: fc.record({ at: when, atomic: fc.constant(false) }) });
    let run = 0;
    await holds(
      fc.asyncProperty(put, fc.array(step, { minLength: 3, maxLength: 9 }), fc.array(look, { minLength: 4, maxLength: 8 }), async (first, steps, looks) => {
        run += 1;
        await empty(store());
        const model = createModel();
        for (const one of [first, ...steps]) {
          if ('fold' in one) {
            await store().maintain({ keepChanges: 1_000_000, foldBefore: one.fold, forgetBefore: one.forget });
            if (one.forget) model.forget(one.forget);
          } else {
            const options = inRun(one.options, run);
            expect((await store().apply(one.commands, options)).map(fateOf)).toEqual(model.apply(one.commands, one.options));
          }
        }
        await samePast(store(), model, looks);
        await store().maintain({ keepChanges: 1_000_000, foldBefore: minute(50) });
        await samePast(store(), model, looks);
      }),
    );
  });
};
