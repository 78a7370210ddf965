/**
 * Who speaks in the example messages: agencies of Auenfurt, the invented river town, with addresses and the public halves of their example keys.
 */
import { publicKeyOf } from './sign.ts';

export const at = '2026-05-04T12:30:00.000Z';
export const until = '2026-05-04T12:31:00.000Z';

export type Agency = { readonly authority: string; readonly agency: string; readonly twin: string; readonly address: string; readonly name: string };

const agencyOf = (short: string, name: string): Agency => {
  const authority = `${short}.auenfurt.example`;
  return { authority, agency: `urn:dtf:agency:${authority}`, twin: `urn:dtf:twin:${authority}:agency`, address: `https://${authority}/dtf/messages`, name };
};

export const planning = agencyOf('planning', 'Planning office');
export const water = agencyOf('water', 'Water board');
export const fire = agencyOf('fire', 'Fire and rescue');
export const registry = agencyOf('ict', 'City ICT office');

export const endpointOf = ({ address }: Agency) => ({ protocol: 'https', address, format: 'application/json', security: 'jws' });

export const keyOf = ({ authority }: Agency) => publicKeyOf(authority);

export const federationId = `urn:dtf:federation:${planning.authority}:flood`;
export const federatedTwinId = `urn:dtf:fdt:${planning.authority}:flood`;
export const agreementId = `urn:dtf:agreement:${planning.authority}:flood%2Fwater`;
export const connectionId = `urn:dtf:connection:${planning.authority}:flood%2Fwater`;
export const subscriptionId = `urn:dtf:subscription:${water.authority}:1`;
export const registrySubscriptionId = `urn:dtf:subscription:${registry.authority}:1`;
export const floodZones = `urn:dtf:feature:${water.authority}:city%3AFloodZone`;
export const pumpingStations = `urn:dtf:feature:${water.authority}:city%3APumpingStation`;

export const exposureFunction = `urn:dtf:feature:${water.authority}:city%3AExposure`;

/** The town between its two bridges. */
export const townArea = {
  type: 'Polygon',
  coordinates: [
    [
      [9.24, 52.01],
      [9.3, 52.01],
      [9.3, 52.05],
      [9.24, 52.05],
      [9.24, 52.01],
    ],
  ],
};

export const floodZone = {
  type: 'Polygon',
  coordinates: [
    [
      [9.262, 52.024],
      [9.274, 52.024],
      [9.274, 52.032],
      [9.262, 52.032],
      [9.262, 52.024],
    ],
  ],
};

const provenance = { observedAt: '2026-04-01T00:00:00.000Z', recordedAt: at, source: water.agency, flag: 'MEASURED', origin: 'ueberschwemmung_hq100' };

export const zoneTwin = {
  id: `urn:dtf:twin:${water.authority}:hq100/1`,
  agency: water.agency,
  kind: 'city:FloodZone',
  name: { en: 'Flood zone HQ100', de: 'Überschwemmungsgebiet HQ100' },
  altIds: [{ scheme: 'zone', value: '1' }],
  footprint: floodZone,
  provenance,
  values: { 'city:returnPeriod': { value: 100, unit: 'a' } },
  version: 1,
  createdAt: at,
  updatedAt: at,
};

export const gaugeTwin = {
  id: `urn:dtf:twin:${water.authority}:pegel/4711`,
  agency: water.agency,
  kind: 'city:RiverGauge',
  name: { en: 'Gauge at the old bridge', de: 'Pegel Alte Brücke' },
  position: [9.2671, 52.0284],
  provenance: { ...provenance, origin: 'pegel' },
  values: { 'city:waterLevel': { value: 412, unit: 'cm', observedAt: '2026-05-04T12:29:45.000Z', recordedAt: '2026-05-04T12:29:46.120Z' } },
  version: 97,
  createdAt: '2026-05-04T06:00:00.000Z',
  updatedAt: '2026-05-04T12:29:46.120Z',
};
