import { describe, expect, test } from 'vitest';
import { AgreementId, agencyOf, FeatureId, FederationId, TermId, TwinId } from '../../ground/id.ts';
import { addMs } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { standsIn } from '../../ground/trial-state.ts';
import { type Agreement, type AgreementTerms, agreementLifecycle, considerRequest, endAgreement, moveAgreement, type PolicyRule } from '../agreement.ts';
import type { Need } from '../candidate.ts';
import { start, vocabulary } from '../trial-federation.ts';
import { checkRound, considerOffer } from './negotiation.ts';

const term = (name: string) => TermId.parse(name);
const consumer = TwinId.parse('urn:dtf:twin:planning.example:agency');
const provider = TwinId.parse('urn:dtf:twin:energy.example:agency');
const featureId = FeatureId.parse('urn:dtf:feature:energy.example:substations');
const asked: AgreementTerms = {
  federationId: FederationId.parse('urn:dtf:federation:planning.example:flood'),
  parties: { consumer, provider },
  features: [{ featureId, kind: term('city:Substation'), modes: ['read', 'subscribe'] }],
  purpose: term('city:safety'),
  permissions: ['use:city:safety'],
  prohibitions: ['redistribute'],
  validity: { from: start },
};
const agreement: Agreement = { id: AgreementId.parse('urn:dtf:agreement:planning.example:flood'), revision: 1, terms: asked, state: standsIn('REQUESTED') };
const need = (more: Partial<Need> = {}): Need => ({ kind: term('city:Substation'), optional: false, ...more });
const asking = (more: Partial<Need> = {}, lastAsked = asked) => ({ needs: [need(more)], vocabulary, asked: lastAsked });
const withFeature = (change: Partial<AgreementTerms['features'][number]>): AgreementTerms => ({
  ...asked,
  features: asked.features.map((feature) => ({ ...feature, ...change })),
});

describe('an offer', () => {
  test('is accepted where it gives what the needs cannot do without', () => {
    expect(considerOffer(asked, asking()).decision).toBe('accept');
    expect(considerOffer(withFeature({ withheld: [term('city:owner')], maxRatePerMinute: 60 }), asking({ terms: [term('city:load')] })).decision).toBe(
      'accept',
    );
  });

  test('is countered with the least that is needed, and refused when the owner repeats what is not enough', () => {
    const offered = withFeature({ maxRatePerMinute: 60 });
    const first = considerOffer(offered, asking({ minRatePerMinute: 600 }));
    expect(first).toMatchObject({ decision: 'counter', terms: { features: [{ maxRatePerMinute: 600 }] } });
    if (first.decision !== 'counter') return;
    expect(considerOffer(offered, asking({ minRatePerMinute: 600 }, first.terms))).toMatchObject({
      decision: 'reject',
      problem: { kind: 'termsNotAcceptable', accepted: '600 questions a minute' },
    });
    expect(considerOffer(withFeature({ maxRatePerMinute: 600 }), asking({ minRatePerMinute: 600 }, first.terms)).decision).toBe('accept');
  });

  test('that keeps back what is needed is countered, or refused where only that differs', () => {
    const kept = withFeature({ withheld: [term('city:load')] });
    expect(considerOffer(kept, asking({ terms: [term('city:load')] }))).toMatchObject({
      decision: 'reject',
      problem: { accepted: 'city:load of city:Substation' },
    });
    const slow = withFeature({ withheld: [term('city:load'), term('city:owner')], maxRatePerMinute: 60 });
    expect(considerOffer(slow, asking({ terms: [term('city:load')] }))).toMatchObject({
      decision: 'counter',
      terms: { features: [{ withheld: ['city:owner'] }] },
    });
  });

  test('that changes the deal itself is refused', () => {
    const others: readonly AgreementTerms[] = [
      { ...asked, purpose: term('city:culture') },
      { ...asked, parties: { consumer: provider, provider: consumer } },
      { ...asked, features: [] },
      withFeature({ featureId: FeatureId.parse('urn:dtf:feature:energy.example:everything') }),
    ];
    expect(others.map((terms) => considerOffer(terms, asking()).decision)).toEqual(others.map(() => 'reject'));
  });
});

