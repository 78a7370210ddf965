/**
 * The sample city as claims: its files are what the generator makes, its declarations hold together, its geometry is sound, its quirks are planted.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { cityDictionary, createVocabulary, SemanticDictionary } from '../packages/core/src/index.ts';
import { CityFile, NodeFile } from '../packages/server/src/config/node-file.ts';
import { filesOf, sampleSeed } from './sample-city/files.ts';
import { areaOf, contains, crossing, distanceToEdges, edgesOf, isSimple, origin, ringsMeet, segmentsOf } from './sample-city/ground/plane.ts';
import { heightOf } from './sample-city/town/buildings.ts';
import { riverRing } from './sample-city/town/river.ts';
import type { Corner, Hull } from './sample-city/town/roofs.ts';
import { waysFrom } from './sample-city/town/street-net.ts';
import { createTown } from './sample-city/town/town.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures');
const cityPath = join(fixtures, 'cities', 'sample.yaml');
const bytesMax = 8_000_000;

const withDefaults = (text: string): string => text.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1');
const city = CityFile.parse(parse(withDefaults(readFileSync(cityPath, 'utf8'))));
const nodes = city.nodes.flatMap((node) => ('file' in node ? [] : [NodeFile.parse(node)]));
const sources = nodes.flatMap((node) => node.sources);
const dictionaries = city.dictionaries.map((path) => SemanticDictionary.parse(parse(readFileSync(join(dirname(cityPath), path), 'utf8'))));
const vocabulary = createVocabulary([cityDictionary, ...dictionaries]);

const unpacked = (path: string, bytes: Uint8Array): string => (path.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes)).toString('utf8');
const textOf = (path: string): string => unpacked(path, readFileSync(join(fixtures, 'agencies', path)));
const rowsOf = (path: string, delimiter = ','): readonly Readonly<Record<string, string>>[] => {
  const [head = '', ...lines] = textOf(path).trimEnd().split('\r\n');
  return lines.map((line) => Object.fromEntries(line.split(delimiter).map((cell, index) => [head.split(delimiter)[index] ?? '', cell])));
};

const town = createTown(sampleSeed);
const made = filesOf(town);
const { buildings, parcels } = town.built;

const kindsOf = ({ kind }: (typeof sources)[number]): readonly string[] => (typeof kind === 'string' ? [kind] : Object.values(kind.kinds));

describe('the city file', () => {
  test('names only files that are there', () => {
    expect(sources.map(({ path }) => path).filter((path) => !existsSync(join(dirname(cityPath), path)))).toEqual([]);
  });

  test('uses only terms that its dictionaries have', () => {
    const terms = sources.flatMap((source) => [
      ...kindsOf(source),
      ...source.properties.map(({ term }) => term),
      ...Object.keys(source.constants),
      ...[...source.links, ...source.joins].map(({ kind }) => kind),
    ]);
    const far = nodes.flatMap(({ interfaces, farFunctions }) => [
      ...interfaces.flatMap(({ kind, members }) => [kind, ...members.map(({ term }) => term)]),
      ...farFunctions.flatMap(({ kind, inputs, outputs }) => [kind, ...[...inputs, ...outputs].map(({ term }) => term)]),
    ]);
    expect([...new Set([...terms, ...far])].filter((term) => vocabulary.term(term) === undefined)).toEqual([]);
  });

  test('has an offer for each need of its federation, from seven agencies and more', () => {
    const computed = nodes.flatMap(({ functions }) => functions.map((name) => `city:${name[0]?.toUpperCase()}${name.slice(1)}`));
    const kept = nodes.flatMap(({ interfaces, farFunctions }) => [...interfaces, ...farFunctions].map(({ kind }) => kind));
    const offered = [...sources.flatMap(kindsOf), ...computed, ...kept];
    const needs = city.federations.flatMap((federation) => federation.needs.map(({ kind }) => kind));
    expect(needs.filter((need) => !offered.some((kind) => vocabulary.isA(kind, need)))).toEqual([]);
    expect(nodes.filter((node) => node.sources.length > 0).length).toBeGreaterThanOrEqual(7);
  });

  test('joins and links only by identifiers that somebody gives', () => {
    const schemesOf = (agency: string) =>
      nodes
        .filter((node) => `urn:dtf:agency:${node.agency}` === agency)
        .flatMap((node) => [...node.sources, ...node.interfaces].flatMap(({ identifiers }) => identifiers.map(({ scheme }) => scheme)));
    const joins = sources.flatMap((source) => source.joins).filter(({ agency, scheme }) => !schemesOf(agency).includes(scheme));
    const links = nodes.flatMap((node) =>
      node.sources.flatMap((source) => source.links).filter(({ scheme }) => !schemesOf(`urn:dtf:agency:${node.agency}`).includes(scheme)),
    );
    expect([...joins, ...links]).toEqual([]);
  });
});

describe('the files', () => {
  test('are what the generator makes from its seed', () => {
    const other = made.filter(({ path, bytes }) => unpacked(path, bytes) !== unpacked(path, readFileSync(join(fixtures, path))));
    expect(other.map(({ path }) => path)).toEqual([]);
    const lying = readdirSync(join(fixtures, 'agencies'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(lying.length).toBe(made.length);
  });

  test('are the same bytes each time', () => {
    const again = filesOf(createTown(sampleSeed));
    expect(again.filter(({ bytes }, index) => Buffer.compare(bytes, made[index]?.bytes ?? new Uint8Array()) !== 0).map(({ path }) => path)).toEqual([]);
  });

  test('stay small enough to be kept in the repository', () => {
    expect(made.reduce((sum, { path }) => sum + statSync(join(fixtures, path)).size, 0)).toBeLessThan(bytesMax);
  });
});

const keyOf = (corner: Corner): string => corner.map((value) => value.toFixed(3)).join(' ');

/** Edges of a hull that are not met by exactly one edge the other way. */
const openEdges = (hull: Hull): number => {
  const edges = hull.flatMap(({ corners }) => corners.map((corner, index) => [keyOf(corner), keyOf(corners[(index + 1) % corners.length] ?? corner)] as const));
  const counts = new Map<string, number>();
  for (const [from, to] of edges) counts.set(`${from}>${to}`, (counts.get(`${from}>${to}`) ?? 0) + 1);
  return edges.filter(([from, to]) => from === to || counts.get(`${from}>${to}`) !== 1 || counts.get(`${to}>${from}`) !== 1).length;
};

