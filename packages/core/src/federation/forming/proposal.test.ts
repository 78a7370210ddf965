import { describe, expect, it } from 'vitest';
import { FederationId, TermId, TwinId } from '../../ground/id.ts';
import { addMs, instantOfMs } from '../../ground/instant.ts';
import { proposeFederation } from '../federation.ts';
import { differences } from './proposal.ts';

const now = instantOfMs(Date.UTC(2026, 4, 4));
const asked: Parameters<typeof proposeFederation>[0] = {
  id: FederationId.parse('urn:dtf:federation:front.example:one'),
  name: { en: 'Flood' },
  purpose: TermId.parse('city:safety'),
  initiator: TwinId.parse('urn:dtf:twin:front.example:agency'),
  needs: [{ kind: TermId.parse('city:RiverGauge'), optional: false }],
  rules: { authoritative: {}, tolerance: {} },
  approval: 'ask',
  sync: { epoch: now, slot: 'PT10S', methods: {}, units: {} },
};
const known = proposeFederation(asked, now);

describe('what is proposed under the id of a federation', () => {
  it('is the same where it says the same, also after a person said yes, and later', () => {
    expect(differences(known, asked)).toEqual([]);
    expect(differences({ ...known, approval: 'granted' }, asked)).toEqual([]);
    expect(differences(known, { ...asked, sync: { epoch: addMs(now, 1), slot: 'PT10S', methods: {}, units: {} } })).toEqual([]);
  });

  it('is another one by each thing that it says otherwise, and these are named', () => {
    const { approval: _, sync: _sync, ...bare } = asked;
    const needs = [{ kind: TermId.parse('city:Substation'), optional: false }];
    const changes = { name: { en: 'Fire' }, description: { en: 'one' }, purpose: TermId.parse('city:planning'), needs, twinTypes: [], validUntil: now };
    for (const [member, value] of Object.entries(changes)) expect(differences(known, { ...asked, [member]: value })).toEqual([member]);
    expect(differences(known, { ...asked, ...changes })).toEqual(Object.keys(changes));
    expect(differences(known, { ...asked, area: { type: 'Point', coordinates: [7, 50] } })).toEqual(['area']);
    expect(differences(known, bare)).toEqual(['approval', 'sync']);
    expect(differences({ ...known, approval: 'granted' }, { ...bare, sync: { epoch: now, slot: 'PT1S', methods: {}, units: {} } })).toEqual([
      'approval',
      'sync',
    ]);
  });
});