test('an owner offers its rate where none is asked for, gives more to who insists, never more than its most', () => {
  const rule: PolicyRule = { withhold: [], decision: 'accept', maxRatePerMinute: 60, mostRatePerMinute: 600, deleteAfter: 'P7D' };
  const offered = new Map([[featureId, term('city:Substation')]]);
  const rateFor = (rate: number | undefined) => {
    const terms = rate === undefined ? asked : withFeature({ maxRatePerMinute: rate });
    const considered = considerRequest(terms, { asker: agencyOf(consumer), rules: [rule], vocabulary, offered });
    return considered.decision === 'accept' ? [considered.terms.features[0]?.maxRatePerMinute, considered.terms.obligations] : considered.decision;
  };
  const duty = [{ type: 'delete', after: 'P7D' }];
  expect([rateFor(undefined), rateFor(10), rateFor(600), rateFor(6_000)]).toEqual([
    [60, duty],
    [10, duty],
    [600, duty],
    [600, duty],
  ]);
});

test('a service level is promised no better than the owner can, and what is less than the needs want is refused', () => {
  const wanted: AgreementTerms = { ...asked, serviceLevel: { latencyMs: 200, availability: 0.99 } };
  const offered = new Map([[featureId, term('city:Substation')]]);
  const promised = (serviceLevel: PolicyRule['serviceLevel']) => {
    const considered = considerRequest(wanted, { asker: agencyOf(consumer), rules: [{ withhold: [], decision: 'accept', serviceLevel }], vocabulary, offered });
    return considered.decision === 'accept' ? considered.terms.serviceLevel : considered.decision;
  };
  expect(promised(undefined)).toEqual({ latencyMs: 200, availability: 0.99 });
  expect(promised({ latencyMs: 100, availability: 0.999 })).toEqual({ latencyMs: 200, availability: 0.99 });
  expect(promised({ latencyMs: 2_000, availability: 0.9 })).toEqual({ latencyMs: 2_000, availability: 0.9 });
  const consider = (serviceLevel: AgreementTerms['serviceLevel']) => considerOffer({ ...asked, ...(serviceLevel && { serviceLevel }) }, asking({}, wanted));
  expect(consider({ latencyMs: 200, availability: 0.99 }).decision).toBe('accept');
  for (const less of [undefined, { latencyMs: 201, availability: 0.99 }, { latencyMs: 200, availability: 0.98 }, { latencyMs: 200 }])
    expect(consider(less)).toMatchObject({ decision: 'reject', problem: { accepted: 'answers within 200 ms, 99 % of the time' } });
});

describe('terms may be put forward', () => {
  const known: Agreement = { ...agreement, round: 2, answerBy: addMs(start, limits.invitationMs) };
  const roundAt = (round: number, ms = 0) => {
    const checked = checkRound(known, round, addMs(start, ms));
    return checked.ok ? 'in turn' : checked.problem.kind;
  };

  test('in their turn, up to negotiationRoundsMax times, for invitationMs', () => {
    expect([roundAt(2), roundAt(3), roundAt(limits.negotiationRoundsMax), roundAt(limits.negotiationRoundsMax + 1)]).toEqual([
      'notAllowedInState',
      'in turn',
      'in turn',
      'tooManyRounds',
    ]);
    expect([roundAt(3, limits.invitationMs), roundAt(3, limits.invitationMs + 1)]).toEqual(['in turn', 'invitationExpired']);
  });
});

describe('an agreement', () => {
  test('is moved by its lifecycle alone', () => {
    for (const from of agreementLifecycle.states.map((state) => standsIn(state)))
      for (const to of agreementLifecycle.states) expect(moveAgreement({ ...agreement, state: from }, to).ok).toBe(agreementLifecycle.move(from, to).ok);
  });

  test('ends by its time or before it, once', () => {
    const agreed: Agreement = { ...agreement, state: standsIn('AGREED'), terms: { ...asked, validity: { from: start, to: addMs(start, 1_000) } } };
    expect([endAgreement(agreed, addMs(start, 1_000)).state, endAgreement(agreed, addMs(start, 1_001)).state]).toEqual(['TERMINATED', 'EXPIRED']);
    const rejected: Agreement = { ...agreement, state: standsIn('REJECTED') };
    expect(endAgreement(rejected, start)).toBe(rejected);
  });
});