/** Positive where all surfaces look outwards. */
const volumeOf = (hull: Hull, base: Corner): number => {
  const relative = ([x, y, z]: Corner): Corner => [x - base[0], y - base[1], z - base[2]];
  const triangles = hull.flatMap(({ corners }) =>
    corners.slice(2).map((corner, index) => [corners[0] ?? corner, corners[index + 1] ?? corner, corner].map(relative)),
  );
  return triangles.reduce(
    (sum, [a = base, b = base, c = base]) =>
      sum + (a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])) / 6,
    0,
  );
};

const near = (a: readonly (readonly [number, number])[], b: readonly (readonly [number, number])[]): boolean =>
  Math.hypot((a[0]?.[0] ?? 0) - (b[0]?.[0] ?? 0), (a[0]?.[1] ?? 0) - (b[0]?.[1] ?? 0)) < 120;

/** A little smaller, so that walls that two houses share do not count as meeting. */
const shrunk = (ring: (typeof buildings)[number]['outline'], [x, y]: readonly [number, number]) =>
  ring.map(([px, py]) => [x + (px - x) * 0.98, y + (py - y) * 0.98] as const);

describe('the town', () => {
  test('has about three thousand buildings of believable heights and years', () => {
    expect(buildings.length).toBeGreaterThan(2_800);
    expect(buildings.length).toBeLessThan(3_600);
    expect(buildings.filter((building) => heightOf(building) < 2.5 || heightOf(building) > 70)).toEqual([]);
    expect(buildings.filter(({ year }) => year < 1500 || year > 2026)).toEqual([]);
  });

  test('has hulls that are closed and look outwards', () => {
    expect(buildings.filter(({ hull }) => openEdges(hull) > 0).map(({ number }) => number)).toEqual([]);
    const inward = buildings.filter(({ hull, outline, levels, centre }) => volumeOf(hull, [...centre, levels.ground]) < areaOf(outline) * 2);
    expect(inward.map(({ number }) => number)).toEqual([]);
  });

  test('has outlines that are simple and run counter-clockwise', () => {
    expect(buildings.filter(({ outline }) => areaOf(outline) < 4 || !isSimple(outline)).map(({ number }) => number)).toEqual([]);
    expect(parcels.filter(({ ring }) => areaOf(ring) <= 0).map(({ number }) => number)).toEqual([]);
  });

  test('has no building on another one, on a street or in the river', () => {
    const small = buildings.map(({ outline, centre }) => shrunk(outline, centre));
    const overlapping = small.filter((ring, index) => small.some((other, place) => place < index && near(ring, other) && ringsMeet(ring, other)));
    expect(overlapping.length).toBe(0);
    const ways = town.net.edges.flatMap(({ line }) => segmentsOf(line));
    const onStreet = buildings.filter(({ outline }) =>
      edgesOf(outline).some((edge) => ways.some((way) => Math.abs(way[0][0] - edge[0][0]) < 150 && crossing(edge, way) !== undefined)),
    );
    expect(onStreet.map(({ number }) => number)).toEqual([]);
    expect(buildings.filter(({ outline }) => outline.some((point) => contains(riverRing, point) || distanceToEdges(point, edgesOf(riverRing)) < 5))).toEqual(
      [],
    );
  });

  test('has streets that all hang together, over two bridges', () => {
    expect(waysFrom(town.net, 1).size).toBe(town.net.nodes.length);
    expect(town.net.edges.flatMap(({ bridge }) => bridge ?? []).toSorted()).toEqual(['Alte Brücke', 'Ringbrücke']);
  });

  test('has a church with a tower that is part of it', () => {
    const church = buildings.find(({ landmark }) => landmark?.name === 'St. Marien' && landmark.main);
    const tower = buildings.find(({ partOf }) => partOf !== undefined && partOf === church?.number);
    expect(tower && heightOf(tower)).toBeGreaterThan(50);
  });

  test('has floods of which each covers the smaller one', () => {
    const inside = (zones: (typeof town.floods)[number]['zones'] = [], point = origin) =>
      zones.some(([outer = [], ...holes]) => contains(outer, point) && !holes.some((hole) => contains(hole, point)));
    const wet = town.floods.map(({ zones }) => new Set(buildings.filter(({ centre }) => inside(zones, centre))));
    expect(wet.map(({ size }) => size > 100)).toEqual([true, true, true]);
    expect(wet.slice(1).map((larger, index) => [...(wet[index] ?? [])].filter((building) => !larger.has(building)).length)).toEqual([0, 0]);
    expect(town.floods.flatMap(({ zones }) => zones.flat()).filter((ring) => !isSimple(ring)).length).toBe(0);
  });
});

