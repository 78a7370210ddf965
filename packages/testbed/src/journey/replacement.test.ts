/**
 * A member lost for good: the runner-up takes its place and the federation is ACTIVE again without anybody's hand. Its conversation is kept as a file to be read.
 */
import { expect, it } from 'vitest';
import { createTestCity, present, readKept, until } from '../city.ts';
import { type TestAgency, twinOfTest } from '../city-files.ts';
import { listen } from '../transcript.ts';

const gauges = (name: string, count: number): TestAgency => ({
  name,
  kind: 'city:RiverGauge',
  twins: Array.from({ length: count }, (_, at) => ({ key: `${name}-${at}`, at: [0.2, 0.1 * at] as const, values: { waterLevel: at } })),
});

const agencies: readonly TestAgency[] = [
  { name: 'front', kind: 'city:Building', twins: [{ key: 'house', at: [0.1, 0.1], values: { height: 12 } }] },
  gauges('county', 2),
  gauges('water', 3),
];

const flow = [
  ...['subscribe.feature', 'discover.digitalTwin', 'discover.feature', 'request.federation', 'confirm.federation'],
  ...['request.communication', 'form.federatedDigitalTwin', 'register.federatedDigitalTwin'],
];

it('a member that goes away for good is replaced by the runner-up, and the federation is active again', { timeout: 90_000 }, async () => {
  using transcript = listen();
  transcript.note('front needs river gauges of one agency; county and water keep some');
  // the transcript hears what goes over HTTP
  await using city = await createTestCity({ agencies, needs: [{ kind: 'city:RiverGauge', one: true }], bindings: ['http'] });
  const member = (name: string) => city.federation().members.find(({ twinId }) => twinId === twinOfTest(name));
  await city.active();
  expect(member('water')).toBeUndefined();
  expect(city.federation().candidates?.map(({ twinId, state }) => [twinId, state])).toEqual([
    [twinOfTest('county'), 'CONNECTED'],
    [twinOfTest('water'), 'SHORTLISTED'],
  ]);
  transcript.note('county goes away for good');
  await city.node('county').close();
  await until(
    () => city.federation().state,
    (state) => state === 'DEGRADED',
    'degraded',
  );
  await until(
    () => member('water')?.state,
    (state) => state === 'ACTIVE',
    'replaced',
  );
  const federation = await city.active();
  transcript.note("water is in county's place; the federation is ACTIVE again");
  expect(member('county')).toMatchObject({ state: 'REMOVED', reason: expect.stringContaining(twinOfTest('water')) });
  expect(present(member('water'), 'water').replaces).toBe(twinOfTest('county'));
  expect(federation.state).toBe('ACTIVE');
  expect((await city.ask()).ids.filter((id) => id.includes(':things/water-')).length).toBe(3);
  const front = readKept(city.folder, 'front');
  const ended = front.agreements.filter(({ terms }) => terms.parties.provider === twinOfTest('county')).map(({ state }) => state);
  expect(ended).toEqual(['TERMINATED']);
  await expect(`${transcript.lines(flow).join('\n')}\n`).toMatchFileSnapshot('../../../../fixtures/transcripts/replacement.txt');
});

it('one that is away is not chosen in place of who is lost: the next best is asked', { timeout: 90_000 }, async () => {
  await using city = await createTestCity({ agencies: [...agencies, gauges('weir', 1)], needs: [{ kind: 'city:RiverGauge', one: true }] });
  const members = () => city.federation().members.map(({ twinId, state }) => [twinId, state]);
  await city.active();
  expect(members()).toEqual([[twinOfTest('county'), 'ACTIVE']]);
  await Promise.all([city.node('water').close(), city.node('county').close()]);
  await until(members, (standing) => standing.some(([twinId, state]) => twinId === twinOfTest('weir') && state === 'ACTIVE'), 'the next best is there');
  expect(members().map(([twinId]) => twinId)).not.toContain(twinOfTest('water'));
});
