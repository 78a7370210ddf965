/**
 * Values of three agencies that measure every second, every ten seconds and every minute, in units of their own, read over the exchange in one grid and one unit.
 */
import { addMs, type Instant, instantOfMs, TermId, TwinId } from '@cityweave/core';
import { expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity } from '../city.ts';
import { authorityOfTest, testFederationId } from '../city-files.ts';

const load = TermId.parse('city:load');
const epoch = instantOfMs(Date.UTC(2026, 4, 4, 12));
const after = (seconds: number): Instant => addMs(epoch, seconds * 1000);
const twinOf = (name: string): TwinId => TwinId.parse(`urn:dtf:twin:${authorityOfTest(name)}:things/one`);

const say = (city: TestCity, name: string, { unit, readings }: { readonly unit: string; readonly readings: readonly (readonly [number, number])[] }) => {
  const samples = { [load]: readings.map(([seconds, value]) => ({ value, unit, observedAt: after(seconds), recordedAt: after(seconds) })) };
  return city.node(name).store.apply([{ op: 'patchTwin', id: twinOf(name), values: {}, samples }], { at: after(60) });
};

/** Three members that measure at their own pace, and who asks them. */
const openCity = async (federation: Record<string, unknown> = {}): Promise<TestCity> => {
  const agency = (name: string, kind: string) => ({ name, kind, twins: [{ key: 'one', at: [0.5, 0.5] as const }] });
  const agencies = [
    agency('front', 'city:Building'),
    agency('water', 'city:PumpingStation'),
    agency('energy', 'city:Substation'),
    agency('fire', 'city:FireStation'),
  ];
  const city = await createTestCity({ agencies, federation });
  await city.active();
  await say(city, 'water', { unit: 'W', readings: Array.from({ length: 20 }, (_, at) => [at, 1_000 * at] as const) });
  await say(city, 'energy', {
    unit: 'kW',
    readings: [
      [0, 5],
      [10, 15],
    ],
  });
  await say(city, 'fire', { unit: 'kW', readings: [[-45, 7]] });
  return city;
};

type Series = { readonly slots: unknown[]; readonly problem: string | null };

const ask = async (city: TestCity, ids: readonly string[], grid: string): Promise<readonly Series[]> => {
  const named = ids.map((id) => `"${id}"`).join(', ');
  const query = `{ federation(id: "${testFederationId}") { series(ids: [${named}], term: "city:load", from: "${epoch}", to: "${after(19)}"${grid}) { id problem slots { slot value flag age } } } }`;
  const told = await askGraphql(city.front.address, query);
  expect(told.errors).toBeUndefined();
  return (told.data as { federation: { series: Series[] } }).federation.series; // branding: as asked
};

it('values of three members that measure at their own pace come in one grid of slots and one unit, each with what it is', async () => {
  await using city = await openCity();
  const nobodys = twinOf('energy').replace('energy', 'nobody');
  const series = await ask(city, [twinOf('water'), twinOf('energy'), twinOf('fire'), nobodys], ', slot: "PT10S", method: mean, maxAge: "PT1M", unit: "kW"');
  expect(series.map(({ slots }) => slots)).toEqual([
    [
      { slot: 0, value: 4.5, flag: 'MEASURED', age: 1 },
      { slot: 1, value: 14.5, flag: 'MEASURED', age: 1 },
    ],
    [
      { slot: 0, value: 5, flag: 'MEASURED', age: 10 },
      { slot: 1, value: 15, flag: 'MEASURED', age: 10 },
    ],
    [
      { slot: 0, value: 7, flag: 'CARRIED', age: 55 },
      { slot: 1, value: null, flag: 'MISSING', age: null },
    ],
    [],
  ]);
  expect(series.map(({ problem }) => problem !== null)).toEqual([false, false, false, true]);
});

it('a federation with a grid of its own is asked in that one, and its members refuse any other, as it does for its own twins', async () => {
  const sync = { epoch: after(-600), slot: 'PT10S', maxAge: 'PT1M', methods: { [load]: 'mean' }, units: { [load]: 'kW' } };
  await using city = await openCity({ sync });
  const [water] = await ask(city, [twinOf('water')], '');
  expect(water?.slots).toEqual([
    { slot: 60, value: 4.5, flag: 'MEASURED', age: 1 },
    { slot: 61, value: 14.5, flag: 'MEASURED', age: 1 },
  ]);
  for (const odd of await ask(city, [twinOf('water'), twinOf('front')], ', slot: "PT7S"'))
    expect(odd).toMatchObject({ slots: [], problem: expect.stringContaining(`whole slots of PT10S from ${after(-600)}`) });
  const [metres] = await ask(city, [twinOf('water')], ', unit: "m"');
  expect(metres).toMatchObject({ slots: [], problem: expect.stringContaining('units cannot be converted') });
});
