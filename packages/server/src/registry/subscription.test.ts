/**
 * Who listens to a registry hears of what he may see, once it is safe; and of nothing else.
 */
import { addMs, type Instant, limits, type Request, TermId, type Visibility } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { type Desk, describeFeature, describeTwin, openDesk, type Partner, type Told } from './desk.contract.ts';

type Subscribing = Request<'registry.subscribe.feature'>['parameters'];

const gauge = TermId.parse('city:RiverGauge');

const subscribe = (desk: Desk, who: Partner, parameters: Partial<Subscribing> = {}): Promise<Told> =>
  desk.say(who, 'registry.subscribe.feature', { parameters: { kinds: [gauge], limit: 1, ...parameters }, objects: [] });

const idIn = ({ message }: Told): string => String((message?.data.objects[0] as { id: unknown } | undefined)?.id); // branding: every object of the exchange has an id

const offer = (
  desk: Desk,
  who: Partner,
  { kind = 'city:RiverGauge', ...changes }: { readonly kind?: string; readonly visibility?: Visibility } = {},
): Promise<Told> => desk.say(who, 'registry.register.feature', { parameters: {}, objects: [describeFeature(who, kind, changes)] });

const heard = (desk: Desk, who: Partner): readonly string[] =>
  desk.told
    .filter(({ to }) => to === who.id)
    .map(({ name, content }) => `${name.split('.')[2]} ${(content as Request<'digitalTwin.notify.digitalTwin'>).parameters.change}`); // branding: only notices are told

const openWithTwo = async () => {
  const desk = await openDesk();
  const [water, planning] = [await desk.partner('water.example'), await desk.partner('planning.example')];
  await desk.register(water);
  await desk.register(planning);
  return { desk, water, planning };
};

