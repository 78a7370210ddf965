/**
 * The journey of a live value over real sockets: from a change at its agency to a frame at whoever looks at it; and of an agency that falls silent.
 */
import { createStateReader, type Scene, type StateFrame, type TermId, type TwinId } from '@cityweave/core';
import { stateLimits, systemDeps } from '@cityweave/server';
import { describe, expect, it } from 'vitest';
import { createTestCity, present, type TestCity, until, valueOf } from '../city.ts';
import { fourAgencies, testFederationId } from '../city-files.ts';

const addressOf = (city: TestCity): string => city.node('front').address;

const sceneOf = async (city: TestCity): Promise<Scene> => {
  const address = `${addressOf(city)}/tiles/scene?federation=${encodeURIComponent(testFederationId)}`;
  const response = await until(
    () => fetch(address),
    ({ status }) => status === 200,
    'a scene',
  );
  return (await response.json()) as Scene; // branding: the node's own document
};

type Watched = { readonly frames: StateFrame[]; readonly status: number; readonly [Symbol.dispose]: () => void };

const watchStates = async (city: TestCity, asked: object): Promise<Watched> => {
  const stop = new AbortController();
  const body = JSON.stringify({ federation: testFederationId, term: 'city:load', ranges: [[0, 100_000]], ...asked });
  const response = await fetch(`${addressOf(city)}/tiles/states`, { method: 'POST', body, signal: stop.signal });
  const frames: StateFrame[] = [];
  const read = createStateReader((bytes) => new TextDecoder().decode(bytes));
  const take = async (): Promise<void> => {
    for await (const piece of response.body ?? []) frames.push(...valueOf(read(piece)));
  };
  if (response.status === 200) void take().catch(() => undefined);
  return { frames, status: response.status, [Symbol.dispose]: () => stop.abort() };
};

const valuesIn = (frames: readonly StateFrame[]): ReadonlyMap<number, number> =>
  new Map(
    frames.flatMap((frame) => ('changed' in frame ? [...frame.changed.rows].map((row, at) => [row, frame.changed.values[at] ?? Number.NaN] as const) : [])),
  );

const silentIn = (frames: readonly StateFrame[]): readonly number[] =>
  frames.flatMap((frame) => ('head' in frame ? [frame.head.silent.map(({ agency }) => agency)] : [])).at(-1) ?? [];

const idOf = async (city: TestCity, row: number): Promise<TwinId> => {
  const address = `${addressOf(city)}/tiles/lookup?federation=${encodeURIComponent(testFederationId)}`;
  const found = (await (await fetch(address, { method: 'POST', body: JSON.stringify({ rows: [row] }) })).json()) as { readonly ids: readonly TwinId[] }; // branding: the node's own answer
  return present(found.ids[0], 'a twin');
};

const setLoad = async (city: TestCity, id: TwinId, load: number): Promise<void> => {
  const at = systemDeps().clock.now();
  const term = 'city:load' as TermId; // branding: a term of the dictionary
  const [outcome] = await city.node('energy').store.apply([{ op: 'patchTwin', id, values: { [term]: { value: load, unit: 'kW', observedAt: at } } }], { at });
  expect(outcome?.ok).toBe(true);
};

describe('a live value', () => {
  it('is told as it is, then as it changes, and to who comes back with a version only what followed', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    await sceneOf(city);
    using watched = await watchStates(city, {});
    const { frames } = watched;
    const known = await until(
      () => valuesIn(frames),
      ({ size }) => size > 0,
      'values',
    );
    const [row = 0] = known.keys();
    await setLoad(city, await idOf(city, row), 4_321);
    await until(
      () => valuesIn(frames).get(row),
      (value) => value === 4_321,
      'the changed value',
    );
    const [head] = frames.flatMap((frame) => ('head' in frame ? [frame.head] : []));
    const version = present(frames.at(-1), 'a frame').version;
    using again = await watchStates(city, { since: { epoch: head?.epoch, version } });
    await setLoad(city, await idOf(city, row), 1_234);
    await until(
      () => valuesIn(again.frames).get(row),
      (value) => value === 1_234,
      'the change that followed',
    );
    expect([...valuesIn(again.frames).keys()]).toEqual([row]);
  });

  it('of an agency that falls silent is told to be the last known one, and is live again when it comes back', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const scene = await sceneOf(city);
    const energy = scene.agencies.findIndex(({ id }) => id.includes('energy'));
    using watched = await watchStates(city, {});
    await until(
      () => valuesIn(watched.frames).size,
      (size) => size > 0,
      'values',
    );
    const { address, close } = city.node('energy');
    await close();
    await until(
      () => silentIn(watched.frames),
      (silent) => silent.includes(energy),
      'silence',
    );
    await using _energy = await city.startAgain('energy', address);
    await until(
      () => silentIn(watched.frames),
      (silent) => !silent.includes(energy),
      'its voice',
    );
  });

  it('may be looked at by readersMax readers, and not by one more; what is no question of states is refused', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    await sceneOf(city);
    const readers: Watched[] = [];
    for (let at = 0; at < stateLimits.readersMax; at += 1) readers.push(await watchStates(city, {}));
    expect(readers.every(({ status }) => status === 200)).toBe(true);
    expect((await watchStates(city, {})).status).not.toBe(200);
    for (const reader of readers) reader[Symbol.dispose]();
    expect((await watchStates(city, { ranges: [[-1, 5]] })).status).toBe(400);
    expect((await watchStates(city, { term: 'nonsense' })).status).toBe(400);
  });
});
