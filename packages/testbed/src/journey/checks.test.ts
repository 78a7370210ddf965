/**
 * What members give is looked at before it is used: of which kind, in which unit, where and when; the answer says how much did not pass.
 */
import { addMs, TermId, TwinId } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { expect, it } from 'vitest';
import { askGraphql, createTestCity } from '../city.ts';
import { agencyOfTest, authorityOfTest, fourAgencies, testFederationId } from '../city-files.ts';

it('an answer says of each member how many of its values are of another kind, in no unit of theirs, or from the future', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  const id = TwinId.parse(`urn:dtf:twin:${authorityOfTest('water')}:things/gauge-1`);
  const later = addMs(systemDeps().clock.now(), 3_600_000);
  const wrong = { [TermId.parse('city:waterLevel')]: { value: 'high', unit: 'kW', observedAt: later } };
  await city.node('water').store.apply([{ op: 'patchTwin', id, values: wrong }], { at: systemDeps().clock.now() });
  const query = `{ federation(id: "${testFederationId}") { twins(first: 50) { nodes { properties { winner { value } } } sources { agency { id } checks { values schema unit space time } } } } }`;
  const told = await askGraphql(city.front.address, query);
  expect(told.errors).toBeUndefined();
  type Source = { readonly agency: { readonly id: string }; readonly checks: { readonly values: number } | null };
  const { sources } = (told.data as { federation: { twins: { sources: readonly Source[] } } }).federation.twins; // branding: as asked
  const of = (name: string) => sources.find(({ agency }) => agency.id === agencyOfTest(name))?.checks;
  expect(of('water')).toMatchObject({ schema: 1, unit: 1, space: 0, time: 1 });
  expect(of('energy')).toMatchObject({ schema: 0, unit: 0, space: 0, time: 0 });
  expect(of('energy')?.values).toBeGreaterThan(0);
});
