/**
 * Of which twins a function may tell: an owner's policy holds for what is computed as it does for what is read.
 */
import { type AgreementTerms, Authority, agencyTwinIdOf, cityDictionary, createVocabulary, featureIdOf, federationIdOf, TermId } from '@cityweave/core';
import { expect, it } from 'vitest';
import { Policy } from '../../config/node-file.ts';
import type { Room } from '../room.ts';
import { grantedKinds } from './granted-kinds.ts';

const [owner, asker] = ['water.example', 'front.example'].map((name) => Authority.parse(name)) as [Authority, Authority]; // branding: two of two
const [gauge, gate, shelter, exposure] = ['RiverGauge', 'FloodGate', 'Shelter', 'Exposure'].map((name) => TermId.parse(`city:${name}`)) as [
  TermId,
  TermId,
  TermId,
  TermId,
]; // branding: four of four

const terms = (...kinds: readonly TermId[]): AgreementTerms => ({
  federationId: federationIdOf(asker, 'one'),
  parties: { consumer: agencyTwinIdOf(asker), provider: agencyTwinIdOf(owner) },
  features: kinds.map((kind) => ({ featureId: featureIdOf(owner, kind), kind, modes: ['read'] })),
  purpose: TermId.parse('city:safety'),
  permissions: [],
  prohibitions: [],
  validity: { from: '2026-01-01T00:00:00.000Z' as never }, // branding: an instant
});

const granted = (rule: object, agreed: AgreementTerms, offers: readonly object[] = []) => {
  const vocabulary = createVocabulary([cityDictionary]);
  const store = { kinds: async () => [gauge, gate, shelter].map((kind) => ({ kind })) };
  const node = { policy: Policy.parse({ rules: [rule] }), offers };
  return grantedKinds({ store, node, vocabulary: () => vocabulary } as unknown as Room, agreed); // branding: it looks at nothing else of its room
};

it('kinds that the rule for this asker gives, and no others', async () => {
  expect(await granted({}, terms(exposure))).toEqual([gauge, gate, shelter]);
  expect(await granted({ kinds: [exposure, gauge] }, terms(exposure))).toEqual([gauge]);
  expect(await granted({ agencies: ['urn:dtf:agency:other.example'] }, terms(exposure))).toEqual([]);
  expect(await granted({ decision: 'decline' }, terms(exposure))).toEqual([]);
});

it('where a person must be asked only what the agreement names', async () =>
  expect(await granted({ decision: 'ask' }, terms(exposure, shelter))).toEqual([shelter]));

it('kinds that tell of persons only where the rule says so', async () => {
  const offers = [{ kind: shelter, personalData: true }];
  expect(await granted({}, terms(exposure), offers)).toEqual([gauge, gate]);
  expect(await granted({ personalData: true }, terms(exposure), offers)).toEqual([gauge, gate, shelter]);
});
