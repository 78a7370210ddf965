/**
 * What carries the exchange between nodes: of two bindings the better one, HTTP where the socket is refused, and an adaptor between twins that share none;
 * qos says the same over each.
 */
import { startBroker, systemDeps } from '@cityweave/server';
import { describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, present, until } from '../city.ts';
import { authorityOfTest, fourAgencies, testFederationId, twinOfTest } from '../city-files.ts';
import { bridgedAgencies, bridgedNeeds, gaugeFeatures, transformers } from '../far/bridged-city.ts';
import { startFarServer } from '../far/interface.ts';
import { listenIn } from '../wire.ts';

const hostOf = (address: string): string => new URL(address).host;

describe('an initiator that speaks both', () => {
  it('takes the socket of a member that has one, for questions and for changes, and HTTP with one that has none', async () => {
    using wire = listenIn();
    await using city = await createTestCity({ agencies: fourAgencies({ fire: { node: { bindings: ['http'] } } }) });
    await city.active();
    expect((await city.ask()).sources.map(({ status }) => status)).toEqual(['ANSWERED', 'ANSWERED', 'ANSWERED', 'ANSWERED']);
    const following = new AbortController();
    const taken: string[] = [];
    city.front.orchestration.follow(
      () => city.federation(),
      async ({ agency, type }) => void (type === 'alive' && taken.push(agency)),
      following.signal,
    );
    await until(
      () => new Set(taken).size,
      (agencies) => agencies === 4,
      'followed',
    );
    following.abort();
    const pathsTo = (name: string): readonly string[] => {
      const host = hostOf(city.node(name).address);
      return [...new Set(wire.sockets.filter((one) => one.startsWith(`${host}/`)).map((one) => one.slice(host.length).split('?')[0] ?? ''))].toSorted();
    };
    expect(pathsTo('water')).toEqual(['/dtf/events', '/dtf/messages']);
    expect(pathsTo('fire')).toEqual([]);
  });
});

describe.each([
  { bindings: ['http'], paths: [] },
  { bindings: ['http', 'websocket'], paths: ['/dtf/messages'] },
])('a registry among nodes that speak $bindings', ({ bindings, paths }) => {
  it('is told and asked over the better one, and answers the same', async () => {
    using wire = listenIn();
    await using city = await createTestCity({
      agencies: fourAgencies().slice(0, 3),
      bindings,
      federation: { initiator: authorityOfTest('water') },
      needs: [{ kind: 'city:Substation' }],
    });
    const federation = await until(
      () => city.node('water').orchestration.federation(testFederationId),
      (found) => found?.state === 'ACTIVE',
      'ACTIVE',
    );
    expect(federation?.members.map(({ twinId }) => twinId)).toEqual([twinOfTest('energy')]);
    const host = hostOf(city.node('front').address);
    expect([...new Set(wire.sockets.filter((one) => one.startsWith(`${host}/`)).map((one) => one.slice(host.length)))]).toEqual(paths);
  });
});

describe('twins that share no binding', () => {
  it('are connected by an adaptor: a consumer that speaks HTTP alone reads of an owner that offers its data over a WebSocket alone', async () => {
    using wire = listenIn();
    await using river = await startFarServer(gaugeFeatures);
    await using grid = await startBroker({ entities: transformers, deps: systemDeps() });
    const agencies = bridgedAgencies({ river, grid }).map((agency) => {
      const bindings = { front: ['http'], river: ['websocket'], grid: ['websocket'] }[agency.name];
      return { ...agency, node: { ...agency.node, ...(bindings && { bindings }) } };
    });
    await using city = await createTestCity({ agencies, needs: bridgedNeeds });
    await city.active();
    const found = await city.ask();
    expect(['river', 'grid'].map((name) => [found.source(name).status, found.source(name).rows])).toEqual([
      ['WITHHELD', 3],
      ['ANSWERED', 2],
    ]);
    const told = await askGraphql(city.front.address, `{ federation(id: "${city.federation().id}") { connections { bridge { steps } } } }`);
    expect(JSON.stringify(told.data)).toContain('["PROTOCOL","FORMAT","SEMANTIC"]');
    const opened = (name: string): boolean => wire.sockets.includes(`${hostOf(city.node(name).address)}/dtf/messages`);
    expect(['river', 'grid', 'between'].map(opened)).toEqual([true, true, false]);
  });

  it('are connected by the next adaptor where one cannot be reached', async () => {
    await using river = await startFarServer(gaugeFeatures);
    await using grid = await startBroker({ entities: transformers, deps: systemDeps() });
    const other = { name: 'beyond', kind: 'city:Building', twins: [], node: { roles: ['adaptor'] } };
    await using city = await createTestCity({ agencies: [...bridgedAgencies({ river, grid }), other], needs: [] });
    await city.node('between').close();
    const id = city.front.twin.replace('twin', 'federation').replace('agency', 'next');
    const need = 'id: "FEDERATION", name: { en: "Next" }, purpose: "city:safety", needs: [{ kind: "city:RiverGauge" }]'.replace('FEDERATION', id);
    await askGraphql(city.front.address, `mutation { requestService(approval: GRANTED, need: { ${need} }) { __typename } }`);
    const { members } = present(
      await until(
        () => city.front.orchestration.federation(id as never),
        (federation) => federation?.state === 'ACTIVE',
        'ACTIVE',
      ),
      'federation',
    );
    expect(members.map(({ bridge }) => bridge?.adaptorId)).toEqual([twinOfTest('beyond')]);
  });
});
