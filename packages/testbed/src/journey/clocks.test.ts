/**
 * Clocks: a federation may hold its members to clocks that differ by less than everybody does; then nothing of who differs by more is read or computed.
 */
import { addMs } from '@cityweave/core';
import { type Deps, systemDeps } from '@cityweave/server';
import { expect, it } from 'vitest';
import { askGraphql, createTestCity, until } from '../city.ts';
import { authorityOfTest, fourAgencies, twinOfTest } from '../city-files.ts';

const ahead = (ms: number): Deps => {
  const system = systemDeps();
  return { ...system, clock: { ...system.clock, now: () => addMs(system.clock.now(), ms) } };
};

const exposure = `urn:dtf:feature:${authorityOfTest('water')}:${encodeURIComponent('city:Exposure')}`;
const invoke = `mutation { invokeFeature(feature: "${exposure}", inputs: { areas: [{ geometry: { type: "Point", coordinates: [0.2, 0.1] } }] }) {
  __typename ... on FunctionRun { state } ... on Problem { code } } }`;

it('a member whose clock differs by more than the federation allows is neither read nor asked to compute', async () => {
  const agencies = fourAgencies({ water: { node: { functions: ['exposure'] } } }).slice(0, 2);
  const sync = { epoch: '2026-01-01T00:00:00.000Z', slot: 'PT1M', clockToleranceMs: 500 };
  await using city = await createTestCity({ agencies, needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Exposure' }], federation: { sync } });
  await city.active();
  const invoked = async () => (await askGraphql(city.front.address, invoke)).data?.['invokeFeature'];
  expect(await invoked()).toMatchObject({ __typename: 'FunctionRun', state: 'SUCCEEDED' });
  const { address } = city.node('water');
  await city.node('water').close();
  await using _ = await city.startAgain('water', address, { deps: ahead(2_000) });
  const { links } = city.front.orchestration;
  await until(
    () => links.status(twinOfTest('water'))?.clockOffsetMs ?? 0,
    (offsetMs) => offsetMs > 1_000,
    'seen to be ahead',
  );
  expect((await city.ask()).source('water')).toMatchObject({ status: 'FAILED', problem: { kind: 'clocksDiffer', limit: 500 } });
  await until(
    () => city.federation().members[0]?.state,
    (state) => state === 'ACTIVE',
    'ACTIVE again',
  );
  expect(await invoked()).toMatchObject({ code: 'CLOCKS_DIFFER' });
});
