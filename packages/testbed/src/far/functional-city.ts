/**
 * Functional city: agencies whose own systems compute and move things: the river authority's flood wave, the gates' openings at their broker; an adaptor lies between.
 */
import type { Broker } from '@cityweave/server';
import { authorityOfTest, type TestAgency } from '../city-files.ts';
import type { FarProcess } from './far-process.ts';

const riverWords = {
  id: 'urn:dtf:dictionary:river.test.example:river',
  version: '1.0.0',
  prefix: 'river',
  name: { en: 'Words of the river authority' },
  terms: [
    { term: 'river:FloodWave', role: 'kind', label: { en: 'Flood wave' }, sameAs: ['city:FloodForecast'] },
    { term: 'river:discharge', role: 'property', label: { en: 'Discharge' }, dataType: 'number', unit: '[cft_i]/s', sameAs: ['city:flow'] },
    { term: 'river:reach', role: 'property', label: { en: 'Reach' }, dataType: 'text', sameAs: ['city:district'] },
    { term: 'river:ahead', role: 'property', label: { en: 'Ahead' }, dataType: 'number', unit: 'd', sameAs: ['city:horizon'] },
    { term: 'river:stage', role: 'property', label: { en: 'Stage' }, dataType: 'number', unit: '[ft_i]', sameAs: ['city:waterLevel'] },
    { term: 'river:model', role: 'property', label: { en: 'Model' }, dataType: 'text' },
  ],
};

const gateWords = {
  id: 'urn:dtf:dictionary:gates.test.example:gates',
  version: '1.0.0',
  prefix: 'gates',
  name: { en: 'Words of the gates' },
  terms: [
    { term: 'gates:Tor', role: 'kind', label: { en: 'Gate' }, sameAs: ['city:FloodGate'] },
    { term: 'gates:Stellen', role: 'kind', label: { en: 'Setting' }, sameAs: ['city:GateSetting'] },
    { term: 'gates:tor', role: 'property', label: { en: 'Gate meant' }, dataType: 'text', sameAs: ['city:target'] },
    { term: 'gates:oeffnung', role: 'property', label: { en: 'Opening' }, dataType: 'number', unit: '[ppth]', sameAs: ['city:opening'] },
  ],
};

export const gateIds = [1, 2].map((n) => `urn:ngsi-ld:Tor:${n}`);

/** Openings in parts of a thousand, as the gates' own system counts. */
export const gateEntities = gateIds.map((id, n) => ({
  id,
  type: 'Tor',
  oeffnung: { type: 'Property', value: 0, unitCode: 'NX', observedAt: '2026-03-02T12:00:00Z' },
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [0.3, 0.1 * (n + 1)] } },
}));

const floodWave = ({ address }: Pick<FarProcess, 'address'>) => ({
  id: 'wave',
  protocol: 'ogc-api-processes',
  address,
  kind: 'river:FloodWave',
  dictionary: riverWords.id,
  lookMs: 50,
  inputs: [
    { member: 'discharge_cfs', term: 'river:discharge', unit: '[cft_i]/s' },
    { member: 'reach', term: 'river:reach', codes: { U: 'upper', L: 'lower' } },
    { member: 'days', term: 'river:ahead', unit: 'd' },
  ],
  outputs: [
    { member: 'peak_ft', term: 'river:stage', unit: '[ft_i]' },
    { member: 'model', term: 'river:model' },
  ],
});

const gates = ({ origin }: Pick<Broker, 'origin'>) => ({
  interfaces: [
    {
      id: 'gates',
      protocol: 'ngsi-ld',
      address: `${origin}/ngsi-ld/v1/entities?type=Tor`,
      kind: 'gates:Tor',
      dictionary: gateWords.id,
      key: 'id',
      freshMs: 0,
      members: [{ member: 'oeffnung', term: 'gates:oeffnung', unit: '[ppth]' }],
    },
  ],
  farFunctions: [
    {
      id: 'setting',
      protocol: 'ngsi-ld',
      address: `${origin}/ngsi-ld/v1/entities`,
      type: 'Tor',
      entity: 'tor',
      kind: 'gates:Stellen',
      dictionary: gateWords.id,
      ranges: { oeffnung: [0, 1_000] },
      inputs: [
        { member: 'tor', term: 'gates:tor' },
        { member: 'oeffnung', term: 'gates:oeffnung', unit: '[ppth]' },
      ],
      outputs: [{ member: 'oeffnung', term: 'gates:oeffnung', unit: '[ppth]' }],
    },
  ],
});

const front: TestAgency = { name: 'front', kind: 'city:Building', twins: [{ key: 'house', at: [0.1, 0.1] }] };
const between: TestAgency = { name: 'between', kind: 'city:Building', twins: [], node: { roles: ['adaptor'] } };

export const computingAgencies = (process: Pick<FarProcess, 'address'>): readonly TestAgency[] => [
  front,
  between,
  { name: 'river', kind: 'city:FloodForecast', twins: [], dictionary: riverWords, node: { farFunctions: [floodWave(process)] } },
];

/** `rule`: what the gates' owner grants to whoever asks. */
export const movingAgencies = (broker: Pick<Broker, 'origin'>, rule: Readonly<Record<string, unknown>>): readonly TestAgency[] => [
  front,
  between,
  { name: 'gates', kind: 'city:FloodGate', twins: [], dictionary: gateWords, policy: { rules: [rule] }, node: gates(broker) },
];

export const featureOfTest = (name: string, local: string): string => `urn:dtf:feature:${authorityOfTest(name)}:${encodeURIComponent(local)}`;
