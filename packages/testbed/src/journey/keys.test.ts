/**
 * Keys over real sockets: a member changes its key, or has one stolen, while a federation is at work; and what is told to whom shows its pass.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity, until } from '../city.ts';
import { fourAgencies } from '../city-files.ts';

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

  it('a stream is not opened by whoever only knows its name', async () => {
    const address = new URL('/dtf/events?subscription=urn:dtf:subscription:water.test.example:1', city.node('water').address);
    expect((await fetch(address)).status).toBe(404);
  });
});
