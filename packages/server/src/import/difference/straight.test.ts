import { AgencyId, agencyIdOf, TermId, twinIdOf } from '@cityweave/core';
import { expect, test } from 'vitest';
import { keyBytesMax } from '../../store/keepable.ts';
import type { TwinStore } from '../../store/store.ts';
import { authority, collectionOf, createTrial, point, sourceOf, type Trial } from '../trial.ts';

const lamps = sourceOf({
  id: 'lamps',
  format: 'geojson',
  path: 'lamps.geojson',
  kind: { column: 'Type', kinds: { lamp: 'city:StreetLight' }, otherwise: 'city:Tree' },
  key: { columns: ['ID'], onDuplicate: 'ordinal' },
  name: '{Name}',
  objectOfInterest: '{Object}',
  identifiers: [{ scheme: 'asset', columns: ['Asset'] }],
  properties: [{ column: 'Height', term: 'city:height', unit: 'm' }],
  joins: [{ columns: ['Street'], kind: 'city:along', agency: AgencyId.parse('urn:dtf:agency:roads.example'), scheme: 'street' }],
  links: [{ columns: ['Pole'], kind: 'city:partOf', scheme: 'asset' }],
});

const lamp = (ID: string, more: Readonly<Record<string, string | number>> = {}) => ({ geometry: point(4.1, 52.1), properties: { ID, Type: 'lamp', ...more } });

const features = [
  lamp('a', { Name: 'Über "a"\u0000b', Asset: '00791', Street: '5', Height: 4.5, Object: 'urn:x:1' }),
  lamp('a', { Name: 'second', Street: '5', Pole: '791' }),
  lamp('a', { Name: 'third', Asset: 791, Type: 'tree' }),
  lamp('b/ü"x', { Name: 'plain' }),
  {
    geometry: {
      type: 'Polygon' as const,
      coordinates: [
        [
          [4, 52],
          [5, 52],
          [5, 53],
          [4, 52],
        ],
      ],
    },
    properties: { ID: 'area', Type: 'tree' },
  },
  { geometry: null, properties: { ID: 'nowhere', Name: 'nowhere' } },
];

const contentOf = async ({ store }: Trial) => {
  const { twins } = await store.find({ first: 100 });
  const ids = twins.map(({ id }) => id);
  const searched = await Promise.all(['second 2', 'uber', '3', 'nowhere'].map((text) => store.count({ text })));
  const { changes } = await store.changes(0, { limit: 100 });
  return {
    twins,
    searched,
    inBox: await store.count({ box: [4.5, 52.2, 4.6, 52.3] }),
    links: await store.adjacent(ids, { direction: 'both', limit: 100 }),
    joins: (await store.joins({ first: 100 })).joins,
    found: await store.resolve(['00791', '791', 'urn:x:1'], { limit: 9 }),
    kinds: await store.kinds(),
    identities: await store.identities(),
    digests: await store.sourceState('lamps', { first: 100 }),
    changed: changes.map(({ id, op }) => `${op} ${id}`).toSorted(),
  };
};

const withoutStraightWay = ({ takeStaged: _, ...store }: TwinStore): TwinStore => store;

test('what goes from the staging file straight into the store is what commands would have written', async () => {
  await using straight = await createTrial();
  await using byCommand = await createTrial();
  const reports = [
    await straight.run(lamps, straight.write('lamps.geojson', collectionOf(features))),
    await byCommand.run(lamps, byCommand.write('lamps.geojson', collectionOf(features)), { store: withoutStraightWay(byCommand.store) }),
  ];
  expect(reports.map(({ added, duplicates, joinsPending }) => ({ added, duplicates, joinsPending }))).toEqual(
    Array.from({ length: 2 }, () => ({ added: features.length, duplicates: 2, joinsPending: 2 })),
  );
  const observed = ({ twins, ...rest }: Awaited<ReturnType<typeof contentOf>>) => ({
    ...rest,
    twins: twins.map((twin) => ({ ...twin, provenance: { ...twin.provenance, observedAt: '' } })),
  });
  expect(observed(await contentOf(straight))).toEqual(observed(await contentOf(byCommand)));
});

test('rows whose ids are there already come as commands', async () => {
  await using trial = await createTrial();
  const id = twinIdOf(authority, 'lamps', 'b');
  const provenance = { observedAt: trial.clock.now(), recordedAt: trial.clock.now(), source: agencyIdOf(authority) };
  await trial.store.apply(
    [{ op: 'putTwin', twin: { id, agency: agencyIdOf(authority), kind: TermId.parse('city:Tree'), name: { en: 'by hand' }, provenance, values: {} } }],
    {
      at: trial.clock.now(),
    },
  );
  const report = await trial.run(lamps, trial.write('lamps.geojson', collectionOf([lamp('a'), lamp('b', { Name: 'from the file' }), lamp('c')])));
  expect(report).toMatchObject({ state: 'DONE', added: 3 });
  expect((await trial.store.get([id])).get(id)).toMatchObject({ version: 2, kind: 'city:StreetLight', name: { en: 'from the file' } });
  expect(await trial.store.count({})).toBe(3);
});

test('a row whose join no store could keep is refused with its place, whichever way the others go', async () => {
  for (const way of [(store: TwinStore) => store, withoutStraightWay]) {
    await using trial = await createTrial();
    const text = collectionOf([lamp('a', { Street: '5' }), lamp('b', { Street: 'x'.repeat(keyBytesMax) }), lamp('c')]);
    const report = await trial.run(lamps, trial.write('lamps.geojson', text), { store: way(trial.store) });
    expect(report).toMatchObject({ state: 'DONE', added: 2, joinsPending: 1, refused: 1 });
    expect(report.refusals).toMatchObject([{ where: '/features/1', problem: { kind: 'invalid', path: 'joins' } }]);
    expect(await trial.store.count({})).toBe(2);
  }
});
