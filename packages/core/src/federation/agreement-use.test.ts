import { expect, test } from 'vitest';
import { Authority, agencyTwinIdOf, agreementIdOf, featureIdOf, federationIdOf, TermId } from '../ground/id.ts';
import { addMs, Instant } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { standsIn } from '../ground/trial-state.ts';
import { cityDictionary } from '../twin/city/city-dictionary.ts';
import { createVocabulary } from '../twin/semantic-dictionary.ts';
import { Agreement, AgreementState, behalfPermission } from './agreement.ts';
import { checkLevel, deletionDueAt, keptTo, rateOf, type Use, usable } from './agreement-use.ts';

const [front, water] = [Authority.parse('front.example'), Authority.parse('water.example')];
const [consumer, provider] = [agencyTwinIdOf(front), agencyTwinIdOf(water)];
const now = Instant.parse('2026-05-04T12:00:00Z');
const term = (name: string) => TermId.parse(name);
const feature = (kind: string, modes: ('read' | 'subscribe')[], maxRatePerMinute?: number) => ({
  featureId: featureIdOf(water, kind),
  kind: term(kind),
  modes,
  ...(maxRatePerMinute !== undefined && { maxRatePerMinute }),
});
const agreement: Agreement = {
  id: agreementIdOf(front, 'one'),
  revision: 2,
  state: standsIn('AGREED'),
  terms: {
    federationId: federationIdOf(front, 'one'),
    parties: { consumer, provider },
    features: [feature('city:RiverGauge', ['read', 'subscribe']), feature('city:FloodZone', ['read'])],
    purpose: term('city:safety'),
    permissions: [],
    prohibitions: [],
    validity: { from: now, to: addMs(now, 1_000) },
  },
};
const use: Use = { consumer, provider, now, mode: 'read', connected: true, vocabulary: createVocabulary([cityDictionary]) };
const kindOf = (given: Agreement | undefined, changes: Partial<Use> = {}) => {
  const used = usable(given, { ...use, ...changes });
  return used.ok ? used.value.features.map(({ kind }) => kind) : used.problem.kind;
};

test('in force it grants what is granted for the mode, and nothing else', () => {
  expect(kindOf(agreement)).toEqual(['city:RiverGauge', 'city:FloodZone']);
  expect(kindOf(agreement, { mode: 'subscribe' })).toEqual(['city:RiverGauge']);
});

test('in every state but AGREED, and without a connection, it grants nothing', () => {
  for (const state of AgreementState.options.filter((one) => one !== 'AGREED')) expect(kindOf({ ...agreement, state: standsIn(state) })).toBe('notInForce');
  expect(kindOf(agreement, { connected: false })).toBe('notInForce');
  expect(kindOf(undefined)).toBe('notInForce');
});

test('of others, or for another federation, it grants nothing', () => {
  expect(kindOf(agreement, { consumer: provider })).toBe('notInForce');
  expect(kindOf(agreement, { provider: consumer })).toBe('notInForce');
  expect(kindOf(agreement, { federationId: federationIdOf(front, 'two') })).toBe('notInForce');
  expect(kindOf(agreement, { federationId: federationIdOf(front, 'one') })).not.toBe('notInForce');
});

test('it holds from its beginning, as far as clocks may differ before it, to its end', () => {
  expect(kindOf(agreement, { now: addMs(now, -limits.clockToleranceMs) })).not.toBe('notInForce');
  expect(kindOf(agreement, { now: addMs(now, -limits.clockToleranceMs - 1) })).toBe('notInForce');
  expect(kindOf(agreement, { now: addMs(now, 1_000) })).not.toBe('notInForce');
  expect(kindOf(agreement, { now: addMs(now, 1_001) })).toBe('notInForce');
});

test('a purpose that is said must be the agreed one or narrower', () => {
  expect(kindOf(agreement, { purpose: term('city:safety') })).not.toBe('purposeNotPermitted');
  expect(kindOf(agreement, { purpose: term('city:planning') })).toBe('purposeNotPermitted');
});

test('the least rate of several features bounds them', () => {
  expect(rateOf([feature('city:RiverGauge', ['read'])])).toBeUndefined();
  expect(rateOf([feature('city:RiverGauge', ['read'], 60), feature('city:FloodZone', ['read'], 12)])).toBe(12);
});

test('what is older or less exact than was agreed is not given out as if it were not; what names no level has none', () => {
  const promised = { ...feature('city:RiverGauge', ['read']), maxAge: 'PT30S', minAccuracy: 0.9 };
  const kindFor = (granted: typeof promised | ReturnType<typeof feature>, supply: { newest?: typeof now; accuracy?: number }) => {
    const checked = checkLevel(granted, supply, now);
    return checked.ok ? 'good' : checked.problem.kind;
  };
  expect(kindFor(promised, { newest: addMs(now, -30_000), accuracy: 0.9 })).toBe('good');
  expect(kindFor(promised, { newest: addMs(now, -30_001), accuracy: 0.9 })).toBe('tooOld');
  expect(kindFor(promised, { newest: now, accuracy: 0.89 })).toBe('qualityTooLow');
  expect(kindFor(promised, { newest: now })).toBe('qualityTooLow');
  expect(kindFor(promised, { accuracy: 0.9 })).toBe('good');
  expect(kindFor(feature('city:RiverGauge', ['read']), { newest: addMs(now, -86_400_000) })).toBe('good');
});

test('what was given has to be gone as long after the end as was agreed, or earlier where that was promised; where nothing was agreed as promised, else at the end', () => {
  const after = { ...agreement, terms: { ...agreement.terms, obligations: [{ type: 'delete' as const, after: 'PT1M' }] } };
  expect(deletionDueAt(agreement, now)).toBe(now);
  expect(deletionDueAt(after, now)).toBe(addMs(now, 60_000));
  expect(deletionDueAt({ ...after, deleteDataBy: addMs(now, 5) }, now)).toBe(addMs(now, 5));
  expect(deletionDueAt({ ...after, deleteDataBy: addMs(now, 60_001) }, now)).toBe(addMs(now, 60_000));
  expect(deletionDueAt({ ...agreement, deleteDataBy: addMs(now, 5) }, now)).toBe(addMs(now, 5));
});

test('a partner is trusted by what was agreed with it and kept, and not where it holds what should be gone', () => {
  const held = Agreement.parse({ ...agreement, hash: 'sha-256:0', state: 'TERMINATED' });
  const kept = (given: readonly Agreement[], partner: string = provider) => keptTo(given, { partner, now });
  expect([kept([]), kept([Agreement.parse({ ...agreement, state: 'REJECTED' })]), kept([held])]).toEqual(['unknown', 'unknown', 'kept']);
  const owed = { ...held, deleteDataBy: addMs(now, -1) };
  expect(kept([owed], consumer)).toBe('broken');
  expect([kept([owed]), kept([{ ...owed, deletedAt: now }], consumer), kept([{ ...held, deleteDataBy: now }], consumer)]).toEqual(['kept', 'kept', 'kept']);
});

test('a consumer asks for itself and its own people, for others only where the agreement names them', () => {
  const other = 'urn:dtf:org:county.example:flood-office';
  const named = { ...agreement, terms: { ...agreement.terms, permissions: [behalfPermission(other)] } };
  expect([
    kindOf(agreement, { onBehalfOf: 'urn:dtf:person:front.example:ada' }),
    kindOf(agreement, { onBehalfOf: other }),
    kindOf(named, { onBehalfOf: other }),
  ]).toEqual([kindOf(agreement), 'notAuthorised', kindOf(agreement)]);
});
