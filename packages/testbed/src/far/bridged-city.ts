/**
 * Bridged city: four agencies of which two keep their data in systems of their own, in other words, units, coordinates and times, and one is the adaptor between them and the rest.
 */
import type { Broker } from '@cityweave/server';
import proj4 from 'proj4';
import type { TestAgency } from '../city-files.ts';
import type { FarServer } from './interface.ts';

const utm31 = '+proj=utm +zone=31 +datum=WGS84 +units=m +no_defs';

/** Metres of UTM zone 31, as the river authority draws. */
export const toUtm31 = ([x, y]: readonly [number, number]): readonly number[] => proj4(utm31).forward([x, y]);

/** Where gauges are, in degrees; their levels in feet, their times as the clock in Boston shows. */
export const gauges = [1, 2, 3].map((n) => ({ key: `G-${n}`, at: [0.2, 0.1 * n] as const, feet: 10 * n }));

const feature = ({ key, at, feet }: (typeof gauges)[number]) => ({
  type: 'Feature',
  id: key,
  geometry: { type: 'Point', coordinates: toUtm31(at) },
  properties: { label: `Gauge ${key}`, level_ft: feet, state: feet > 15 ? 'H' : 'L', keeper: 'RIVER-SECRET', inner: 7, taken: '2026-03-02 08:30:00' },
});

export const gaugeFeatures = gauges.map(feature);

/** Transformers as entities: power in watts, by its code of UN/CEFACT. */
export const transformers = [1, 2].map((n) => ({
  id: `urn:ngsi-ld:Transformer:T${n}`,
  type: 'Transformer',
  '@context': ['https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld'],
  ratedPower: { type: 'Property', value: 250_000 * n, unitCode: 'WTT', observedAt: '2026-03-02T12:00:00Z' },
  busVoltage: { type: 'Property', value: 10_000, unitCode: 'VLT' },
  noise: { type: 'Property', value: 40 },
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [0.3, 0.1 * n] } },
}));

const riverWords = {
  id: 'urn:dtf:dictionary:river.test.example:river',
  version: '1.0.0',
  prefix: 'river',
  name: { en: 'Words of the river authority' },
  terms: [
    { term: 'river:Gauge', role: 'kind', label: { en: 'Gauge' }, sameAs: ['city:RiverGauge'] },
    { term: 'river:stage', role: 'property', label: { en: 'Stage' }, dataType: 'number', unit: '[ft_i]', sameAs: ['city:waterLevel'] },
    { term: 'river:alert', role: 'property', label: { en: 'Alert' }, dataType: 'text' },
    { term: 'river:keeper', role: 'property', label: { en: 'Keeper' }, dataType: 'text', sameAs: ['city:owner'] },
  ],
  mappings: [{ from: 'river:alert', to: 'city:condition', relation: 'close', confidence: 0.8 }],
};

const gridWords = {
  id: 'urn:dtf:dictionary:grid.test.example:grid',
  version: '1.0.0',
  prefix: 'grid',
  name: { en: 'Words of the grid' },
  terms: [
    { term: 'grid:Transformer', role: 'kind', label: { en: 'Transformer' }, broader: ['city:Substation'] },
    { term: 'grid:ratedPower', role: 'property', label: { en: 'Rated power' }, dataType: 'number', unit: 'W', sameAs: ['city:power'] },
    { term: 'grid:busVoltage', role: 'property', label: { en: 'Voltage' }, dataType: 'number', unit: 'V', sameAs: ['city:voltage'] },
    { term: 'grid:hum', role: 'property', label: { en: 'Hum' }, dataType: 'number', unit: 'dB' },
  ],
};

const riverInterface = (server: Pick<FarServer, 'address'>) => ({
  id: 'gauges',
  protocol: 'ogc-api-features',
  // pages of two: the third gauge is on the second one
  address: `${server.address}?limit=2`,
  kind: 'river:Gauge',
  dictionary: riverWords.id,
  key: 'id',
  name: 'label',
  observedAt: 'taken',
  crs: 'EPSG:32631',
  timeZone: 'America/New_York',
  freshMs: 0,
  lookMs: 100,
  identifiers: [{ scheme: 'gauge', member: 'label' }],
  members: [
    { member: 'level_ft', term: 'river:stage', unit: '[ft_i]' },
    { member: 'state', term: 'river:alert', codes: { H: 'high', L: 'low' } },
    { member: 'keeper', term: 'river:keeper' },
  ],
});

const gridInterface = ({ origin }: Pick<Broker, 'origin'>) => ({
  id: 'transformers',
  protocol: 'ngsi-ld',
  address: `${origin}/ngsi-ld/v1/entities?type=Transformer`,
  history: { address: `${origin}/ngsi-ld/v1/temporal/entities` },
  // only its broker's word makes the agency look again while the test runs
  lookMs: 3_600_000,
  kind: 'grid:Transformer',
  dictionary: gridWords.id,
  key: 'id',
  freshMs: 0,
  members: [
    { member: 'ratedPower', term: 'grid:ratedPower', unit: 'W' },
    { member: 'busVoltage', term: 'grid:busVoltage', unit: 'V' },
    { member: 'noise', term: 'grid:hum', unit: 'dB' },
  ],
});

export type Far = { readonly river: FarServer; readonly grid: Broker };
/** Where the two systems are. */
type Systems = { readonly river: Pick<FarServer, 'address'>; readonly grid: Pick<Broker, 'origin'> };

/** Who asks, who lies between, and who is asked; `changes` by name. */
export const bridgedAgencies = ({ river, grid }: Systems, changes: Readonly<Record<string, Partial<TestAgency>>> = {}): readonly TestAgency[] => {
  const agencies: readonly TestAgency[] = [
    { name: 'front', kind: 'city:Building', twins: [{ key: 'house', at: [0.1, 0.1], values: { height: 12 } }] },
    { name: 'between', kind: 'city:Building', twins: [], node: { roles: ['adaptor'] } },
    {
      name: 'river',
      kind: 'city:RiverGauge',
      twins: [],
      dictionary: riverWords,
      policy: { rules: [{ withhold: ['river:keeper'] }] },
      node: { interfaces: [riverInterface(river)] },
    },
    { name: 'grid', kind: 'city:Substation', twins: [], dictionary: gridWords, node: { interfaces: [gridInterface(grid)] } },
  ];
  return agencies.map((agency) => ({ ...agency, ...changes[agency.name] }));
};

export const bridgedNeeds = [{ kind: 'city:RiverGauge' }, { kind: 'city:Substation' }];
