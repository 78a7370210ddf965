/**
 * A store that goes away while its node runs: a Neo4j of the agency's own is killed, and comes back. The node says what it is, to people, partners and whoever looks after it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { twinIdOf } from '@cityweave/core';
import { type AgencyNode, systemDeps } from '@cityweave/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql, createTestCity, type TestCity, until } from '../city.ts';
import { agencyOfTest, authorityOfTest, fourAgencies } from '../city-files.ts';
import { neo4jTool, withoutOwnServer } from '../neo4j.ts';

type Follow = AgencyNode['orchestration']['follow'];
type SourceEvent = Parameters<Parameters<Follow>[1]>[0];

const skipped = withoutOwnServer();

describe.skipIf(skipped !== '')(`an agency whose Neo4j goes away${skipped}`, () => {
  const home = mkdtempSync(join(tmpdir(), 'cityweave-away-'));
  let city: TestCity;
  let server: ReturnType<typeof neo4jTool> = {};
  const stop = new AbortController();
  const told: SourceEvent[] = [];
  const address = () => city.node('energy').address;
  const readiness = async () => {
    const response = await fetch(new URL('/health/ready', address()));
    return { status: response.status, body: await response.json() };
  };
  const metrics = async (): Promise<string> => (await fetch(new URL('/metrics', address()))).text();

  beforeAll(async () => {
    server = neo4jTool('start', home);
    const inNeo4j = { node: { store: { adapter: 'neo4j', uri: server.uri } } };
    city = await createTestCity({ agencies: fourAgencies({ front: inNeo4j, energy: inNeo4j }) });
    await city.active();
  }, 240_000);
  afterAll(async () => {
    stop.abort();
    await city[Symbol.asyncDispose]();
    neo4jTool('stop', home);
    rmSync(home, { recursive: true, force: true });
  });

  it('tells partners and applications that it is unavailable, is not ready, and counts no bug of ours', { timeout: 120_000 }, async () => {
    expect((await city.ask()).source('energy').status).toBe('ANSWERED');
    expect(await readiness()).toMatchObject({ status: 200 });
    city.front.orchestration.follow(city.federation, async (event) => void told.push(event), stop.signal);
    await until(
      () => told,
      (events) => events.some(({ type, agency }) => type === 'alive' && agency === agencyOfTest('front')),
      'followed',
    );
    process.kill(server.pid ?? 0, 'SIGKILL');
    const found = await city.ask();
    for (const name of ['front', 'energy']) expect(found.source(name)).toMatchObject({ status: 'FAILED', problem: { kind: 'unavailable' } });
    expect(['water', 'fire'].map((name) => found.source(name).status)).toEqual(['ANSWERED', 'ANSWERED']);
    expect(found.ids.filter((id) => id.includes('/gauge-')).length).toBe(3);
    await until(
      () => told,
      (events) => events.some(({ type, agency }) => type === 'silent' && agency === agencyOfTest('front')),
      'told that the own store is silent',
    );
    const { errors = [] } = await askGraphql(address(), '{ joins(first: 1) { nodes { __typename } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryable: true } }]);
    expect(await readiness()).toMatchObject({ status: 503, body: { problem: expect.stringContaining('Neo4j does not answer') } });
    expect(await metrics()).toMatch(/^cityweave_defects_total\{.*\} 0$/m);
  });

  it('answers again once it is back', { timeout: 120_000 }, async () => {
    neo4jTool('start', home, server.port);
    await until(readiness, ({ status }) => status === 200, 'ready');
    await until(
      async () => (await city.ask()).sources.map(({ status }) => status),
      (statuses) => statuses.every((status) => status === 'ANSWERED'),
      'answered by all',
    );
    const house = twinIdOf(authorityOfTest('front'), 'things', 'house');
    await city.front.store.apply([{ op: 'patchTwin', id: house, values: {}, position: [0.11, 0.11] }], { at: systemDeps().clock.now() });
    await until(
      () => told,
      (events) => events.some((event) => event.type === 'changed' && event.ids.includes(house)),
      'told of the change',
    );
    expect(await metrics()).toMatch(/^cityweave_defects_total\{.*\} 0$/m);
  });
});
