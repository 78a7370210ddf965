/**
 * The registry as its partners meet it: leases, owners, revisions and what may be seen.
 */
import { canonicalJson, codeOf, fail, federatedTwinIdOf, federationIdOf, limits, ok, problem, type Request, TermId, TwinId, utf8Bytes } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import type { Ask } from '../exchange/ask.ts';
import { type Desk, describeFeature, describeTwin, openDesk, type Partner, type Told } from './desk.contract.ts';

const second = 1000;

const retrieve = (desk: Desk, asker: Partner, about: Partner): Promise<Told> =>
  desk.say(asker, 'registry.retrieve.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: about.id }] });

const discoverTwins = (desk: Desk, asker: Partner, parameters: Partial<{ limit: number; cursor: string; kinds: TermId[] }> = {}): Promise<Told> =>
  desk.say(asker, 'registry.discover.digitalTwin', { parameters: { limit: limits.discoverPageDefault, ...parameters }, objects: [] });

const idsIn = ({ message }: Told): readonly string[] => (message?.data.objects ?? []).map((object) => String((object as { id: unknown }).id)); // branding: every object of the exchange has an id

const renew = (desk: Desk, who: Partner): Promise<Told> =>
  desk.say(who, 'registry.renew.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: who.id, attributes: {} }] });

const twoRegistered = async (desk: Desk, leaseSeconds?: number) => {
  const [water, energy] = [await desk.partner('water.example'), await desk.partner('energy.example')];
  expect((await desk.register(water, {}, leaseSeconds)).problem).toBeUndefined();
  expect((await desk.register(energy, {}, limits.leaseSecondsMax)).problem).toBeUndefined();
  return { water, energy };
};

it('a registry says who runs it, where it is reached and for which area it is there', async () => {
  await using desk = await openDesk();
  const water = await desk.partner('water.example');
  await desk.register(water);
  const told = await desk.say(water, 'registry.retrieve.registry', { parameters: {}, objects: [] });
  expect(told.message?.data.objects).toMatchObject([
    { attributes: { operator: 'urn:dtf:agency:registry.example', endpoints: [{ protocol: 'http' }], jurisdiction: { type: 'Point' }, status: 'online' } },
  ]);
});

describe('leases', () => {
  it('an entry is found up to the end of its lease, is stale after it, and gone after leasesMissedMax of them', async () => {
    await using desk = await openDesk();
    const { water, energy } = await twoRegistered(desk, 10);
    desk.pass(10 * second);
    expect(idsIn(await discoverTwins(desk, energy))).toContain(water.id);
    desk.pass(1);
    expect(idsIn(await discoverTwins(desk, energy))).not.toContain(water.id);
    expect((await retrieve(desk, energy, water)).problem).toBeUndefined();
    desk.pass((limits.leasesMissedMax - 1) * 10 * second - 1);
    expect((await retrieve(desk, energy, water)).problem).toBeUndefined();
    desk.pass(1);
    expect((await retrieve(desk, energy, water)).problem?.kind).toBe('notRegistered');
  });

  it('renewing keeps an entry, also a stale one; one that is gone must register again and keeps counting its revisions', async () => {
    await using desk = await openDesk();
    const { water, energy } = await twoRegistered(desk, 10);
    desk.pass(15 * second);
    expect((await renew(desk, water)).problem).toBeUndefined();
    expect(idsIn(await discoverTwins(desk, energy))).toContain(water.id);
    desk.pass(limits.leasesMissedMax * 10 * second + 1);
    expect((await renew(desk, water)).problem?.kind).toBe('leaseExpired');
    const again = await desk.register(water);
    expect(again.message?.data.objects[0]).toMatchObject({ revision: 2 });
    expect(idsIn(await discoverTwins(desk, energy))).toContain(water.id);
  });

  it('a lease is leaseSecondsDefault long where nothing is said, and between leaseSecondsMin and leaseSecondsMax', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    const told = await desk.register(water);
    desk.pass(limits.leaseSecondsDefault * second);
    expect(told.message?.data.objects[0]).toMatchObject({ attributes: { leaseUntil: desk.clock.now() } });
    for (const good of [limits.leaseSecondsMin, limits.leaseSecondsMax]) expect((await desk.register(water, {}, good)).problem).toBeUndefined();
    for (const bad of [limits.leaseSecondsMin - 1, limits.leaseSecondsMax + 1]) expect((await desk.register(water, {}, bad)).problem?.kind).toBe('invalid');
  });
});

describe('owners', () => {
  it('nobody registers a twin of another agency', async () => {
    await using desk = await openDesk();
    const { water, energy } = await twoRegistered(desk);
    const told = await desk.say(energy, 'registry.register.digitalTwin', { parameters: {}, objects: [describeTwin(water)] });
    expect(told.problem?.kind).toBe('ownedByOther');
  });

  it('nobody changes, renews or withdraws what is another’s', async () => {
    await using desk = await openDesk();
    const { water, energy } = await twoRegistered(desk);
    const object = { kind: 'digitalTwin' as const, id: water.id };
    const problemsOf = async (by: typeof water) => {
      const renewal = await desk.say(by, 'registry.renew.digitalTwin', { parameters: {}, objects: [{ ...object, attributes: {} }] });
      const update = await desk.say(by, 'registry.update.digitalTwin', {
        parameters: { baseRevision: 1 },
        objects: [{ ...object, attributes: { status: 'degraded' } }],
      });
      const withdrawal = await desk.say(by, 'registry.deregister.digitalTwin', { parameters: {}, objects: [object] });
      return [renewal, update, withdrawal].map(({ problem: found }) => found?.kind);
    };
    expect(await problemsOf(energy)).toEqual(['notAuthorised', 'notAuthorised', 'notAuthorised']);
    expect(await problemsOf(water)).toEqual([undefined, undefined, undefined]);
  });

  it('one refused feature never spoils the others', async () => {
    await using desk = await openDesk();
    const { water, energy } = await twoRegistered(desk);
    const objects = [describeFeature(water, 'city:RiverGauge'), describeFeature(energy, 'city:Substation'), describeFeature(water, 'city:Nonsense')];
    const told = await desk.say(water, 'registry.register.feature', { parameters: {}, objects });
    expect(idsIn(told)).toEqual([objects[0]?.id]);
    expect(told.message?.data.action.result).toMatchObject({
      status: 'partial',
      code: 'DTF-002',
      details: [
        { objectId: objects[1]?.id, code: codeOf(problem('notAuthorised')), message: expect.stringContaining('not permitted') },
        { objectId: objects[2]?.id, code: codeOf(problem('unknownTerm')), facts: { subject: 'city:Nonsense' } },
      ],
    });
    const whole = await desk.say(water, 'registry.register.feature', { parameters: {}, objects: objects.slice(0, 1) });
    expect(whole.message?.data.action.result).toEqual({ status: 'success', code: 'DTF-000' });
  });

  it('a withdrawn twin takes its features with it', async () => {
    await using desk = await openDesk();
    const { water, energy } = await twoRegistered(desk);
    const feature = describeFeature(water, 'city:RiverGauge');
    await desk.say(water, 'registry.register.feature', { parameters: {}, objects: [feature] });
    await desk.say(water, 'registry.deregister.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id }] });
    const told = await desk.say(energy, 'registry.retrieve.feature', { parameters: {}, objects: [{ kind: 'feature', id: feature.id }] });
    expect(told.problem?.kind).toBe('notFound');
  });
});

it('a twin is renewed by its id alone, and a registry tells of itself under its own id alone', async () => {
  await using desk = await openDesk();
  const { water } = await twoRegistered(desk);
  const renewed = await desk.say(water, 'registry.renew.digitalTwin', { parameters: {}, objects: [{ kind: 'digitalTwin', id: water.id }] });
  expect(renewed.problem).toBeUndefined();
  const about = async (id: string) =>
    (await desk.say(water, 'registry.retrieve.registry', { parameters: {}, objects: [{ kind: 'registry', id: TwinId.parse(id) }] })).problem?.kind;
  expect([await about(desk.self.id), await about(water.id)]).toEqual([undefined, 'unknownDestination']);
});

describe('a registry that makes sure of addresses', () => {
  const registering = async (answers: NonNullable<Parameters<typeof openDesk>[0]>['answers']) => {
    await using desk = await openDesk({ verifyEndpoints: true, ...(answers && { answers }) });
    const { problem: found } = await desk.register(await desk.partner('water.example'));
    return { kind: found?.kind ?? 'registered', asked: desk.told.map(({ name }) => name) };
  };

  it('takes a twin in once it answered there with its key, and says why it does not', async () => {
    const probed = ['digitalTwin.probe.digitalTwin'];
    // branding: the echo of what was asked
    const echo = (async (...[, , content]: Parameters<Ask>) =>
      ok({ parameters: { echo: (content as { parameters: { echo: string } }).parameters.echo } })) as Ask;
    expect(await registering(echo)).toEqual({ kind: 'registered', asked: probed });
    expect(await registering((async () => ok({ parameters: { echo: 'another' } })) as unknown as Ask)).toEqual({ kind: 'endpointNotVerified', asked: probed });
    expect(await registering(async () => fail(problem('badSignature')))).toEqual({ kind: 'endpointNotVerified', asked: probed });
    expect(await registering(async () => fail(problem('timedOut')))).toEqual({ kind: 'upstreamTimedOut', asked: probed });
  });

  it('looks for one that says that it moved, as it does for one that comes, and for no other that changes', async () => {
    let isThere = true;
    // branding: the echo of what was asked
    const answers = (async (...[, , content]: Parameters<Ask>) =>
      isThere ? ok({ parameters: { echo: (content as { parameters: { echo: string } }).parameters.echo } }) : fail(problem('unreachable'))) as Ask;
    await using desk = await openDesk({ verifyEndpoints: true, answers });
    const water = await desk.partner('water.example');
    await desk.register(water);
    const update = async (baseRevision: number, attributes: Request<'registry.update.digitalTwin'>['objects'][0]['attributes']) =>
      (await desk.say(water, 'registry.update.digitalTwin', { parameters: { baseRevision }, objects: [{ kind: 'digitalTwin', id: water.id, attributes }] }))
        .problem?.kind;
    const endpoints = [{ protocol: 'http', address: 'http://elsewhere.example/dtf/messages', format: 'application/json', security: 'jws' }];
    isThere = false;
    expect([await update(1, { endpoints }), await update(1, { status: 'degraded' })]).toEqual(['endpointNotVerified', undefined]);
    isThere = true;
    expect(await update(2, { endpoints })).toBeUndefined();
    expect(desk.told.map(({ to, name }) => `${to} ${name}`)).toEqual(Array.from({ length: 3 }, () => `${water.id} digitalTwin.probe.digitalTwin`));
  });
});

describe('revisions', () => {
  it('a change based on an older revision is refused with the current one', async () => {
    await using desk = await openDesk();
    const { water } = await twoRegistered(desk);
    const change = (baseRevision: number) =>
      desk.say(water, 'registry.update.digitalTwin', {
        parameters: { baseRevision },
        objects: [{ kind: 'digitalTwin', id: water.id, attributes: { status: 'degraded' } }],
      });
    expect((await change(1)).problem).toBeUndefined();
    expect((await change(1)).problem).toMatchObject({ kind: 'revisionConflict', limit: 2 });
  });

  it('of changes that come at once on one revision, one is taken', async () => {
    await using desk = await openDesk();
    const { water } = await twoRegistered(desk);
    const messages = await Promise.all(
      [1, 2, 3, 4].map(() =>
        desk.write(water, 'registry.update.digitalTwin', {
          parameters: { baseRevision: 1 },
          objects: [{ kind: 'digitalTwin', id: water.id, attributes: { status: 'degraded' } }],
        }),
      ),
    );
    const told = await Promise.all(messages.map((message) => desk.hear(message)));
    expect(told.filter(({ problem: found }) => found === undefined).length).toBe(1);
  });
});

describe('what a later version says', () => {
  const later: object = { 'x:later': { of: ['a later version', 1] } };
  const attributesIn = ({ message }: Told): unknown => (message?.data.objects[0] as { attributes?: unknown } | undefined)?.attributes; // branding: every object of the exchange may have attributes

  it('is kept with an entry, through updates, and told to whoever finds it', async () => {
    await using desk = await openDesk();
    const { water, energy } = await twoRegistered(desk);
    const name = { kind: 'digitalTwin' as const, id: water.id };
    await desk.register(water, later);
    const patch = { status: 'degraded', 'x:more': 2 };
    await desk.say(water, 'registry.update.digitalTwin', { parameters: { baseRevision: 2 }, objects: [{ ...name, attributes: patch }] });
    expect(attributesIn(await retrieve(desk, energy, water))).toMatchObject({ ...later, ...patch });
    const feature = describeFeature(water, 'city:RiverGauge', later);
    await desk.say(water, 'registry.register.feature', { parameters: {}, objects: [feature] });
    const found = await desk.say(energy, 'registry.discover.feature', { parameters: { limit: 10 }, objects: [] });
    expect(attributesIn(found)).toMatchObject(later);
  });

  it('grows with updates to registryEntryBytesMax and no further', async () => {
    await using desk = await openDesk();
    const { water } = await twoRegistered(desk);
    const bytes = utf8Bytes(canonicalJson({ ...describeTwin(water).attributes, 'x:later': '' }));
    const grow = (baseRevision: number, to: number) =>
      desk.say(water, 'registry.update.digitalTwin', {
        parameters: { baseRevision },
        objects: [{ kind: 'digitalTwin', id: water.id, attributes: { 'x:later': 'x'.repeat(to - bytes) } }],
      });
    expect((await grow(1, limits.registryEntryBytesMax)).problem).toBeUndefined();
    expect((await grow(2, limits.registryEntryBytesMax + 1)).problem).toMatchObject({ kind: 'tooLarge', limit: limits.registryEntryBytesMax });
  });
});

describe('visibility', () => {
  it('what is private leaves no trace for others and is there for its owner', async () => {
    await using desk = await openDesk();
    const [water, energy, unknown] = [await desk.partner('water.example'), await desk.partner('energy.example'), await desk.partner('unknown.example')];
    await desk.register(water, { visibility: { level: 'private' } });
    await desk.register(energy);
    const found = await discoverTwins(desk, energy);
    expect(found.message?.data.action.parameters).toMatchObject({ total: 1, next: null });
    const [hidden, absent] = [await retrieve(desk, energy, water), await retrieve(desk, energy, unknown)];
    expect(hidden.problem).toEqual({ ...absent.problem, subject: water.id });
    expect((await retrieve(desk, water, water)).problem).toBeUndefined();
  });

  it('is neither betrayed by what a stranger who would change it is answered', async () => {
    await using desk = await openDesk();
    const [water, energy, unknown] = [await desk.partner('water.example'), await desk.partner('energy.example'), await desk.partner('unknown.example')];
    await desk.register(water, { visibility: { level: 'private' } });
    await desk.register(energy);
    await desk.say(water, 'registry.register.feature', { parameters: {}, objects: [describeFeature(water, 'city:RiverGauge')] });
    const twin = ({ id }: Partner) => ({ kind: 'digitalTwin' as const, id });
    const feature = (of: Partner) => ({ kind: 'feature' as const, id: describeFeature(of, 'city:RiverGauge').id });
    const federated = ({ authority }: Partner) => ({ kind: 'federatedDigitalTwin' as const, id: federatedTwinIdOf(federationIdOf(authority, 'one')) });
    const base = { baseRevision: 1 };
    const changes: readonly ((owner: Partner) => Promise<Told>)[] = [
      (owner) => desk.say(energy, 'registry.renew.digitalTwin', { parameters: {}, objects: [{ ...twin(owner), attributes: {} }] }),
      (owner) => desk.say(energy, 'registry.update.digitalTwin', { parameters: base, objects: [{ ...twin(owner), attributes: {} }] }),
      (owner) => desk.say(energy, 'registry.deregister.digitalTwin', { parameters: {}, objects: [twin(owner)] }),
      (owner) => desk.say(energy, 'registry.register.feature', { parameters: {}, objects: [describeFeature(owner, 'city:RiverGauge')] }),
      (owner) => desk.say(energy, 'registry.update.feature', { parameters: base, objects: [{ ...feature(owner), attributes: {} }] }),
      (owner) => desk.say(energy, 'registry.deregister.feature', { parameters: {}, objects: [feature(owner)] }),
      (owner) => desk.say(energy, 'registry.deregister.federatedDigitalTwin', { parameters: {}, objects: [federated(owner)] }),
    ];
    for (const change of changes) {
      const [hidden, absent] = [await change(water), await change(unknown)];
      expect(['notAuthorised', 'notFound']).toContain(hidden.problem?.kind);
      expect({ ...hidden.problem, subject: '' }).toEqual({ ...absent.problem, subject: '' });
    }
  });

  it('what is for a group, which the registry keeps, is there for its agencies and leaves no trace for others', async () => {
    const group = 'urn:dtf:group:registry.example:rescue';
    await using desk = await openDesk({ groups: { [group]: ['fire.example'] } });
    const [water, energy, fire] = [await desk.partner('water.example'), await desk.partner('energy.example'), await desk.partner('fire.example')];
    await desk.register(water, { visibility: { level: 'federation', audience: [group] } });
    await desk.register(energy);
    await desk.register(fire);
    const gauges = describeFeature(water, 'city:RiverGauge');
    const meters = describeFeature(energy, 'city:Substation', { policy: { audience: [group] } });
    for (const [who, feature] of [[water, gauges] as const, [energy, meters] as const])
      expect((await desk.say(who, 'registry.register.feature', { parameters: {}, objects: [feature] })).problem).toBeUndefined();
    const features = (asker: Partner) => desk.say(asker, 'registry.discover.feature', { parameters: { limit: 10 }, objects: [] });
    expect(idsIn(await discoverTwins(desk, fire))).toContain(water.id);
    expect(idsIn(await features(fire)).toSorted()).toEqual([gauges.id, meters.id].toSorted());
    expect((await discoverTwins(desk, energy)).message?.data.action.parameters).toMatchObject({ total: 2, next: null });
    expect(idsIn(await features(energy))).toEqual([meters.id]);
    expect((await features(water)).message?.data.action.parameters).toMatchObject({ total: 1, next: null });
    const [hidden, absent] = [await retrieve(desk, energy, water), await retrieve(desk, energy, await desk.partner('unknown.example'))];
    expect(hidden.problem).toEqual({ ...absent.problem, subject: water.id });
  });

  it.each(['constructor', 'toString', '__proto__'])('an audience that is named %s is no group, and takes discovery from nobody', async (name) => {
    await using desk = await openDesk();
    const [water, fire] = [await desk.partner('water.example'), await desk.partner('fire.example')];
    await desk.register(water, { visibility: { level: 'federation', audience: [name] } });
    await desk.register(fire);
    const found = await discoverTwins(desk, fire);
    expect(found.problem).toBeUndefined();
    expect(idsIn(found)).not.toContain(water.id);
  });

  it('an audience sees what others do not', async () => {
    await using desk = await openDesk();
    const { energy } = await twoRegistered(desk);
    const [fire, guest] = [await desk.partner('fire.example'), await desk.partner('guest.example')];
    await desk.register(guest);
    await desk.register(fire, { visibility: { level: 'federation', audience: [energy.id] } });
    expect((await retrieve(desk, energy, fire)).problem).toBeUndefined();
    expect((await retrieve(desk, guest, fire)).problem?.kind).toBe('notRegistered');
  });
});

describe('pages', () => {
  it('a walk by discoverPageMax and its cursor meets every twin once; more than that, and more than needsMax kinds, are refused', async () => {
    await using desk = await openDesk();
    const { water, energy } = await twoRegistered(desk);
    const first = await discoverTwins(desk, energy, { limit: 1 });
    const cursor = String(first.message?.data.action.parameters?.['next']);
    const second = await discoverTwins(desk, energy, { limit: limits.discoverPageMax, cursor });
    expect([...idsIn(first), ...idsIn(second)].sort()).toEqual([energy.id, water.id]);
    expect((await discoverTwins(desk, energy, { limit: limits.discoverPageMax + 1 })).problem?.kind).toBe('invalid');
    const kinds = (count: number) => Array.from({ length: count }, () => TermId.parse('city:RiverGauge'));
    expect((await discoverTwins(desk, energy, { kinds: kinds(limits.needsMax) })).problem).toBeUndefined();
    expect((await discoverTwins(desk, energy, { kinds: kinds(limits.needsMax + 1) })).problem?.kind).toBe('invalid');
  });

  it('of one search have its id, which the registry gives it and its next page is asked with', async () => {
    await using desk = await openDesk();
    const water = await desk.partner('water.example');
    await desk.register(water);
    const objects = ['city:RiverGauge', 'city:PumpingStation'].map((kind) => describeFeature(water, kind));
    await desk.say(water, 'registry.register.feature', { parameters: {}, objects });
    const page = async (parameters: { readonly cursor?: string; readonly queryId?: string }) =>
      (await desk.say(water, 'registry.discover.feature', { parameters: { limit: 1, ...parameters }, objects: [] })).message?.data.action.parameters;
    const first = Object(await page({}));
    expect(first).toMatchObject({ queryId: expect.stringMatching(/^urn:uuid:/), next: expect.any(String) });
    expect(await page({ cursor: first.next, queryId: first.queryId })).toMatchObject({ queryId: first.queryId, next: null });
    expect(Object(await page({})).queryId).not.toBe(first.queryId);
  });

  it('features are asked of at most membersMax twins at a time', async () => {
    await using desk = await openDesk();
    const { water } = await twoRegistered(desk);
    const ask = (count: number) =>
      desk.say(water, 'registry.discover.feature', { parameters: { limit: 1, twins: Array.from({ length: count }, () => water.id) }, objects: [] });
    expect((await ask(limits.membersMax)).problem).toBeUndefined();
    expect((await ask(limits.membersMax + 1)).problem?.kind).toBe('invalid');
  });
});
