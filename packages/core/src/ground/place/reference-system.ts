/**
 * Reference systems: coordinates of files become CRS84 (longitude, latitude) by definitions that stand here; nothing is looked up anywhere.
 * Vertical datums are named, never converted.
 */
import proj4 from 'proj4';
import { type Problem, problem, shorten } from '../problem.ts';
import { fail, ok, type Result } from '../result.ts';
import type { Geometry } from './place.ts';

type Definition = {
  readonly name: string;
  /** PROJ text; absent where coordinates are longitude and latitude of a datum that CRS84 equals to the metre */
  readonly projection?: string;
  /** latitude stands first where the system is named by URN or address */
  readonly latitudeFirst?: boolean;
  /** the datum of heights, where the system has some */
  readonly vertical?: string;
};

const grs80 = '+ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +no_defs';
const rdNew =
  '+proj=sterea +lat_0=52.1561605555556 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 +y_0=463000 +ellps=bessel +towgs84=565.4171,50.3319,465.5524,-0.398957388243134,0.343987817378283,-1.87740163998045,4.0725 +units=m +no_defs';
const massachusetts = '+proj=lcc +lat_0=41 +lon_0=-71.5 +lat_1=42.6833333333333 +lat_2=41.7166666666667 +y_0=750000';
const lambert93 = `+proj=lcc +lat_0=46.5 +lon_0=3 +lat_1=49 +lat_2=44 +x_0=700000 +y_0=6600000 +units=m ${grs80}`;
const utm32 = `+proj=utm +zone=32 +units=m ${grs80}`;

const definitions: Readonly<Record<string, Definition>> = {
  'OGC:CRS84': { name: 'WGS 84 longitude, latitude' },
  'OGC:CRS84h': { name: 'WGS 84 longitude, latitude, height', vertical: 'WGS 84 ellipsoid' },
  'EPSG:4326': { name: 'WGS 84', latitudeFirst: true },
  'EPSG:4979': { name: 'WGS 84 with height', latitudeFirst: true, vertical: 'WGS 84 ellipsoid' },
  'EPSG:4269': { name: 'NAD83', latitudeFirst: true },
  'EPSG:4258': { name: 'ETRS89', latitudeFirst: true },
  'EPSG:6668': { name: 'JGD2011', latitudeFirst: true },
  'EPSG:6697': { name: 'JGD2011 with height', latitudeFirst: true, vertical: 'JGD2011 (vertical), EPSG:6695' },
  'EPSG:3857': { name: 'Web Mercator', projection: '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs' },
  'EPSG:2154': { name: 'RGF93 / Lambert-93', projection: lambert93 },
  'EPSG:5698': { name: 'RGF93 / Lambert-93 + NGF-IGN69', projection: lambert93, vertical: 'NGF-IGN69, EPSG:5720' },
  'EPSG:3946': { name: 'RGF93 / CC46', projection: `+proj=lcc +lat_0=46 +lon_0=3 +lat_1=45.25 +lat_2=46.75 +x_0=1700000 +y_0=5200000 +units=m ${grs80}` },
  'EPSG:28992': { name: 'Amersfoort / RD New', projection: rdNew },
  'EPSG:7415': { name: 'Amersfoort / RD New + NAP height', projection: rdNew, vertical: 'NAP, EPSG:5709' },
  'EPSG:26986': { name: 'NAD83 / Massachusetts Mainland', projection: `${massachusetts} +x_0=200000 +units=m ${grs80}` },
  'EPSG:2249': { name: 'NAD83 / Massachusetts Mainland (ftUS)', projection: `${massachusetts} +x_0=200000.0001016002 +to_meter=0.3048006096012192 ${grs80}` },
  'EPSG:2056': {
    name: 'CH1903+ / LV95',
    projection:
      '+proj=somerc +lat_0=46.9524055555556 +lon_0=7.43958333333333 +k_0=1 +x_0=2600000 +y_0=1200000 +ellps=bessel +towgs84=674.374,15.056,405.346,0,0,0,0 +units=m +no_defs',
  },
  'EPSG:31468': {
    name: 'DHDN / Gauss-Krüger zone 4',
    projection: '+proj=tmerc +lat_0=0 +lon_0=12 +k=1 +x_0=4500000 +y_0=0 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7 +units=m +no_defs',
  },
  'EPSG:25832': { name: 'ETRS89 / UTM zone 32N', projection: utm32 },
  'EPSG:5555': { name: 'ETRS89 / UTM zone 32N + DHHN92', projection: utm32, vertical: 'DHHN92, EPSG:5783' },
};

const utmOf = (code: number): Definition | undefined => {
  const [north, south] = [code - 32_600, code - 32_700];
  const zone = north >= 1 && north <= 60 ? north : south >= 1 && south <= 60 ? south : 0;
  if (zone === 0) return undefined;
  return { name: `WGS 84 / UTM zone ${zone}`, projection: `+proj=utm +zone=${zone}${zone === south ? ' +south' : ''} +datum=WGS84 +units=m +no_defs` };
};