describe('the planted quirks', () => {
  test('no column of a flood zone tells its return period', () => {
    const columns = [20, 100, 500].flatMap((years) => Object.entries(JSON.parse(textOf(`water/ueberschwemmung_hq${years}.geojson`)).features[0].properties));
    expect(columns.filter(([name, value]) => /hq|jahr|period/i.test(name) || [20, 100, 500].includes(Number(value)))).toEqual([]);
  });

  test('numbers of hydrants are not unique', () => {
    const numbers = JSON.parse(textOf('water/hydranten.geojson.gz')).features.map(({ properties }: { properties: { HYD_NR: number } }) => properties.HYD_NR);
    expect(new Set(numbers).size).toBeLessThan(numbers.length / 10);
  });

  test('a street is 791.0 among the streets and "791" at its lights; one building is B-00123, 123.0 and 123', () => {
    const has = (path: string, text: string): boolean => textOf(path).includes(text);
    const street = /"Street_ID":"(\d+)"/.exec(textOf('roads/lights.geojson.gz'))?.[1];
    expect(has('roads/streets.geojsonl.gz', `"Street_ID":${street}.0,`)).toBe(true);
    expect(has('planning/buildings.city.json.gz', '"nummer":"B-00123","lfdNr":123,')).toBe(true);
    expect(has('energy/service-points.geojson.gz', '"BLDG_NO":123.0,')).toBe(true);
    expect(rowsOf('social/gebaeuderegister.csv.gz', ';').some((row) => row['GebNr'] === '123')).toBe(true);
  });

  test('about three of a hundred buildings differ between planning and the register, and some are known to one side only', () => {
    const rows = rowsOf('social/gebaeuderegister.csv.gz', ';');
    const pairs = rows.flatMap((row) => buildings.slice(Number(row['GebNr']) - 1, Number(row['GebNr'])).map((building) => ({ row, building })));
    const differing = pairs.filter(({ row, building }) => Number(row['Geschosse']) !== building.storeys || Number(row['Baujahr']) !== building.year).length;
    expect(differing / pairs.length).toBeGreaterThan(0.012);
    expect(differing / pairs.length).toBeLessThan(0.04);
    expect(rows.length - pairs.length).toBe(8);
    expect(pairs.length).toBeLessThan(buildings.length);
  });

  test('each flood gate is warned by one gauge', () => {
    const warned = rowsOf('water/pegel.csv', ';').flatMap((row) => [row['TOR_LINKS'], row['TOR_RECHTS']].filter((gate) => gate !== ''));
    const gates = [...textOf('waterways/fluttore.json').matchAll(/"id": "([^"]+)"/g)].map(([, id]) => id);
    expect(warned.toSorted()).toEqual(gates.toSorted());
    expect(gates.length).toBe(7);
  });

  test('feeds have late, missing and corrected rows', () => {
    const loads = rowsOf('energy/loads.csv.gz');
    expect(loads.filter((row) => row['FLAG'] === 'X' && row['P_KW'] === '').length).toBe(12);
    expect(loads.filter((row) => row['STN_NO'] === 'ONS-109' && Number(row['PUB_S']) - Number(row['OBS_S']) > 2_000).length).toBeGreaterThan(40);
    const levels = rowsOf('water/pegelstaende.csv.gz', ';');
    const corrected = levels.filter((row) => row['STATUS'] === 'K');
    expect(corrected.length).toBeGreaterThan(20);
    expect(
      corrected.every((row) => levels.some((other) => other['STATUS'] === 'U' && other['PEGELNR'] === row['PEGELNR'] && other['ZEIT_S'] === row['ZEIT_S'])),
    ).toBe(true);
  });
});
