/**
 * Keys over real sockets: a member or an adaptor changes its key, or has one stolen, while a federation is at work; and what is told to whom shows its pass.
 */
import { type SourceEvent, startBroker, systemDeps } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity, until } from '../city.ts';
import { fourAgencies } from '../city-files.ts';
import { bridgedAgencies, bridgedNeeds, gaugeFeatures, transformers } from '../far/bridged-city.ts';
import { startFarServer } from '../far/interface.ts';

describe('a change of keys', () => {
  let city: TestCity;
  beforeAll(async () => {
    city = await createTestCity({ agencies: fourAgencies().slice(0, 3) });
    await city.active();
  });
  afterAll(() => city[Symbol.asyncDispose]());

  const change = (name: string, mutation: string) =>
    askGraphql(city.node(name).address, `mutation { ${mutation} { __typename ... on NodeKeys { keys { id current notAfter } } ... on Problem { code } } }`);
  const keysOf = async (name: string) => {
    const told = await askGraphql(city.node(name).address, '{ nodeKeys { keys { id current notAfter } } }');
    return (told.data as { nodeKeys: { keys: { id: string; current: boolean; notAfter: string | null }[] } }).nodeKeys.keys; // branding: as asked
  };
  const answered = () =>
    until(
      () => city.ask({ deadlineMs: 5_000 }),
      (found) => ['front', 'water', 'energy'].every((name) => found.source(name).status === 'ANSWERED'),
      'answered by all',
    );

  it('of a member goes unnoticed by whoever asks it, the old key stays for its grace', async () => {
    expect(await change('water', 'rotateKey(grace: "PT1H")')).toMatchObject({ data: { rotateKey: { __typename: 'NodeKeys' } } });
    const keys = await keysOf('water');
    expect(keys.map(({ current, notAfter }) => [current, notAfter !== null])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect((await answered()).ids.some((id) => id.includes('gauge-1'))).toBe(true);
  });

  it('of the initiator, who keeps the registry, is followed by its members', async () => {
    await change('front', 'rotateKey(grace: "PT0S")');
    expect(await keysOf('front')).toHaveLength(1);
    await answered();
    await change('energy', 'rotateKey');
    await answered();
  });

  it('that revokes a key leaves it out at once; one that is not there cannot be revoked', async () => {
    const [current] = await keysOf('water');
    await change('water', `revokeKey(key: "${current?.id}")`);
    expect((await keysOf('water')).map(({ id }) => id)).not.toContain(current?.id);
    await answered();
    expect(await change('water', 'revokeKey(key: "none")')).toMatchObject({ data: { revokeKey: { __typename: 'Problem' } } });
    expect(await change('water', 'rotateKey(grace: "P2D")')).toMatchObject({ data: { rotateKey: { __typename: 'Problem' } } });
  });

  it('that revokes a key ends what was opened with it: a stream is opened again, with the new one, and misses nothing', async () => {
    const following = new AbortController();
    const heard: SourceEvent[] = [];
    const ofWater = () => heard.filter(({ agency }) => agency.includes('water'));
    city.front.orchestration.follow(
      () => city.federation(),
      async (event) => void heard.push(event),
      following.signal,
    );
    await until(ofWater, (events) => events.some(({ type }) => type === 'alive'), 'alive');
    const [current] = await keysOf('front');
    await change('front', `revokeKey(key: "${current?.id}")`);
    await until(ofWater, (events) => events.some(({ type }) => type === 'silent'), 'ended');
    const before = ofWater().length;
    await until(ofWater, (events) => events.slice(before).some(({ type }) => type === 'alive'), 'alive again');
    following.abort();
  });

  it('a stream is not opened by whoever only knows its name', async () => {
    const address = new URL('/dtf/events?subscription=urn:dtf:subscription:water.test.example:1', city.node('water').address);
    expect((await fetch(address)).status).toBe(404);
  });
});

describe('a change of the key of an adaptor', () => {
  it('goes unnoticed at both ends of its bridges, also where the old key counts no longer: questions are answered, and changes told', async () => {
    await using river = await startFarServer(gaugeFeatures);
    await using grid = await startBroker({ entities: transformers, deps: systemDeps() });
    await using city = await createTestCity({ agencies: bridgedAgencies({ river, grid }), needs: bridgedNeeds });
    await city.active();
    const statuses = async () => {
      const found = await city.ask();
      return ['river', 'grid'].map((name) => found.source(name).status).join(' ');
    };
    const change = async (mutation: string) => {
      await askGraphql(city.node('between').address, `mutation { ${mutation} { __typename } }`);
      await until(statuses, (now) => now === 'WITHHELD ANSWERED', 'answered by both');
    };
    await change('rotateKey(grace: "PT1H")');
    const following = new AbortController();
    const heard: SourceEvent[] = [];
    const ofRiver = () => heard.filter(({ agency }) => agency.includes('river'));
    city.front.orchestration.follow(
      () => city.federation(),
      async (event) => void heard.push(event),
      following.signal,
    );
    await until(ofRiver, (events) => events.some(({ type }) => type === 'alive'), 'alive');
    await change('rotateKey(grace: "PT0S")');
    river.state.records = gaugeFeatures.slice(1);
    await until(ofRiver, (events) => events.some(({ type }) => type === 'changed'), 'told of the gauge that is gone');
    expect(ofRiver().map(({ type }) => type)).not.toContain('silent');
    following.abort();
  });
});