const named = /^(?:urn:(?:x-)?ogc:def:crs:|https?:\/\/www\.opengis\.net\/def\/crs\/)(EPSG|OGC)(?::[^:]*:|\/[^/]*\/)([A-Za-z0-9]+)$/;
const short = /^(EPSG|OGC):+([A-Za-z0-9]+)$/i;

export type ReferenceSystem = {
  /** its one spelling here: `EPSG:7415`, `OGC:CRS84` */
  readonly id: string;
  readonly name: string;
  /** degrees instead of a length */
  readonly isGeographic: boolean;
  readonly verticalDatum?: string | undefined;
  /** longitude and latitude of a position; `authority` order puts latitude first where the system says so and was named by URN or address */
  readonly toCrs84: (position: readonly number[], order?: 'xy' | 'authority') => [number, number];
};

/** A reference system by any of its spellings: `EPSG:7415`, `urn:ogc:def:crs:EPSG::7415`, `https://www.opengis.net/def/crs/EPSG/0/7415`. */
export const parseReferenceSystem = (crs: string): Result<ReferenceSystem, Problem> => {
  const formal = named.exec(crs.trim());
  const [, authority = '', code = ''] = formal ?? short.exec(crs.trim()) ?? [];
  const id = `${authority.toUpperCase()}:${code}`;
  const definition = Object.hasOwn(definitions, id) ? definitions[id] : authority === 'EPSG' ? utmOf(Number(code)) : undefined;
  if (!definition) return fail(problem('unknownReferenceSystem', { found: shorten(crs), accepted: acceptedSystems }));
  const latitudeFirst = formal !== null && definition.latitudeFirst === true;
  return ok({
    id,
    name: definition.name,
    isGeographic: definition.projection === undefined,
    verticalDatum: definition.vertical,
    toCrs84: definition.projection === undefined ? geographic(latitudeFirst) : projected(definition.projection),
  });
};

const acceptedSystems = `${Object.keys(definitions).join(', ')}, EPSG:32601 to 32660, EPSG:32701 to 32760`;

const geographic =
  (latitudeFirst: boolean): ReferenceSystem['toCrs84'] =>
  ([x = Number.NaN, y = Number.NaN], order = 'xy') =>
    latitudeFirst && order === 'authority' ? [y, x] : [x, y];

const projected = (projection: string): ReferenceSystem['toCrs84'] => {
  const converter = proj4(projection, '+proj=longlat +datum=WGS84 +no_defs');
  return ([x = Number.NaN, y = Number.NaN]) => {
    const [longitude = Number.NaN, latitude = Number.NaN] = Number.isFinite(x) && Number.isFinite(y) ? converter.forward([x, y]) : [];
    return [roundDegrees(longitude), roundDegrees(latitude)];
  };
};

/** A tenth of a millimetre: what lies below is noise of the conversion. */
const roundDegrees = (degrees: number): number => Math.round(degrees * 1e9) / 1e9;

/** The converter of a system to longitude and latitude, x and y in the system's own order. */
export const toCrs84 = (crs: string): Result<(position: readonly number[]) => [number, number], Problem> => {
  const system = parseReferenceSystem(crs);
  return system.ok ? ok((position) => system.value.toCrs84(position, 'authority')) : system;
};

/** The same geometry with every position converted. */
export const mapPositions = (geometry: Geometry, convert: (position: readonly number[]) => [number, number]): Geometry => {
  const line = (positions: readonly number[][]): number[][] => positions.map(convert);
  const lines = (parts: readonly number[][][]): number[][][] => parts.map(line);
  switch (geometry.type) {
    case 'Point':
      return { type: 'Point', coordinates: convert(geometry.coordinates) };
    case 'MultiPoint':
    case 'LineString':
      return { type: geometry.type, coordinates: line(geometry.coordinates) };
    case 'MultiLineString':
    case 'Polygon':
      return { type: geometry.type, coordinates: lines(geometry.coordinates) };
    case 'MultiPolygon':
      return { type: 'MultiPolygon', coordinates: geometry.coordinates.map(lines) };
  }
};

/** The same geometry in two dimensions in longitude and latitude, x before y in what is given; `notConvertible` where it then lies off the earth. */
export const geometryToCrs84 = (geometry: Geometry, crs: string): Result<Geometry, Problem> => {
  const system = parseReferenceSystem(crs);
  if (!system.ok) return system;
  let strange: readonly number[] | undefined;
  const converted = mapPositions(geometry, (position) => {
    const [longitude, latitude] = system.value.toCrs84(position);
    if (!(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90)) strange ??= position;
    return [longitude, latitude];
  });
  return strange ? fail(problem('notConvertible', { found: strange.join(', '), accepted: `a place on the earth, in ${system.value.id}` })) : ok(converted);
};

/** The datum of the heights of a system, named; undefined where the system has none or is not known. */
export const verticalDatumOf = (crs: string): string | undefined => {
  const system = parseReferenceSystem(crs);
  return system.ok ? system.value.verticalDatum : undefined;
};
