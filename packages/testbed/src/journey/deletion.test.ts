/**
 * After a release nothing of a member is kept by who asked it: joins, the scene on the disk; the member is told, both logs say so, and both trust one another more.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { askGraphql, createTestCity, present, readKept, type TestCity, until } from '../city.ts';
import { agencyOfTest, authorityOfTest, fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';

const joining = {
  front: {
    source: { properties: [], joins: [{ columns: ['gauge'], kind: 'city:locatedOn', agency: agencyOfTest('water'), scheme: 'ref' }] },
    twins: [{ key: 'house', at: [0.1, 0.1] as const, values: { gauge: 'gauge-1' } }],
  },
};

const resolved = async (city: TestCity): Promise<number> => (await city.front.store.countJoins()).RESOLVED;
const layers = (city: TestCity): readonly string[] => {
  const folder = join(city.folder, 'state', authorityOfTest('front'), 'tiles');
  return existsSync(folder) ? readdirSync(folder) : [];
};
const scene = (city: TestCity) =>
  fetch(new URL(`/tiles/scene?federation=${encodeURIComponent(testFederationId)}`, city.front.address)).then(({ status }) => status);

const loggedAt = async (city: TestCity): Promise<readonly string[]> => {
  const query = `{ federation(id: "${testFederationId}") { log(first: 100) { nodes { verb object to agreement code } } } }`;
  const told = await askGraphql(city.front.address, query);
  const nodes = (told.data as { federation: { log: { nodes: { verb: string; object: string; to: string; code: string }[] } } }).federation.log.nodes; // branding: as asked
  return nodes.filter(({ verb }) => verb === 'delete').map(({ object, to, code }) => `${object} ${to} ${code}`);
};

it('what was given under an agreement is deleted when it is released, its owner is told, and the log says so', async () => {
  await using city = await createTestCity({ agencies: fourAgencies(joining), needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation' }] });
  const federation = await city.active();
  await until(
    () => resolved(city),
    (count) => count === 1,
    'joined',
  );
  await until(
    () => scene(city),
    (status) => status === 200,
    'drawn',
  );
  await until(
    () => layers(city),
    (names) => names.some((name) => name.startsWith('scene-')),
    'kept',
  );
  const before = layers(city);
  city.front.orchestration.management.release(testFederationId, 'over');
  await until(city.federation, ({ state }) => state === 'RELEASED', 'released');
  const agreement = (name: string) => present(readKept(city.folder, name).agreements[0], 'agreement');
  for (const name of ['water', 'energy'])
    await until(
      () => agreement(name),
      ({ deletedAt }) => deletedAt !== undefined,
      'told',
    );
  expect(await resolved(city)).toBe(0);
  expect(layers(city).filter((name) => before.includes(name))).toEqual([]);
  expect((await loggedAt(city)).toSorted()).toEqual(['energy', 'water'].map((name) => `exchangeData ${twinOfTest(name)} DTF-000`));
  await until(
    () => readKept(city.folder, 'front').agreements,
    (mine) => mine.every(({ deletionTold }) => deletionTold),
    'known to be told',
  );
  expect(federation.members).toHaveLength(2);
});

it('a promise to delete later is kept then, not before, and who was always true is ranked by that', async () => {
  // until then it is seen that nothing is deleted, on a busy machine, too
  const policy = { rules: [{ deleteAfter: 'PT8S' }] };
  await using city = await createTestCity({ agencies: fourAgencies({ ...joining, water: { policy } }), needs: [{ kind: 'city:RiverGauge' }] });
  await city.active();
  await until(
    () => resolved(city),
    (count) => count === 1,
    'joined',
  );
  const { discover } = city.front.orchestration;
  const trust = async (kind: string) => {
    const found = await discover({ needs: [{ kind: kind as never, optional: false }] }); // branding: a term
    return found.ok ? found.value.map(({ scoreParts }) => scoreParts.trust) : found.problem.kind;
  };
  expect(await trust('city:RiverGauge')).toEqual([1]);
  expect(await trust('city:FireStation')).toEqual([0.5]);
  city.front.orchestration.management.release(testFederationId, 'over');
  await until(city.federation, ({ state }) => state === 'RELEASED', 'released');
  const mine = () => present(readKept(city.folder, 'front').agreements[0], 'agreement');
  const due = present(mine().deleteDataBy, 'time');
  expect(mine().deletedAt).toBeUndefined();
  expect(await resolved(city)).toBe(1);
  const kept = await until(mine, ({ deletionTold }) => deletionTold === true, 'kept');
  expect(present(kept.deletedAt, 'time') >= due).toBe(true);
  expect(await resolved(city)).toBe(0);
});
