/**
 * The journey of a federation over real sockets: register, discover, agree, connect, form, read, release; and what nobody may see before or after.
 */
import { type AgreementId, TermId } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, readKept, type TestCity, until } from '../city.ts';
import { agencyOfTest, fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';
import { listenIn } from '../wire.ts';

const memberOf = (city: TestCity, name: string) =>
  present(
    city.federation().members.find(({ twinId }) => twinId === twinOfTest(name)),
    name,
  );

const inReview = (city: TestCity, name: string): Promise<AgreementId> =>
  until(
    () => city.node(name).orchestration.inReview(),
    (waiting) => waiting.length === 1,
    'a request for a person',
  ).then(([agreement]) => present(agreement, 'agreement').id);

const asksPerson = { energy: { policy: { rules: [{ decision: 'ask' }] } } };

describe.each(['http', 'http and websocket'])('a federation from its first word to its last, over %s', (spoken) => {
  const bindings = spoken.split(' and ');
  it('is formed of whoever serves a need, and one question is answered by all', async () => {
    await using city = await createTestCity({ bindings, agencies: fourAgencies() });
    const federation = await city.active();
    const standing = federation.members.map(({ agency, state, formed }) => ({ agency, state, formed })).sort((a, b) => a.agency.localeCompare(b.agency));
    expect(standing).toEqual(['energy', 'fire', 'water'].map((name) => ({ agency: agencyOfTest(name), state: 'ACTIVE', formed: true })));
    const answer = await city.ask();
    const told = answer.sources.map(({ agency, status }) => `${agency} ${status}`).sort();
    expect(told).toEqual(['energy', 'fire', 'front', 'water'].map((name) => `${agencyOfTest(name)} ANSWERED`));
    expect(answer.ids.filter((id) => id.includes(':things/')).length).toBe(9);
  });

  it('leaves one agreement with one hash on both sides, and one connection', async () => {
    await using city = await createTestCity({ bindings, agencies: fourAgencies() });
    await city.active();
    const front = readKept(city.folder, 'front');
    for (const name of ['energy', 'fire', 'water']) {
      const { agreements, connections } = readKept(city.folder, name);
      expect(agreements.map(({ state }) => state)).toEqual(['AGREED']);
      expect(agreements[0]?.hash).toMatch(/^sha-256:[0-9a-f]{64}$/);
      expect(front.agreements.filter(({ id }) => id === agreements[0]?.id).map(({ hash, state }) => ({ hash, state }))).toEqual([
        { hash: agreements[0]?.hash, state: 'AGREED' },
      ]);
      const signed = [twinOfTest('front'), twinOfTest(name)];
      expect(agreements[0]?.signatures?.map(({ by }) => by)).toEqual(signed);
      expect(front.agreements.find(({ id }) => id === agreements[0]?.id)?.signatures).toEqual(agreements[0]?.signatures);
      expect(connections.map(({ state, ends }) => [state, ...ends.map(({ protocol }) => protocol)])).toEqual([['CONNECTED', bindings.at(-1), bindings.at(-1)]]);
    }
  });

  it('goes on without an owner who declines, and says who and why', async () => {
    const agencies = fourAgencies({ energy: { policy: { rules: [{ decision: 'decline' }] } } });
    await using city = await createTestCity({ bindings, agencies, needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation', optional: true }] });
    await city.active();
    expect(memberOf(city, 'energy')).toMatchObject({ state: 'REMOVED', reason: expect.stringContaining('declines') });
    expect((await city.ask()).ids.some((id) => id.includes('station'))).toBe(false);
  });

  it('waits for a person; accepted, the member comes in; before that nothing of its data is seen', async () => {
    await using city = await createTestCity({
      bindings,
      agencies: fourAgencies(asksPerson),
      needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation', optional: true }],
    });
    const id = await inReview(city, 'energy');
    await city.active();
    expect((await city.ask()).ids.some((found) => found.includes('station'))).toBe(false);
    expect(await city.node('energy').orchestration.decide(id, { accept: true })).toMatchObject({ ok: true });
    await until(
      () => memberOf(city, 'energy'),
      ({ state, formed }) => state === 'ACTIVE' && formed,
      'a member',
    );
    expect((await city.ask()).ids.filter((found) => found.includes('station')).length).toBe(3);
  });

  it('waits for a person; declined, the member is out for good, and is not asked again', async () => {
    await using city = await createTestCity({
      bindings,
      agencies: fourAgencies(asksPerson),
      needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation', optional: true }],
    });
    const id = await inReview(city, 'energy');
    await city.node('energy').orchestration.decide(id, { accept: false, reason: 'not this year' });
    const member = await until(
      () => memberOf(city, 'energy'),
      ({ state }) => state === 'REMOVED',
      'out',
    );
    expect(member.reason).toBe('not this year');
    expect(city.node('energy').orchestration.inReview()).toEqual([]);
    expect(city.node('energy').orchestration.agreement(id)?.state).toBe('REJECTED');
    expect(city.front.orchestration.agreement(id)?.state).toBe('REJECTED');
  });

  it('a decision that could not be told is heard when the invitation is said again', async () => {
    await using city = await createTestCity({
      bindings,
      agencies: fourAgencies(asksPerson),
      needs: [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation', optional: true }],
    });
    const id = await inReview(city, 'energy');
    const { orchestration: energy } = city.node('energy');
    const { address } = city.front;
    await city.front.close();
    expect(await energy.decide(id, { accept: true })).toMatchObject({ ok: true, value: { state: 'ACCEPTED' } });
    await using _again = await city.startAgain('front', address);
    const agreed = await until(
      () => energy.agreement(id),
      (agreement) => agreement?.state === 'AGREED',
      'agreed',
    );
    const initiators = () => readKept(city.folder, 'front').agreements.find((agreement) => agreement.id === id);
    const held = await until(initiators, (agreement) => agreement?.state === 'AGREED', 'agreed on both sides');
    expect(held?.hash).toBe(agreed?.hash);
  });

  it('released, it leaves nothing behind on either side, and reads are refused', async () => {
    await using city = await createTestCity({ bindings, agencies: fourAgencies() });
    await city.active();
    const { management } = city.front.orchestration;
    expect(management.release(testFederationId, 'the test is over')).toMatchObject({ ok: true });
    const federation = await until(city.federation, ({ state }) => state === 'RELEASED', 'released');
    expect(federation.registered).toBe(false);
    for (const name of ['front', 'energy', 'fire', 'water']) {
      const { agreements, connections } = readKept(city.folder, name);
      expect([...new Set(agreements.map(({ state }) => state))]).toEqual(['TERMINATED']);
      expect([...new Set(connections.map(({ state }) => state))]).toEqual(['CLOSED']);
    }
    for (const { twinId } of federation.members) expect(city.front.orchestration.links.status(twinId)).toBeUndefined();
    const answer = await city.ask();
    expect(answer.sources.map(({ agency }) => agency)).toEqual([agencyOfTest('front')]);
    const again = `mutation { requestService(approval: GRANTED, need: { id: "${testFederationId}", name: { en: "Again" }, purpose: "city:safety", needs: [{ kind: "city:RiverGauge" }] }) { __typename ... on Problem { code found } } }`;
    expect((await askGraphql(city.front.address, again)).data).toEqual({
      requestService: { __typename: 'Problem', code: 'NOT_ALLOWED_IN_STATE', found: 'RELEASED' },
    });
  });

  it('twins are not counted by a status that the owner keeps back', async () => {
    await using city = await createTestCity({ bindings, agencies: fourAgencies({ energy: { policy: { rules: [{ withhold: ['city:status'] }] } } }) });
    await city.active();
    const statusOf = async (by: 'KIND' | 'STATUS'): Promise<unknown> => {
      const { data } = await askGraphql(
        city.front.address,
        `{ federation(id: "${testFederationId}") { summary(by: [${by}]) { sources { agency { id } status } } } }`,
      );
      const { sources } = (data as { federation: { summary: { sources: { agency: { id: string }; status: string }[] } } }).federation.summary; // branding: as the schema says
      return sources.find(({ agency }) => agency.id === agencyOfTest('energy'))?.status;
    };
    expect([await statusOf('KIND'), await statusOf('STATUS')]).toEqual(['ANSWERED', 'WITHHELD']);
  });

  it('a term that the owner keeps back is in no byte that leaves, asked for, tested, ordered by or read with everything else', async () => {
    using wire = listenIn();
    await using city = await createTestCity({ bindings, agencies: fourAgencies({ energy: { policy: { rules: [{ withhold: ['city:owner'] }] } } }) });
    await city.active();
    const owner = TermId.parse('city:owner');
    const asked = await wire.receivedDuring(async () => {
      expect((await city.ask()).source('energy')).toMatchObject({ status: 'WITHHELD', withheld: { terms: ['city:owner'] } });
      expect((await city.ask({ terms: [owner, 'city:load'] })).source('energy').status).toBe('WITHHELD');
      const tested = await city.ask({ filter: { property: [{ term: owner, op: 'eq', value: 'GRID-SECRET' }] } });
      expect(tested.ids.some((id) => id.includes('station'))).toBe(false);
      await city.ask({ order: { by: { term: owner }, descending: false }, first: 2 });
    });
    expect(asked).toContain('station-1');
    expect(asked).not.toContain('GRID-SECRET');
    const { host } = new URL(city.node('energy').address);
    expect(wire.sockets.includes(`${host}/dtf/messages`)).toBe(bindings.includes('websocket'));
  });
});
