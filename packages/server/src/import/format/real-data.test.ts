import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Source } from '../source.ts';
import { adaptationOf, citiesFolder, declare, hasCities, type ManifestRow, manifestRows, readAll } from './trial-file.ts';

const formatOf = (path: string): Source['format'] | undefined => {
  if (/\.geojson(\.gz)?$/.test(path)) return 'geojson';
  if (/\.city\.jsonl(\.gz)?$/.test(path)) return 'cityjson-seq';
  if (/\.city\.json(\.gz)?$/.test(path)) return 'cityjson';
  return /\.csv(\.gz)?$/.test(path) ? 'csv' : undefined;
};

const countOf = (file: ManifestRow): number | undefined =>
  file.features ?? file.rows ?? (file.city_objects && Object.values(file.city_objects).reduce((sum, count) => sum + count, 0));

const isOld = ({ path }: ManifestRow): boolean => path.includes('.v08.');
/** This one ends in an empty line, which its record counts as a row. */
const emptyLines = (path: string): number => (path.endsWith('TaxFY14.csv.gz') ? 1 : 0);

const cities = manifestRows().filter(
  (file) => /^(cambridge|lyon|delft|denhaag|porto-alegre)\//.test(file.path) && formatOf(file.path) && countOf(file) !== undefined && !isOld(file),
);

describe.skipIf(!hasCities)('real data', () => {
  it('is there in full', () => {
    expect(cities.filter(({ path }) => path.startsWith('cambridge/layers/'))).toHaveLength(67);
    expect(cities.filter(({ path }) => path.startsWith('cambridge/tables/'))).toHaveLength(4);
    expect(cities.filter(({ path }) => path.startsWith('cambridge/3d/'))).toHaveLength(2);
  });

  it.each(cities.map((file) => [file.path, file] as const))('%s is read whole and every record becomes a twin', async (path, file) => {
    const format = formatOf(path) ?? 'geojson';
    const key = format === 'geojson' ? { geometry: true } : {};
    const source = declare({ format, key });
    const { records, refused, header, fault } = await readAll(join(citiesFolder, path), source);
    expect([refused, fault]).toEqual([[], undefined]);
    expect(records).toHaveLength((countOf(file) ?? 0) - emptyLines(path));
    const adaptation = adaptationOf(source, header);
    const problems = records.flatMap((record) => {
      const adapted = adaptation.adapt({ ...record, nativeId: record.nativeId ?? record.where });
      return adapted.ok ? [] : [adapted.problem];
    });
    expect(problems).toEqual([]);
  });

  it('of CityJSON 0.8 is refused by its version', async () => {
    const { fault, records } = await readAll(join(citiesFolder, 'denhaag/DenHaag_01.v08.city.json.gz'), declare({ format: 'cityjson' }));
    expect(records).toEqual([]);
    expect(fault).toMatchObject({ kind: 'unsupportedVersion', found: '0.8', accepted: '1.1, 2.0' });
  });

  it('gives every building of The Hague an outline, taken from its parts', async () => {
    const { records } = await readAll(join(citiesFolder, 'denhaag/DenHaag_01.city.json.gz'), declare({ format: 'cityjson' }));
    const buildings = records.filter(({ derived }) => derived?.['_type'] === 'Building');
    expect(buildings).toHaveLength(844);
    expect(buildings.filter(({ geometry }) => geometry === undefined)).toEqual([]);
    expect(records.filter(({ parents }) => parents?.length)).toHaveLength(1653);
  });

  it('stands where the city stands, whatever its reference system', async () => {
    const boxes: readonly (readonly [string, readonly [number, number, number, number]])[] = [
      ['delft/delft.city.json.gz', [4.36, 52.0, 4.38, 52.02]],
      ['denhaag/DenHaag_01.city.json.gz', [4.2, 52.0, 4.4, 52.15]],
      ['lyon/lyon1_lod1.city.json.gz', [4.8, 45.7, 4.9, 45.8]],
      ['cambridge/3d/cambridge_structures.city.json.gz', [-71.17, 42.35, -71.06, 42.41]],
    ];
    for (const [path, coverage] of boxes) {
      const source = declare({ format: 'cityjson', coverage: [...coverage] });
      const { records, header } = await readAll(join(citiesFolder, path), source);
      const adaptation = adaptationOf(source, header);
      expect(records.filter((record) => !adaptation.adapt(record).ok)).toEqual([]);
    }
  });
});

/** Not a sequence, but one feature on many lines: no form that a source can have. */
const isSequence = (path: string): boolean => basename(path) !== 'cityjsonfeature_minimal.city.jsonl';
const corpus = globSync(join(citiesFolder, 'conformance/cityjson-corpus/**/*.city.json{,l}')).filter(isSequence);

describe.skipIf(corpus.length === 0)('the CityJSON corpus', () => {
  it.each(corpus.map((path) => [basename(path), path] as const))('%s is read', async (_, path) => {
    const isSeq = path.endsWith('l');
    const { records, refused, fault } = await readAll(path, declare({ format: isSeq ? 'cityjson-seq' : 'cityjson' }));
    expect([refused, fault]).toEqual([[], undefined]);
    const documents: readonly { readonly CityObjects: object }[] = (isSeq ? readFileSync(path, 'utf8').trim().split('\n') : [readFileSync(path, 'utf8')]).map(
      (text) => JSON.parse(text),
    );
    expect(records.map(({ nativeId }) => nativeId).toSorted()).toEqual(documents.flatMap(({ CityObjects }) => Object.keys(CityObjects)).toSorted());
  });
});
