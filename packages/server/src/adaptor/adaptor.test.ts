import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addMs, canonicalJson, cityDictionary, createVocabulary, hopText, kindOfCode, limits, Message, SemanticDictionary, signedText } from '@cityweave/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgencyNode, createAgencyNode } from '../agency-node.ts';
import { NodeFile } from '../config/node-file.ts';
import { type Actor, createActor, isRaw, memberAt, type Raw, replyOf, signRaw } from '../conformance/actor.ts';
import { type Deps, systemDeps } from '../deps.ts';
import { createNodeThreads, type NodeThreads } from '../node-threads.ts';
import { sha256, verifyText } from '../trust/signature.ts';

const system = systemDeps();
/** The clock is put forward, and waits of an eighth of `bridgeIdleMs` end, when a test says so. */
let aheadMs = 0;
const idleLooks: (() => void)[] = [];
const deps: Deps = {
  ...system,
  clock: { ...system.clock, now: () => addMs(system.clock.now(), aheadMs) },
  timers: {
    after: (ms, run) => {
      if (ms !== limits.bridgeIdleMs / 8) return system.timers.after(ms, run);
      idleLooks.push(run);
      return () => undefined;
    },
  },
};
const now = (): string => deps.clock.now();
const uuid = (): string => `urn:uuid:${deps.ids.uuid()}`;

const words = SemanticDictionary.parse({
  id: 'urn:dtf:dictionary:grid.example:grid',
  version: '1',
  prefix: 'grid',
  name: { en: 'Grid' },
  terms: [
    { term: 'grid:Trafo', role: 'kind', label: { en: 'Transformer' }, sameAs: ['city:Substation'] },
    { term: 'grid:power', role: 'property', label: { en: 'Power' }, dataType: 'number', unit: 'W', sameAs: ['city:power'] },
    { term: 'grid:hum', role: 'property', label: { en: 'Hum' }, dataType: 'number' },
  ],
});

const key = (given: Actor) => ({ ...given.key.publicKey });

const twinOf = (actor: Actor) => ({
  kind: 'digitalTwin',
  id: actor.id,
  attributes: {
    name: { en: actor.name },
    twinType: 'city:AgencyTwin',
    domain: 'city:energy',
    owner: { name: actor.name, organizationId: actor.agency },
    status: 'online',
    endpoints: [actor.endpoint],
    keys: [key(actor)],
    features: [],
    visibility: { level: 'public' },
  },
});

const entity = { id: 'urn:ngsi-ld:Trafo:7', type: 'Trafo', power: { type: 'Property', value: 250_000, unitCode: 'WTT' } };

