/**
 * What was promised is kept or told: values older than agreed, less exact than agreed, road links that are not there, a house that is closed.
 */
import { expect, it } from 'vitest';
import { createTestCity, until } from '../city.ts';
import { fourAgencies, twinOfTest } from '../city-files.ts';

const old = '2020-01-01T00:00:00Z';
const needs = [
  { kind: 'city:RiverGauge', maxAge: 'PT1H' },
  { kind: 'city:Substation', minAccuracy: 0.9 },
];

it('values that are older than agreed are not given as if they were new, and who is not exact enough is not taken in', async () => {
  const agencies = fourAgencies({
    water: { source: { observedAt: old } },
    energy: { node: { offers: [{ kind: 'city:Substation', quality: { accuracy: 0.95 } }] } },
  });
  await using city = await createTestCity({ agencies, needs });
  await city.active();
  const answer = await city.ask();
  expect(answer.source('water')).toMatchObject({ status: 'FAILED', problem: { kind: 'tooOld' } });
  expect(answer.source('energy').status).toBe('ANSWERED');
  await using vague = await createTestCity({
    agencies: fourAgencies({ energy: { node: { offers: [{ kind: 'city:Substation', quality: { accuracy: 0.5 } }] } } }),
    needs,
  });
  await until(
    () => vague.federation(),
    ({ state, reason }) => state === 'DISCOVERING' && (reason ?? '').includes('city:Substation'),
    'without an exact one',
  );
  expect(vague.federation().members.map(({ twinId }) => twinId)).not.toContain(twinOfTest('energy'));
});

it('an agency that is closed for maintenance is named as that, and the others answer', async () => {
  await using city = await createTestCity({ agencies: fourAgencies(), needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation' }] });
  await city.active();
  const { address } = city.node('water');
  await city.node('water').close();
  await using _closed = await city.startAgain('water', address, { changes: { maintenance: [{ from: old }] } });
  const answer = await until(
    () => city.ask(),
    (given) => given.source('water').problem?.kind === 'inMaintenance',
    'closed',
  );
  expect(answer.source('energy').status).toBe('ANSWERED');
});

it('a way over roads that nobody has loaded is not found to be none: it is not available', async () => {
  const agencies = fourAgencies({ water: { node: { functions: ['shortestRoute'] } } });
  await using city = await createTestCity({ agencies, needs: [{ kind: 'city:ShortestRoute' }] });
  const federation = await city.active();
  const [member] = federation.members;
  const ways = { from: [{ position: [0.1, 0.1] }], to: [{ position: [0.3, 0.1] }] };
  const feature = member?.features[0]?.featureId;
  if (!feature) return expect.unreachable();
  const told = await city.front.orchestration.functions.invoke({ feature, inputs: ways, mode: 'sync', deadlineMs: 5_000 });
  expect(told.ok ? (told.value.run.problem ?? told.value.run) : told.problem).toMatchObject({ kind: 'notAvailable', subject: 'road links' });
});
