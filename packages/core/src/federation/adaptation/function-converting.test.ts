import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeatureId } from '../../ground/id.ts';
import { cityDictionary } from '../../twin/city/city-dictionary.ts';
import { type Feature, FeatureInformation } from '../../twin/feature-information.ts';
import { createVocabulary, SemanticDictionary } from '../../twin/semantic-dictionary.ts';
import { inputsToOwner, runToConsumer, schemaToConsumer } from './function-converting.ts';
import { checkRules, planFeature } from './planning.ts';

const words = SemanticDictionary.parse({
  id: 'urn:dtf:dictionary:river.example:river',
  version: '1',
  prefix: 'river',
  name: { en: 'River' },
  terms: [
    { term: 'river:Forecast', role: 'kind', label: { en: 'Forecast' }, broader: ['city:Function'] },
    { term: 'river:stage', role: 'property', label: { en: 'Stage' }, dataType: 'number', unit: '[ft_i]', sameAs: ['city:waterLevel'] },
    { term: 'river:alert', role: 'property', label: { en: 'Alert' }, dataType: 'text', sameAs: ['city:condition'] },
    { term: 'river:mood', role: 'property', label: { en: 'Mood' }, dataType: 'text' },
  ],
});

const codes = { H: 'high', L: 'low' };
const stage = { member: 'stage_ft', term: 'river:stage', unit: '[ft_i]' };
const alert = { member: 'alert', term: 'river:alert', codes };

const feature: Feature = {
  id: FeatureId.parse('urn:dtf:feature:river.example:forecast'),
  attributes: FeatureInformation.parse({
    twinId: 'urn:dtf:twin:river.example:agency',
    name: { en: 'Forecast' },
    featureType: 'function',
    semanticType: 'river:Forecast',
    direction: 'provides',
    data: { schema: {}, terms: [], count: 0, stage: 'modelOutput' },
    function: {
      inputs: {},
      outputs: {},
      modes: ['sync'],
      effect: 'simulation',
      form: {
        format: 'application/json;profile=ogc-api-processes',
        dictionary: words.id,
        inputs: [stage, alert],
        outputs: [stage, alert, { member: 'mood', term: 'river:mood' }],
      },
    },
    coverage: {},
    bindings: [{ protocol: 'http', address: 'http://river.example/dtf/messages', format: 'application/json', security: 'jws' }],
    policy: {},
    visibility: { level: 'public' },
    status: 'active',
    version: '1',
  }),
};

const target = { vocabulary: createVocabulary([cityDictionary, words]), dictionary: cityDictionary, protocol: 'http' };

const planned = () => {
  const plan = planFeature(feature, target);
  if (!plan.ok) throw new Error(plan.problem.kind);
  return plan.value;
};

describe("a function in its owner's own words", () => {
  it('is planned from its form: what goes in, what comes out, and what is lost', () => {
    const { adaptation, report } = planned();
    expect(adaptation.kind).toMatchObject({ from: 'river:Forecast', to: 'city:Function', relation: 'broader' });
    expect(adaptation.inputs?.map(({ from, to, op }) => [from, to, op])).toEqual([
      ['stage_ft', 'city:waterLevel', 'unit'],
      ['alert', 'city:condition', 'code'],
    ]);
    expect(report.unmapped.map(({ term }) => term)).toEqual(['river:mood']);
    expect(checkRules([adaptation])).toMatchObject({ ok: true });
  });

  it("takes the consumer's terms in its own names, units and codes", () => {
    expect(inputsToOwner(planned().adaptation, { 'city:waterLevel': 3.048, 'city:condition': 'high' })).toEqual({
      ok: true,
      value: { stage_ft: 10, alert: 'H' },
    });
    expect(inputsToOwner(planned().adaptation, { 'city:waterLevel': [0.3048, [0.6096]] })).toEqual({ ok: true, value: { stage_ft: [1, [2]] } });
  });

  it('refuses an input that it does not have, and one that is no number', () => {
    const accepted = 'city:waterLevel, city:condition';
    expect(inputsToOwner(planned().adaptation, { stage_ft: 1 })).toMatchObject({ problem: { kind: 'badInput', path: '/inputs/stage_ft', accepted } });
    expect(inputsToOwner(planned().adaptation, { 'city:waterLevel': 'high' })).toMatchObject({ problem: { kind: 'badInput', accepted: 'numbers in m' } });
  });

  it("tells its outputs in the consumer's words; what means nothing there is left out and counted", () => {
    const told = runToConsumer({ inputs: { stage_ft: 10 }, outputs: { stage_ft: [10, 20], alert: 'L', mood: 'calm', secret: 1 } }, planned().adaptation);
    expect(told).toEqual({
      run: { inputs: { 'city:waterLevel': 3.048 }, outputs: { 'city:waterLevel': [3.048, 6.096], 'city:condition': 'low' } },
      dropped: 2,
    });
  });

  it('gives back what went in, whatever the number', () => {
    const { adaptation } = planned();
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), (level) => {
        const owner = inputsToOwner(adaptation, { 'city:waterLevel': level });
        const back = owner.ok ? runToConsumer({ inputs: owner.value }, adaptation).run.inputs['city:waterLevel'] : undefined;
        expect(Math.abs(Number(back) - level)).toBeLessThanOrEqual(Math.abs(level) * 1e-10);
      }),
    );
  });

  it("is described in the consumer's words and units", () => {
    const schema = {
      type: 'object',
      properties: { stage_ft: { type: 'number', minimum: 0, maximum: 100, multipleOf: 5 }, alert: { enum: ['H', 'L'] } },
      required: ['stage_ft'],
    };
    expect(schemaToConsumer(schema, planned().adaptation.inputs ?? [])).toEqual({
      type: 'object',
      properties: { 'city:waterLevel': { type: 'number', minimum: 0, maximum: 30.48, unit: 'm' }, 'city:condition': { enum: ['high', 'low'] } },
      required: ['city:waterLevel'],
    });
  });
});
