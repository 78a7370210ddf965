/**
 * Figures of Cambridge, straight from its files: what the product answers is confirmed against these, name by name.
 * It shares nothing with core or server: its own reading, its own geometry.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Area, createZone, type Geometry } from './planar.ts';

type Columns = Readonly<Record<string, string | number | boolean | null>>;
type Feature = { readonly properties: Columns; readonly geometry: Geometry };

type Exposure = { readonly of: number; readonly exposed: number; readonly names: readonly string[] };
type ReturnPeriod = 100 | 500;

const unpack = (path: string): string => gunzipSync(readFileSync(path)).toString('utf8');

const readLayer = (dataFolder: string, layer: string): readonly Feature[] => {
  const file: { readonly features: readonly Feature[] } = JSON.parse(unpack(join(dataFolder, 'cambridge', 'layers', `${layer}.geojson.gz`)));
  return file.features;
};

/** Fields of one line of CSV; a quoted field may hold commas and doubled quotes, never a line break in these files. */
const fieldsOf = (line: string): readonly string[] =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field = '']) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field));

const readTable = (dataFolder: string, table: string): readonly Columns[] => {
  const text = unpack(join(dataFolder, 'cambridge', 'tables', `${table}.csv.gz`)).replace(/^\uFEFF/, '');
  const [head = [], ...rows] = text.split(/\r?\n/).filter(Boolean).map(fieldsOf);
  return rows.map((row) => Object.fromEntries(head.map((column, index) => [column, row[index] ?? ''])));
};

const textOf = (columns: Columns, column: string): string => String(columns[column] ?? '').trim();

type Layer = { readonly layer: string; readonly name: (columns: Columns) => string };

const named =
  (...columns: readonly string[]) =>
  (row: Columns): string =>
    columns
      .map((column) => textOf(row, column))
      .filter(Boolean)
      .join(' ');

/** The kinds of the flood question, the layer of each, and the columns that name its features. */
const exposedLayers: Readonly<Record<string, Layer>> = {
  'city:UtilitySite': { layer: 'INFRA_UtilityFacilities', name: named('SITE_NAME') },
  'city:SubwayStation': { layer: 'TRANS_SubwayStations', name: named('STATION') },
  'city:Shelter': { layer: 'PUBLICSAFETY_EmergencyShelters', name: named('Name') },
  'city:ChargingPoint': { layer: 'CDD_EVSE', name: named('full_address', 'site_description') },
  'city:TrafficSignal': { layer: 'TRAFFIC_Signals', name: named('Location') },
  'city:Hydrant': { layer: 'INFRA_Hydrants', name: named('HYDRANT_ID') },
  'city:Hospital': { layer: 'HEALTH_Hospitals', name: named('SITE_NAME') },
};

const isArea = (geometry: Geometry): geometry is Area => geometry.type === 'Polygon' || geometry.type === 'MultiPolygon';

const exposureOf = (features: readonly Feature[], isExposed: (geometry: Geometry) => boolean, name: Layer['name']): Exposure => {
  const exposed = features.filter(({ geometry }) => isExposed(geometry));
  return { of: features.length, exposed: exposed.length, names: exposed.map(({ properties }) => name(properties)).sort() };
};

/** What of each kind meets a polygon of the flood zone with this return period in years. */
export const floodExposure = (dataFolder: string, returnPeriod: ReturnPeriod): Readonly<Record<string, Exposure>> => {
  const zone = createZone(
    readLayer(dataFolder, `FEMA_FloodPlains${returnPeriod}Year`)
      .map(({ geometry }) => geometry)
      .filter(isArea),
  );
  return Object.fromEntries(Object.entries(exposedLayers).map(([kind, { layer, name }]) => [kind, exposureOf(readLayer(dataFolder, layer), zone, name)]));
};

type JoinFigures = { readonly of: number; readonly resolved: number; readonly unresolved: readonly string[] };

const joinFigures = (keys: readonly string[], known: ReadonlySet<string>): JoinFigures => ({
  of: keys.length,
  resolved: keys.filter((key) => known.has(key)).length,
  unresolved: [...new Set(keys.filter((key) => !known.has(key)))].sort(),
});

/** "791" of a light and 791.0 of a street are one number. */
const numberText = (value: Columns[string] | undefined): string => (value === null || value === undefined || value === '' ? '' : String(Number(value)));

/** Street lights of the city whose street is among the centrelines. */
export const streetJoin = (dataFolder: string): JoinFigures => {
  const streets = new Set(readLayer(dataFolder, 'TRANS_Centerlines').map(({ properties }) => numberText(properties['Street_ID'])));
  const lights = readLayer(dataFolder, 'INFRA_StreetLights').map(({ properties }) => numberText(properties['Street_ID']));
  return joinFigures(lights, streets);
};

const parcelNumbers = (dataFolder: string): ReadonlySet<string> =>
  new Set(
    readLayer(dataFolder, 'ASSESSING_ParcelsFY2014')
      .map(({ properties }) => textOf(properties, 'ML'))
      .filter(Boolean),
  );

/** By lot and by row: the lots of the address registry, its rows, the assessments, and FEMA's parcels, each against the parcels. */
export const parcelJoin = (dataFolder: string): Readonly<Record<'lots' | 'addresses' | 'assessments' | 'floodParcels100' | 'floodParcels500', JoinFigures>> => {
  const parcels = parcelNumbers(dataFolder);
  const lots = readTable(dataFolder, 'Master_Address_Database_with_MapLot_and_BldgID').map((row) => textOf(row, 'MapLot'));
  const ofLayer = (layer: string) => readLayer(dataFolder, layer).map(({ properties }) => textOf(properties, 'ML'));
  return {
    lots: joinFigures([...new Set(lots)], parcels),
    addresses: joinFigures(lots.filter(Boolean), parcels),
    assessments: joinFigures(
      readTable(dataFolder, 'TaxFY14').map((row) => textOf(row, 'ML')),
      parcels,
    ),
    floodParcels100: joinFigures(ofLayer('FEMA_FloodPlainParcels100Year'), parcels),
    floodParcels500: joinFigures(ofLayer('FEMA_FloodPlainParcels500Year'), parcels),
  };
};