describe('an adaptor', () => {
  let folder: string;
  let threads: NodeThreads;
  let node: AgencyNode;
  let asker: Actor;
  let owner: Actor;
  let stranger: Actor;
  const heard: Raw[] = [];
  let records: readonly Raw[] = [entity];

  const say = async (
    actor: Actor,
    content: { verb: string; object: string; parameters?: Raw; objects?: readonly unknown[]; to?: Raw; header?: Raw },
  ): Promise<Raw> => {
    const { verb, object, parameters = {}, objects = [], to = { id: node.twin, role: 'communicationAdaptor' }, header = {} } = content;
    const said = {
      protocolVersion: '1.0',
      messageId: uuid(),
      messageType: 'request',
      source: { id: actor.id, role: 'digitalTwin', endpoint: actor.endpoint.address },
      destination: to,
      timestamp: now(),
      contentFormat: 'application/json',
      ...header,
    };
    const message = signRaw({ header: said, data: { action: { verb, object, parameters }, objects } }, actor.key);
    const response = await fetch(`${node.address}/dtf/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
    return (await response.json()) as Raw; // branding: the node answers in JSON
  };
  const codeOf = (answer: Raw): unknown => memberAt(answer, 'data.action.result.code');
  const registry = () => ({ id: node.twin, role: 'registry' });

  const feature = () => ({
    id: `urn:dtf:feature:${owner.authority}:trafos`,
    attributes: {
      twinId: owner.id,
      name: { en: 'Transformers' },
      featureType: 'data',
      semanticType: 'grid:Trafo',
      direction: 'provides',
      data: {
        schema: {},
        terms: [{ term: 'grid:power', unit: 'W' }],
        count: 1,
        stage: 'raw',
        form: {
          format: 'application/ld+json',
          dictionary: words.id,
          source: 'trafos',
          key: 'id',
          members: [
            { member: 'power', term: 'grid:power', unit: 'W' },
            { member: 'hum', term: 'grid:hum' },
          ],
        },
      },
      coverage: {},
      bindings: [owner.endpoint],
      policy: {},
      visibility: { level: 'public' },
      status: 'active',
      version: '1',
    },
  });
  const auto = () => ({ features: [feature()], dictionary: cityDictionary.id, protocol: 'http' });
  const federationId = 'urn:dtf:federation:asker.example:1';
  const otherFederationId = 'urn:dtf:federation:asker.example:2';
  const connectionOf = (n: number | string) => ({
    kind: 'communication',
    id: `urn:dtf:connection:asker.example:${n}`,
    attributes: {
      federationId: n === 'beside' ? otherFederationId : federationId,
      agreementId: 'urn:dtf:agreement:asker.example:1',
      ends: [asker, owner].map(({ id, endpoint }) => ({ twinId: id, protocol: 'http', address: endpoint.address, format: 'application/json' })),
      state: 'REQUESTED',
      since: now(),
    },
  });
  const bridge = (actor: Actor, changes: Raw = {}, n: number | string = 1) =>
    say(actor, {
      verb: 'request',
      object: 'communication',
      parameters: { agreementId: 'urn:dtf:agreement:asker.example:1', ...auto(), ...changes },
      objects: [connectionOf(n)],
    });
  const dryRun = (changes: Raw = {}, objects: readonly unknown[] = []) =>
    say(asker, {
      verb: 'configure',
      object: 'adaptationProfile',
      parameters: { connectionId: connectionOf(1).id, dryRun: true, owner: owner.id, ...auto(), ...changes },
      objects,
    });
  const probe = (inFederation = federationId) =>
    say(asker, {
      verb: 'probe',
      object: 'digitalTwin',
      parameters: { echo: 'k3v9' },
      objects: [{ kind: 'digitalTwin', id: owner.id }],
      to: { id: owner.id, role: 'digitalTwin' },
      header: { federationId: inFederation },
    });
  const read = (query: Raw = {}) =>
    say(asker, {
      verb: 'read',
      object: 'exchangeData',
      parameters: { federationId, agreementId: 'urn:dtf:agreement:asker.example:1', query: { version: 1, ...query } },
      to: { id: owner.id, role: 'digitalTwin' },
      header: { federationId },
    });
  const status = (n: number | string = 1, actor = asker) =>
    say(actor, { verb: 'query', object: 'communicationStatus', objects: [{ kind: 'communicationStatus', id: connectionOf(n).id }] });
  const stateOf = async (n: number | string) => memberAt(await status(n), 'data.objects.0.attributes.state');
  const disconnect = (actor: Actor, n: number | string = 1) =>
    say(actor, { verb: 'disconnect', object: 'communication', objects: [{ kind: 'communication', id: connectionOf(n).id }] });
  /** What an end was told of a connection (A4), in order. */
  const toldOf = (end: Actor, n: number | string) =>
    heard
      .filter((message) => memberAt(message, 'header.destination.id') === end.id && memberAt(message, 'data.objects.0.id') === connectionOf(n).id)
      .filter((message) => memberAt(message, 'data.action.verb') === 'notify')
      .map((message) => memberAt(message, 'data.objects.0.attributes.state'));

  const answerAsOwner = (message: Raw): Raw => {
    heard.push(message);
    const verb = memberAt(message, 'data.action.verb');
    const far = { featureId: feature().id, format: 'application/ld+json', content: records };
    const objects =
      verb === 'read'
        ? [{ kind: 'exchangeData', id: uuid(), attributes: { far: [far], seq: 4 } }]
        : verb === 'probe'
          ? [{ kind: 'digitalTwin', id: owner.id, attributes: { status: 'online' } }]
          : [];
    return replyOf(owner, message, {
      objects,
      parameters: verb === 'probe' ? { echo: memberAt(message, 'data.action.parameters.echo') } : {},
      at: now(),
      id: deps.ids.uuid(),
    });
  };

  const registerAll = async (): Promise<void> => {
    for (const actor of [asker, owner, stranger])
      expect(codeOf(await say(actor, { verb: 'register', object: 'digitalTwin', objects: [twinOf(actor)], to: registry() }))).toBe('DTF-000');
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cityweave-adaptor-'));
    threads = createNodeThreads(deps.timers);
    const file = NodeFile.parse({ agency: 'between.example', name: { en: 'Between' }, roles: ['registry', 'adaptor'] });
    const vocabulary = createVocabulary([cityDictionary, words]);
    const made = await createAgencyNode({ node: file, directory: folder, deps, logLevel: 'silent', production: false, vocabulary, examples: [], threads });
    node = made.ok ? made.value : expect.unreachable(JSON.stringify(made.problem));
    await node.ready;
    [asker, owner, stranger] = [await createActor('asker', deps), await createActor('owner', deps), await createActor('stranger', deps)];
    await registerAll();
    asker.answer((message) => {
      heard.push(message);
      return replyOf(asker, message, { at: now(), id: deps.ids.uuid() });
    });
    owner.answer(answerAsOwner);
  });
  afterAll(async () => {
    await node.close();
    await threads[Symbol.asyncDispose]();
    for (const actor of [asker, owner, stranger]) await actor[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('says what it converts, also to the registry', async () => {
    const told = await say(asker, { verb: 'retrieve', object: 'communicationAdaptor' });
    expect(memberAt(told, 'data.objects.0.attributes')).toMatchObject({
      formatPairs: expect.arrayContaining([['application/json', 'application/ld+json']]),
      dictionaryPairs: [[cityDictionary.id, words.id]],
      capacity: { connections: limits.adaptorConnectionsMax, used: 0 },
      status: 'online',
    });
    const found = await say(asker, {
      verb: 'discover',
      object: 'communicationAdaptor',
      parameters: { formats: ['application/json', 'application/ld+json'] },
      to: registry(),
    });
    expect(memberAt(found, 'data.objects.0.id')).toBe(node.twin);
  });

  it('tries an adaptation without keeping anything', async () => {
    const tried = await dryRun({ samples: { featureId: feature().id, content: [entity, { id: 7 }] } });
    expect(memberAt(tried, 'data.action.parameters')).toMatchObject({
      dropped: 1,
      samples: [{ kind: 'city:Substation', values: { 'city:power': { value: 250, unit: 'kW' } } }],
    });
    expect(memberAt(tried, 'data.objects.0.attributes')).toMatchObject({
      steps: ['format', 'semantic'],
      report: { coverage: 0.5, unmapped: [{ term: 'grid:hum' }] },
    });
    const many = (count: number) => dryRun({ samples: { featureId: feature().id, content: Array.from({ length: count }, () => entity) } });
    expect([codeOf(await many(limits.adaptationSamplesMax)), codeOf(await many(limits.adaptationSamplesMax + 1))]).toEqual(['DTF-000', 'DTF-112']);
    expect(kindOfCode(String(codeOf(await status())))).toBe('unknownConnection');
  });

  it('tries the rules of a profile in place of those that follow, and says what is wrong with them', async () => {
    const rules = [
      { from: 'id', to: 'key', op: 'copy' },
      { from: 'power', to: 'city:load', op: 'unit', term: 'grid:power', factor: 0.001, fromUnit: 'W', toUnit: 'kW', relation: 'close' },
    ];
    const kind = { from: 'grid:Trafo', to: 'city:Substation', relation: 'exact' };
    const profile = (given: readonly unknown[], featureId = feature().id) => [
      {
        kind: 'adaptationProfile',
        id: 'urn:dtf:profile:asker.example:own',
        attributes: { features: [{ featureId, source: 'trafos', format: 'application/ld+json', kind, rules: given }] },
      },
    ];
    const tried = await dryRun({ samples: { featureId: feature().id, content: [entity] } }, profile(rules));
    expect(memberAt(tried, 'data.action.parameters.samples')).toMatchObject([{ values: { 'city:load': { value: 250, unit: 'kW' } } }]);
    expect(memberAt(tried, 'data.objects.0.attributes.report')).toMatchObject({ lossy: [{ to: 'city:load' }], unmapped: [{ term: 'grid:hum' }] });
    expect(codeOf(await dryRun({ maxLoss: 0.7 }, profile(rules)))).toBe('DTF-605');
    expect(codeOf(await dryRun({}, profile(rules.slice(1))))).toBe('DTF-606');
    expect(codeOf(await dryRun({}, profile(rules, 'urn:dtf:feature:owner.example:other')))).toBe('DTF-606');
    expect(codeOf(await dryRun({ dryRun: false }, profile(rules)))).toBe('DTF-112');
  });

  it('refuses what it cannot bridge, and names what is missing', async () => {
    const lacking = await dryRun({ terms: ['city:power', 'city:voltage'] });
    expect(memberAt(lacking, 'data.action.result')).toMatchObject({ code: 'DTF-601', facts: { found: 'nothing that becomes city:voltage' } });
    const lossy = await dryRun({ maxLoss: 0.4 });
    expect(memberAt(lossy, 'data.action.result')).toMatchObject({ code: 'DTF-605', facts: { found: '0.50', limit: 0.4, accepted: 'grid:hum' } });
    expect(codeOf(await dryRun({ dictionary: 'urn:dtf:dictionary:nobody.example:none' }))).toBe('DTF-310');
    expect(codeOf(await dryRun({ owner: stranger.id }))).toBe('DTF-801');
    expect(codeOf(await bridge(stranger))).toBe('DTF-801');
    expect(codeOf(await bridge(asker, { maxLoss: 0.4 }))).toBe('DTF-605');
  });

  it('carries nothing before it was asked for, and only a probe before it is open', async () => {
    expect(codeOf(await probe())).toBe('DTF-503');
    const made = await bridge(asker);
    expect(memberAt(made, 'data.objects.0.attributes')).toMatchObject({ state: 'ADAPTING', bridge: { adaptorId: node.twin, steps: ['format', 'semantic'] } });
    expect(codeOf(await read())).toBe('DTF-407');
    expect(codeOf(await probe())).toBe('DTF-000');
    // both ends were told before the answer came
    const told = heard
      .filter((message) => memberAt(message, 'data.action.object') === 'communication')
      .map((message) => memberAt(message, 'header.destination.id'));
    expect(told.toSorted()).toEqual([asker.id, owner.id].toSorted());
  });

  it('passes on what its owner signed, beside it what it made of that, signed by itself', async () => {
    const answer = Message.parse(await read({ filter: { property: [{ term: 'city:power', op: 'gte', value: 250, unit: 'kW' }] } }));
    expect(answer.header.source.id).toBe(owner.id);
    expect(verifyText(signedText(answer), answer.header.security?.signature ?? '', key(owner))).toBe(true);
    const [hop] = answer.header.via ?? [];
    expect(hop).toMatchObject({ adaptorId: node.twin, steps: ['format', 'semantic'], digest: sha256(canonicalJson(answer.data)) });
    const signing = JSON.parse(await (await fetch(`${node.address}/.well-known/jwks.json`)).text()).keys[0];
    expect(hop && verifyText(hopText(answer.header.messageId, hop), hop.signature ?? '', signing)).toBe(true);
    expect(memberAt(hop, 'converted.objects.0.attributes.page.rows')).toMatchObject([
      {
        twin: {
          id: `urn:dtf:twin:${owner.authority}:trafos/urn%3Angsi-ld%3ATrafo%3A7`,
          values: { 'city:power': { value: 250, unit: 'kW' } },
          provenance: { via: node.twin },
        },
      },
    ]);
    const asked = Message.parse(heard.findLast((message) => memberAt(message, 'data.action.verb') === 'read'));
    expect(verifyText(signedText(asked), asked.header.security?.signature ?? '', key(asker))).toBe(true);
    expect(memberAt(asked.header.via?.[0], 'converted.action.parameters.query')).toEqual({ version: 1, filter: { kinds: ['grid:Trafo'] } });
  });

  it('tells a record once that comes twice, as it came last', async () => {
    records = [entity, { ...entity, power: { ...entity.power, value: 300_000 } }];
    const answer = Message.parse(await read({ filter: { property: [{ term: 'city:power', op: 'gte', value: 250, unit: 'kW' }] } }));
    expect(memberAt(answer.header.via?.[0], 'converted.objects.0.attributes.page.rows')).toMatchObject([
      { twin: { values: { 'city:power': { value: 300, unit: 'kW' } } } },
    ]);
    records = [entity];
  });

  it('passes an invocation on in the words of the owner, and beside the outputs that the owner signed what they are in those of the asker', async () => {
    const id = `urn:dtf:feature:${owner.authority}:wave`;
    const member = { member: 'w', term: 'grid:power', unit: 'W' };
    const form = { format: 'application/json;profile=ogc-api-processes', dictionary: words.id, inputs: [member], outputs: [member] };
    const computed = { inputs: {}, outputs: {}, modes: ['sync'], effect: 'simulation', form };
    const data = { schema: {}, terms: [], count: 0, stage: 'modelOutput' };
    const wave = { id, attributes: { ...feature().attributes, featureType: 'function', data, function: computed } };
    await bridge(asker, { features: [feature(), wave] });
    owner.answer((message) => {
      if (memberAt(message, 'data.action.verb') !== 'invoke') return answerAsOwner(message);
      heard.push(message);
      const parameters = { runId: uuid(), state: 'SUCCEEDED', since: now(), progress: 1, outputs: { w: 5_000, secret: 1 } };
      return replyOf(owner, message, { objects: [{ kind: 'feature', id }], parameters, at: now(), id: deps.ids.uuid() });
    });
    const parameters = { federationId, agreementId: 'urn:dtf:agreement:asker.example:1', inputs: { 'city:power': 2 } };
    const to = { id: owner.id, role: 'digitalTwin' };
    const answer = Message.parse(
      await say(asker, { verb: 'invoke', object: 'feature', parameters, objects: [{ kind: 'feature', id }], to, header: { federationId } }),
    );
    expect(verifyText(signedText(answer), answer.header.security?.signature ?? '', key(owner))).toBe(true);
    expect(memberAt(answer, 'data.action.parameters.outputs')).toEqual({ w: 5_000, secret: 1 });
    expect(memberAt(answer.header.via?.[0], 'converted.action.parameters')).toMatchObject({ state: 'SUCCEEDED', outputs: { 'city:power': 5 } });
    const asked = Message.parse(heard.findLast((message) => memberAt(message, 'data.action.verb') === 'invoke'));
    expect(verifyText(signedText(asked), asked.header.security?.signature ?? '', key(asker))).toBe(true);
    expect(memberAt(asked.header.via?.[0], 'converted.action.parameters.inputs')).toEqual({ w: 2_000 });
    owner.answer(answerAsOwner);
    await bridge(asker);
  });

  it('speaks for no end: another answer than the owner signed is not passed on', async () => {
    owner.answer((message) => {
      const told = answerAsOwner(message);
      return { ...told, data: { ...(isRaw(told['data']) ? told['data'] : {}), objects: [] } };
    });
    const refused = await read();
    expect(memberAt(refused, 'header.source')).toEqual({ id: node.twin, role: 'communicationAdaptor' });
    expect(codeOf(refused)).toBe('DTF-802');
    expect(memberAt(await status(), 'data.objects.0.attributes')).toMatchObject({ state: 'INTERRUPTED', failures: 1 });
    owner.answer(answerAsOwner);
    expect(codeOf(await read())).toBe('DTF-000');
    expect(memberAt(await status(), 'data.objects.0.attributes')).toMatchObject({ state: 'CONNECTED' });
    const forged = { id: asker.id, role: 'digitalTwin', endpoint: stranger.endpoint.address };
    expect(
      codeOf(
        await say(stranger, {
          verb: 'probe',
          object: 'digitalTwin',
          parameters: { echo: 'x' },
          objects: [{ kind: 'digitalTwin', id: owner.id }],
          to: { id: owner.id, role: 'digitalTwin' },
          header: { source: forged },
        }),
      ),
    ).toBe('DTF-806');
    expect(
      codeOf(
        await say(asker, {
          verb: 'release',
          object: 'federation',
          objects: [{ kind: 'federation', id: federationId }],
          to: { id: owner.id, role: 'digitalTwin' },
        }),
      ),
    ).toBe('DTF-106');
  });

  it('changes its rules for either end, on the revision that stands, and for nobody else', async () => {
    const profileId = memberAt(await bridge(asker), 'data.action.parameters.profileId');
    const rules = [
      { from: 'id', to: 'key', op: 'copy' },
      { from: 'power', to: 'city:load', op: 'unit', term: 'grid:power', factor: 0.001, fromUnit: 'W', toUnit: 'kW' },
    ];
    const patch = (given: readonly unknown[], baseRevision = 4, actor = asker) =>
      say(actor, {
        verb: 'update',
        object: 'adaptationProfile',
        parameters: { baseRevision },
        objects: [
          {
            kind: 'adaptationProfile',
            id: profileId,
            attributes: {
              features: [
                {
                  featureId: feature().id,
                  source: 'trafos',
                  format: 'application/ld+json',
                  kind: { from: 'grid:Trafo', to: 'city:Substation', relation: 'exact' },
                  rules: given,
                },
              ],
            },
          },
        ],
      });
    expect(codeOf(await patch(rules, 1))).toBe('DTF-203');
    expect(codeOf(await patch(rules.slice(1)))).toBe('DTF-606');
    expect(codeOf(await patch([...rules, { from: 'hum', to: 'city:notThere', op: 'copy' }]))).toBe('DTF-311');
    expect(codeOf(await patch(rules, 4, stranger))).toBe('DTF-503');
    expect(memberAt(await patch(rules), 'data.objects.0')).toMatchObject({ revision: 5, attributes: { report: { exact: ['grid:power W to city:load kW'] } } });
    const rows = memberAt(await read(), 'header.via.0.converted.objects.0.attributes.page.rows.0.twin.values');
    expect(rows).toEqual({ 'city:load': { value: 250, unit: 'kW' } });
  });

  it('is set up under an agreement that only its consumer has named, and says so of one connection only', async () => {
    const agreement = (name: string) => `urn:dtf:agreement:${name}.example:1`;
    const byStranger = (n: number | string, agreementId: string) => {
      const { attributes, ...connection } = connectionOf(n);
      const ends = [{ ...attributes.ends[0], twinId: stranger.id }, attributes.ends[1]];
      const objects = [{ ...connection, attributes: { ...attributes, agreementId, ends } }];
      return say(stranger, { verb: 'request', object: 'communication', parameters: { agreementId, ...auto() }, objects });
    };
    expect(codeOf(await bridge(asker))).toBe('DTF-000');
    for (const told of [await byStranger('strange', agreement('asker')), await byStranger(1, agreement('stranger'))])
      expect(kindOfCode(String(codeOf(told)))).toBe('notAuthorised');
    expect(kindOfCode(String(codeOf(await bridge(asker, { agreementId: agreement('other') }))))).toBe('invalid');
    expect(codeOf(await byStranger('strange', agreement('stranger')))).toBe('DTF-000');
  });

  it('counts what went over a bridge, for either end, and tells the consumer when its state changes', async () => {
    const reports = () =>
      heard.filter((message) => memberAt(message, 'data.action.verb') === 'report' && memberAt(message, 'header.destination.id') === asker.id);
    await expect.poll(() => reports().map((message) => memberAt(message, 'data.objects.0.attributes.state'))).toContain('CONNECTED');
    const count = async (actor: Actor) => Number(memberAt(await status(1, actor), 'data.objects.0.attributes.messages'));
    const before = await count(asker);
    expect(codeOf(await read())).toBe('DTF-000');
    expect([await count(asker), await count(owner)]).toEqual([before + 1, before + 1]);
    expect(codeOf(await status(1, stranger))).toBe('DTF-503');
  });

  it('is taken down by either end: nothing passes any more, the other end hears of it, and it stays down', async () => {
    expect(codeOf(await disconnect(stranger))).toBe('DTF-503');
    expect(memberAt(await disconnect(asker), 'data.action.parameters.final')).toMatchObject({ state: 'CLOSING', messages: expect.any(Number) });
    await expect.poll(() => toldOf(owner, 1)).toContain('CLOSED');
    expect(codeOf(await read())).toBe('DTF-503');
    expect(codeOf(await disconnect(asker))).toBe('DTF-000');
    expect(kindOfCode(String(codeOf(await bridge(asker))))).toBe('notAllowedInState');
  });

  it('tells each end how it stands until that has heard it, also after it was asked for again', async () => {
    expect(codeOf(await bridge(asker, {}, 'told'))).toBe('DTF-000');
    owner.answer((message) => (memberAt(message, 'data.action.verb') === 'notify' ? undefined : answerAsOwner(message)));
    expect(codeOf(await probe())).toBe('DTF-000');
    expect([toldOf(asker, 'told'), toldOf(owner, 'told')]).toEqual([['CONNECTED'], []]);
    owner.answer(answerAsOwner);
    expect(memberAt(await bridge(asker, {}, 'told'), 'data.objects.0.attributes.state')).toBe('CONNECTED');
    expect(codeOf(await probe())).toBe('DTF-000');
    await expect.poll(() => toldOf(owner, 'told')).toEqual(['CONNECTED']);
    expect(codeOf(await probe())).toBe('DTF-000');
    expect([toldOf(asker, 'told'), toldOf(owner, 'told')]).toEqual([['CONNECTED'], ['CONNECTED']]);
  });

  it('is interrupted and restored with every other that is open between the same ends, and opened by a message of its own', async () => {
    const states = async () => [await stateOf('told'), await stateOf('beside')];
    expect(codeOf(await bridge(asker, {}, 'beside'))).toBe('DTF-000');
    expect(codeOf(await probe())).toBe('DTF-000');
    expect(await states()).toEqual(['CONNECTED', 'ADAPTING']);
    expect(codeOf(await probe(otherFederationId))).toBe('DTF-000');
    expect(await states()).toEqual(['CONNECTED', 'CONNECTED']);
    owner.answer(() => undefined);
    expect(codeOf(await probe())).not.toBe('DTF-000');
    expect(await states()).toEqual(['INTERRUPTED', 'INTERRUPTED']);
    owner.answer(answerAsOwner);
    expect(codeOf(await probe(otherFederationId))).toBe('DTF-000');
    expect(await states()).toEqual(['CONNECTED', 'CONNECTED']);
    for (const n of ['told', 'beside']) {
      expect(codeOf(await disconnect(asker, n))).toBe('DTF-000');
      await expect.poll(() => stateOf(n)).toBe('CLOSED');
    }
  });

  it('over which nothing came for bridgeIdleMs rests, though nobody said so (A8), and stands again when it is asked for', async () => {
    const lookForIdle = async (): Promise<void> => {
      const [look] = idleLooks.splice(0);
      look?.();
      await expect.poll(() => idleLooks.length).toBe(1);
      // their leases are over as well
      await registerAll();
    };
    expect(codeOf(await bridge(asker, {}, 'idle'))).toBe('DTF-000');
    expect(codeOf(await probe())).toBe('DTF-000');
    heard.length = 0;
    aheadMs += limits.bridgeIdleMs - 1_000;
    await lookForIdle();
    expect(codeOf(await probe())).toBe('DTF-000');
    aheadMs += limits.bridgeIdleMs - 1_000;
    await lookForIdle();
    expect(await stateOf('idle')).toBe('CONNECTED');
    aheadMs += 2_000;
    await lookForIdle();
    expect(kindOfCode(String(codeOf(await status('idle'))))).toBe('unknownConnection');
    expect(toldOf(owner, 'idle')).toEqual(['INTERRUPTED']);
    expect(kindOfCode(String(codeOf(await read())))).toBe('unknownConnection');
    expect(memberAt(await bridge(asker, {}, 'idle'), 'data.objects.0.attributes.state')).toBe('INTERRUPTED');
    expect(codeOf(await probe())).toBe('DTF-000');
    expect(toldOf(owner, 'idle')).toEqual(['INTERRUPTED', 'CONNECTED']);
    expect(codeOf(await disconnect(asker, 'idle'))).toBe('DTF-000');
    await expect.poll(() => stateOf('idle')).toBe('CLOSED');
  });

  it('bridges adaptorConnectionsMax connections at a time', async () => {
    for (let n = 0; n < limits.adaptorConnectionsMax; n += 1) expect(codeOf(await bridge(asker, {}, `many-${n}`))).toBe('DTF-000');
    expect(kindOfCode(String(codeOf(await bridge(asker, {}, 'one-more'))))).toBe('adaptorOverloaded');
  });
});