describe('a subscriber to features', () => {
  it('hears that one was registered, updated, paused and is back, and that it is gone', async () => {
    const { desk, water, planning } = await openWithTwo();
    await using _desk = desk;
    await subscribe(desk, planning);
    const feature = describeFeature(water, 'city:RiverGauge');
    await offer(desk, water);
    const update = (baseRevision: number, attributes: Record<string, string>) =>
      desk.say(water, 'registry.update.feature', { parameters: { baseRevision }, objects: [{ kind: 'feature', id: feature.id, attributes }] });
    await update(1, { version: '1.1.0' });
    await update(2, { status: 'paused' });
    await update(3, { status: 'active' });
    await desk.say(water, 'registry.deregister.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id }] });
    expect(heard(desk, planning)).toEqual(['feature registered', 'feature updated', 'feature removed', 'feature registered', 'feature removed']);
    expect(desk.told.map(({ content }) => Object(content).parameters.paths)).toEqual([undefined, ['version'], undefined, undefined, undefined]);
  });

  it('hears that one is gone when its lease runs out, though nobody said anything, and that it is back when it is renewed; once each', async () => {
    const { desk, planning } = await openWithTwo();
    await using _desk = desk;
    const fire = await desk.partner('fire.example');
    await desk.register(fire, {}, 10);
    await subscribe(desk, planning);
    await desk.say(planning, 'registry.subscribe.digitalTwin', { parameters: { kinds: [gauge], limit: 1 }, objects: [] });
    await offer(desk, fire);
    desk.pass(10_000);
    desk.runOutLeases();
    expect(heard(desk, planning)).toEqual(['feature registered']);
    desk.pass(1);
    desk.runOutLeases();
    desk.runOutLeases();
    expect(heard(desk, planning).slice(1).toSorted()).toEqual(['digitalTwin removed', 'feature removed']);
    await desk.say(fire, 'registry.renew.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: fire.id, attributes: {} }] });
    expect(heard(desk, planning).slice(3).toSorted()).toEqual(['digitalTwin registered', 'feature registered']);
    desk.pass(limits.leasesMissedMax * 10_000 + 1);
    desk.runOutLeases();
    expect(heard(desk, planning).slice(5).toSorted()).toEqual(['digitalTwin removed', 'feature removed']);
    desk.runOutLeases();
    expect(heard(desk, planning)).toHaveLength(7);
  });

  it('hears nothing of other kinds, of what it may not see, and nothing of its own after it ended or ran out', async () => {
    const { desk, water, planning } = await openWithTwo();
    await using _desk = desk;
    const subscriptionId = idIn(await subscribe(desk, planning)) as Request<'registry.unsubscribe.feature'>['parameters']['subscriptionId']; // branding: as the registry gave it
    await offer(desk, water, { kind: 'city:PumpingStation' });
    await offer(desk, water, { visibility: { level: 'private' } });
    expect(heard(desk, planning)).toEqual([]);
    const end = (who: Partner) => desk.say(who, 'registry.unsubscribe.feature', { parameters: { subscriptionId }, objects: [] });
    expect((await end(water)).problem?.kind).toBe('unknownSubscription');
    expect((await end(planning)).problem).toBeUndefined();
    await subscribe(desk, planning, { expiresAt: desk.clock.now() });
    desk.pass(1);
    await offer(desk, water);
    expect(heard(desk, planning)).toEqual([]);
  });

  it('hears as long as it asks for, for registrySubscriptionMsMax at most, and is told until when', async () => {
    const { desk, planning } = await openWithTwo();
    await using _desk = desk;
    const last = addMs(desk.clock.now(), limits.registrySubscriptionMsMax);
    const endOf = async (expiresAt: Instant) => (await subscribe(desk, planning, { expiresAt })).message?.data.objects[0];
    expect(await endOf(last)).toMatchObject({ attributes: { expiresAt: last } });
    expect(await endOf(addMs(last, 1))).toMatchObject({ attributes: { expiresAt: last } });
  });

  it('hears of a twin by the kinds of what it may see of it, and by no others', async () => {
    const { desk, water, planning } = await openWithTwo();
    await using _desk = desk;
    await desk.say(planning, 'registry.subscribe.digitalTwin', { parameters: { kinds: [gauge], limit: 1 }, objects: [] });
    const renamed = (name: string) =>
      desk.say(water, 'registry.register.digitalTwin', { parameters: {}, objects: [describeTwin(water, { name: { en: name } })] });
    await offer(desk, water, { visibility: { level: 'private' } });
    await renamed('Hidden');
    expect(heard(desk, planning)).toEqual([]);
    await offer(desk, water);
    await renamed('Seen');
    expect(heard(desk, planning)).toEqual(['digitalTwin updated']);
  });

  it('is told that what was private can be seen now as if it were new', async () => {
    const { desk, water, planning } = await openWithTwo();
    await using _desk = desk;
    await subscribe(desk, planning);
    await offer(desk, water, { visibility: { level: 'private' } });
    await offer(desk, water);
    expect(heard(desk, planning)).toEqual(['feature registered']);
  });

  it('may have registrySubscriptionsPerTwinMax of them, once it is registered', async () => {
    const { desk, planning } = await openWithTwo();
    await using _desk = desk;
    for (let count = 0; count < limits.registrySubscriptionsPerTwinMax; count += 1) expect((await subscribe(desk, planning)).problem).toBeUndefined();
    expect((await subscribe(desk, planning)).problem).toMatchObject({ kind: 'overloaded', limit: limits.registrySubscriptionsPerTwinMax });
  });
});

it('a subscriber to twins hears of those that come, go offline and leave', async () => {
  const { desk, water, planning } = await openWithTwo();
  await using _desk = desk;
  await desk.say(planning, 'registry.subscribe.digitalTwin', { parameters: { limit: 1 }, objects: [] });
  const energy = await desk.partner('energy.example');
  await desk.register(energy);
  await desk.say(water, 'registry.renew.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id, attributes: { status: 'offline' } }] });
  await desk.say(energy, 'registry.deregister.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: energy.id }] });
  expect(heard(desk, planning)).toEqual(['digitalTwin registered', 'digitalTwin removed', 'digitalTwin removed']);
});
