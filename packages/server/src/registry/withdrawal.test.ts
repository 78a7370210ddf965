/**
 * What is registered and withdrawn together: all or nothing where that is said, and at the end of its notice.
 */
import { Authority, agencyTwinIdOf, limits, type Request, TermId } from '@cityweave/core';
import { expect, it } from 'vitest';
import { describeFeature, openDesk } from './desk.contract.ts';

const openOffered = async () => {
  const desk = await openDesk();
  const [water, planning] = [await desk.partner('water.example'), await desk.partner('planning.example')];
  await desk.register(water, {}, limits.leaseSecondsMax);
  await desk.register(planning, {}, limits.leaseSecondsMax);
  const gauges = describeFeature(water, 'city:RiverGauge');
  const pumps = describeFeature(water, 'city:PumpingStation');
  const find = async (id: string) =>
    (await desk.say(planning, 'registry.retrieve.feature', { parameters: {}, objects: [{ kind: 'feature', id: id as typeof gauges.id }] })).problem?.kind; // branding: as it was registered
  const register = (parameters: Request<'registry.register.feature'>['parameters'], objects = [gauges, pumps]) =>
    desk.say(water, 'registry.register.feature', { parameters, objects });
  const withdraw = (parameters: Request<'registry.deregister.feature'>['parameters'], objects = [gauges]) =>
    desk.say(water, 'registry.deregister.feature', { parameters, objects: objects.map(({ id }) => ({ kind: 'feature' as const, id })) });
  const heard = () => desk.told.filter(({ to }) => to === planning.id).map(({ content }) => Object(content).parameters);
  return { desk, water, planning, gauges, pumps, find, register, withdraw, heard, [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose]() };
};

it('features that are registered as one are all refused where one is, those that are not are not', async () => {
  await using city = await openOffered();
  const foreign = { ...city.pumps, attributes: { ...city.pumps.attributes, twinId: agencyTwinIdOf(Authority.parse('energy.example')) } };
  expect((await city.register({ atomic: true }, [city.gauges, foreign])).problem).toMatchObject({ kind: 'notAuthorised', subject: foreign.id });
  expect(await city.find(city.gauges.id)).toBe('notFound');
  expect((await city.register({ atomic: false }, [city.gauges, foreign])).message?.data.action.result?.status).toBe('partial');
  expect(await city.find(city.gauges.id)).toBeUndefined();
});

it('features are withdrawn together or not at all', async () => {
  await using city = await openOffered();
  await city.register({}, [city.gauges]);
  expect((await city.withdraw({}, [city.gauges, city.pumps])).problem).toMatchObject({ kind: 'notFound', subject: city.pumps.id });
  expect(await city.find(city.gauges.id)).toBeUndefined();
});

it('what is withdrawn with notice is found until that is over; then it is gone, and whoever listens hears it once', async () => {
  await using city = await openOffered();
  await city.register({});
  await city.desk.say(city.planning, 'registry.subscribe.feature', { parameters: { kinds: [TermId.parse('city:RiverGauge')], limit: 1 }, objects: [] });
  const told = await city.withdraw({ graceSeconds: 600 });
  expect(told.message?.data).toMatchObject({ action: { parameters: { endsAt: '2026-01-01T00:10:00.000Z' } }, objects: [{ revision: 2 }] });
  city.desk.pass(600_000);
  city.desk.runOutLeases();
  expect(await city.find(city.gauges.id)).toBeUndefined();
  city.desk.pass(1);
  expect(await city.find(city.gauges.id), 'also before anybody looked at the clock').toBe('notFound');
  city.desk.runOutLeases();
  city.desk.runOutLeases();
  expect(city.heard().map(({ change }) => change)).toEqual(['updated', 'removed']);
  expect(await city.find(city.pumps.id)).toBeUndefined();
  expect((await city.register({}, [city.gauges])).message?.data.objects).toMatchObject([{ revision: 4 }]);
});

it('a notice is taken back by registering anew, and is graceSecondsMax long at most', async () => {
  await using city = await openOffered();
  await city.register({});
  expect((await city.withdraw({ graceSeconds: limits.graceSecondsMax + 1 })).problem).toMatchObject({
    kind: 'invalid',
    path: expect.stringContaining('graceSeconds'),
  });
  expect((await city.withdraw({ graceSeconds: limits.graceSecondsMax })).problem).toBeUndefined();
  await city.register({}, [city.gauges]);
  city.desk.pass(limits.graceSecondsMax * 1000 + 1);
  city.desk.runOutLeases();
  await city.desk.register(city.water, {}, limits.leaseSecondsMax);
  await city.desk.register(city.planning);
  expect(await city.find(city.gauges.id)).toBeUndefined();
});

it('a twin that goes with notice goes with all its features when that is over', async () => {
  await using city = await openOffered();
  await city.register({});
  const { id } = city.water;
  const parameters = { graceSeconds: 60 };
  expect((await city.desk.say(city.water, 'registry.deregister.digitalTwin', { parameters, objects: [{ kind: 'digitalTwin', id }] })).problem).toBeUndefined();
  const renew = async () =>
    (await city.desk.say(city.water, 'registry.renew.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id, attributes: {} }] })).problem?.kind;
  city.desk.pass(60_000);
  expect([await renew(), await city.find(city.pumps.id)]).toEqual([undefined, undefined]);
  city.desk.pass(1);
  expect([await renew(), await city.find(city.pumps.id)]).toEqual(['notRegistered', 'notFound']);
  city.desk.runOutLeases();
  expect([await renew(), await city.find(city.pumps.id)]).toEqual(['notRegistered', 'notFound']);
});
