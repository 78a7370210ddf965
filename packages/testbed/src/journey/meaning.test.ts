/**
 * Kinds that are not quite what is needed: who offers a broader one is found, says so, and is taken in where the need allows that so much of it may be lost.
 */
import { TermId } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import { createTestCity, until, valueOf } from '../city.ts';
import { type TestAgency, twinOfTest } from '../city-files.ts';

const front: TestAgency = { name: 'front', kind: 'city:Building', twins: [{ key: 'house', at: [0.1, 0.1], values: { height: 12 } }] };
const health: TestAgency = { name: 'health', kind: 'city:CriticalFacility', twins: [{ key: 'ward', at: [0.2, 0.4], values: { height: 9 } }] };
const broader = { part: 'meaning', why: 'city:CriticalFacility is broader than city:Hospital' };

describe('a need for hospitals', () => {
  it('of which half may be lost is served by critical facilities, and the evidence tells that they are broader', async () => {
    await using city = await createTestCity({ agencies: [front, health], needs: [{ kind: 'city:Hospital', maxLoss: 0.5 }] });
    const { members, needs } = await city.active();
    expect(members.map(({ twinId, features }) => [twinId, features.map(({ kind }) => kind)])).toEqual([[twinOfTest('health'), ['city:CriticalFacility']]]);
    const [found] = valueOf(await city.front.orchestration.discover({ needs }));
    expect(found?.evidence).toContainEqual(broader);
    expect((await city.ask({ filter: { kinds: [TermId.parse('city:CriticalFacility')] } })).ids).toEqual(['urn:dtf:twin:health.test.example:things/ward']);
  });

  it('of which nothing may be lost is not: nobody offers what is needed', async () => {
    await using city = await createTestCity({ agencies: [front, health], needs: [{ kind: 'city:Hospital' }] });
    const { reason } = await until(city.federation, (federation) => federation.reason !== undefined, 'a reason');
    expect(reason).toBe('nobody offers city:Hospital yet');
    expect(valueOf(await city.front.orchestration.discover({ needs: city.federation().needs }))).toEqual([]);
  });
});
