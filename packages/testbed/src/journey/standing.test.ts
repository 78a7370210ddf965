/**
 * How a federation stands: haggled for, suspended and resumed, left with notice, released with grace; and a member that was away learns what it missed.
 */
import { describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, readKept, type TestCity, until } from '../city.ts';
import { agencyOfTest, fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';

const memberOf = (city: TestCity, name: string) =>
  present(
    city.federation().members.find(({ twinId }) => twinId === twinOfTest(name)),
    name,
  );

const agreementOf = (city: TestCity, at: string, of: string) =>
  present(
    readKept(city.folder, at).agreements.find(({ terms }) => terms.parties.provider === twinOfTest(of)),
    'agreement',
  );

const gone = (city: TestCity, name: string, state: string) =>
  until(
    () => memberOf(city, name),
    (member) => member.state === state,
    state,
  );

const optionalStation = [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation', optional: true }];

/** Within it a member is seen to go and is asked once more, on a busy machine, too. */
const grace = 'PT8S';

describe('terms are haggled for', () => {
  const rule = (more: object) => ({ energy: { policy: { rules: [{ maxRatePerMinute: 60, ...more }] } } });

  it('an offer that is enough is accepted, and both hold its hash', async () => {
    await using city = await createTestCity({ agencies: fourAgencies(rule({})) });
    await city.active();
    const [mine, theirs] = [agreementOf(city, 'front', 'energy'), agreementOf(city, 'energy', 'energy')];
    expect(mine.terms.features[0]?.maxRatePerMinute).toBe(60);
    expect([mine.state, theirs.state, mine.hash === theirs.hash]).toEqual(['AGREED', 'AGREED', true]);
  });

  it('an offer that is too little is countered, and the owner gives more to who insists', async () => {
    const needs = [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation', minRatePerMinute: 600 }];
    await using city = await createTestCity({ agencies: fourAgencies(rule({ mostRatePerMinute: 1_000 })), needs });
    await city.active();
    const [mine, theirs] = [agreementOf(city, 'front', 'energy'), agreementOf(city, 'energy', 'energy')];
    expect([mine.terms.features[0]?.maxRatePerMinute, mine.round, mine.state]).toEqual([600, 3, 'AGREED']);
    expect(theirs.hash).toBe(mine.hash);
  });

  it('an owner who will not give enough is left out, and both sides know that', async () => {
    const needs = [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation', optional: true, minRatePerMinute: 600 }];
    await using city = await createTestCity({ agencies: fourAgencies(rule({})), needs });
    await city.active();
    expect(memberOf(city, 'energy')).toMatchObject({ state: 'REMOVED', reason: expect.stringContaining('termsNotAcceptable') });
    await until(
      () => agreementOf(city, 'energy', 'energy').state,
      (state) => state === 'REJECTED',
      'rejected on both sides',
    );
    expect(agreementOf(city, 'front', 'energy').state).toBe('REJECTED');
    expect((await city.ask()).ids.some((id) => id.includes('station'))).toBe(false);
  });

  it('a person who says yes offers what the policy narrows, and the initiator takes it', async () => {
    await using city = await createTestCity({ agencies: fourAgencies(rule({ decision: 'ask' })), needs: optionalStation });
    const waiting = await until(
      () => city.node('energy').orchestration.inReview(),
      (requests) => requests.length === 1,
      'a request for a person',
    );
    const id = present(waiting[0], 'request').id;
    // the initiator may have confirmed it by then
    expect(await city.node('energy').orchestration.decide(id, { accept: true })).toMatchObject({
      ok: true,
      value: { state: expect.stringMatching(/ACCEPTED|AGREED/) },
    });
    await gone(city, 'energy', 'ACTIVE');
    expect(agreementOf(city, 'front', 'energy').terms.features[0]?.maxRatePerMinute).toBe(60);
  });
});

const mutate = async (address: string, field: string, args: string): Promise<unknown> => {
  const answer = await askGraphql(
    address,
    `mutation { ${field}(federation: "${testFederationId}"${args}) { __typename ... on FederationRequested { federation { state } } ... on Problem { code } } }`,
  );
  return answer.data?.[field];
};

describe('a suspended federation', () => {
  it('moves no data until it is resumed; agreements stay in force', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    expect(await mutate(city.front.address, 'resumeFederation', '')).toEqual({ __typename: 'Problem', code: 'NOT_ALLOWED_IN_STATE' });
    expect(await mutate(city.front.address, 'suspendFederation', ', reason: "the network is serviced"')).toMatchObject({ federation: { state: 'SUSPENDED' } });
    await until(
      () => memberOf(city, 'water').suspended,
      (told) => told === true,
      'told',
    );
    const paused = await city.ask();
    expect(paused.source('water')).toMatchObject({ status: 'FAILED', problem: { kind: 'notAllowedInState' } });
    expect(await mutate(city.front.address, 'resumeFederation', '')).toMatchObject({ federation: { state: 'ACTIVE' } });
    await until(
      () => memberOf(city, 'water').suspended,
      (told) => told === false,
      'told that it goes on',
    );
    expect((await city.ask()).source('water').status).toBe('ANSWERED');
    expect(agreementOf(city, 'water', 'water').state).toBe('AGREED');
  });

  it('goes on by itself at the time that was named', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const until_ = new Date(Date.now() + 1_000).toISOString();
    await mutate(city.front.address, 'suspendFederation', `, until: "${until_}"`);
    await until(
      () => city.federation().state,
      (state) => state === 'ACTIVE',
      'resumed',
    );
    expect(new Date().toISOString() >= until_).toBe(true);
    await until(
      async () => (await city.ask()).source('water').status,
      (status) => status === 'ANSWERED',
      'answered again',
    );
  });
});

describe('a member', () => {
  it('that leaves with notice answers until then, and nothing is left behind on either side', async () => {
    await using city = await createTestCity({
      agencies: fourAgencies(),
      needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:FireStation' }, { kind: 'city:Substation', optional: true }],
    });
    await city.active();
    expect(await mutate(city.node('energy').address, 'leaveFederation', `, reason: "maintenance", grace: "${grace}"`)).toMatchObject({
      __typename: 'FederationRequested',
    });
    await gone(city, 'energy', 'LEAVING');
    expect((await city.ask()).source('energy').status).toBe('ANSWERED');
    expect((await gone(city, 'energy', 'LEFT')).reason).toBe('maintenance');
    await until(
      () => agreementOf(city, 'energy', 'energy').state,
      (state) => state === 'TERMINATED',
      'ended there',
    );
    expect(agreementOf(city, 'front', 'energy').state).toBe('TERMINATED');
    expect((await city.ask()).sources.map(({ agency }) => agency)).not.toContain(agencyOfTest('energy'));
    expect(await mutate(city.node('energy').address, 'leaveFederation', '')).toEqual({ __typename: 'Problem', code: 'NOT_MEMBER' });
  });

  it('that is invited is told until it answers; one that was away while the federation ended learns it when it starts', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const { address } = city.node('water');
    await city.node('water').close();
    expect(await mutate(city.front.address, 'releaseFederation', '')).toMatchObject({ federation: { state: 'RELEASING' } });
    await until(city.federation, ({ state }) => state === 'RELEASED', 'released');
    expect(agreementOf(city, 'water', 'water').state).toBe('AGREED');
    await using _again = await city.startAgain('water', address);
    await until(
      () => readKept(city.folder, 'water'),
      ({ agreements, connections }) => agreements[0]?.state === 'TERMINATED' && connections[0]?.state === 'CLOSED',
      'learnt',
    );
  });
});

it('released with grace, members answer until then and keep the promise to delete', async () => {
  await using city = await createTestCity({ agencies: fourAgencies() });
  await city.active();
  await mutate(city.front.address, 'releaseFederation', `, grace: "${grace}", deleteDataBy: "2030-01-01T00:00:00Z"`);
  await gone(city, 'water', 'LEAVING');
  expect((await city.ask()).source('water').status).toBe('ANSWERED');
  await until(city.federation, ({ state }) => state === 'RELEASED', 'released');
  await until(
    () => agreementOf(city, 'water', 'water').state,
    (state) => state === 'TERMINATED',
    'ended there',
  );
  expect(agreementOf(city, 'water', 'water').deleteDataBy).toBe('2030-01-01T00:00:00.000Z');
});
