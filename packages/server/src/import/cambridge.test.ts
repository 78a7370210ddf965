import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { assert, type Json } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import { collectionOf, createTrial, type Feature, hasReal, realFolder, sourceOf } from './trial.ts';

const layers = join(realFolder, 'cambridge', 'layers');
const history = join(realFolder, 'cambridge', 'history');

const featuresOf = (path: string): readonly Feature[] => JSON.parse(gunzipSync(readFileSync(path)).toString('utf8')).features;

const rounded = (geometry: Feature['geometry']): Feature['geometry'] =>
  JSON.parse(JSON.stringify(geometry), (_, value: Json) => (typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value));

/** What a new publication does to every row: other GlobalIDs, coordinates rounded to six decimals. */
const republished = (features: readonly Feature[]): readonly Feature[] =>
  features.map(({ geometry, properties, ...rest }, index) => ({
    ...rest,
    geometry: rounded(geometry),
    properties: { ...properties, GlobalID: `{NEW-${index}}` },
  }));

const compressed = (features: readonly Feature[]): Buffer => gzipSync(collectionOf(features), { level: 1 });

const layer = (id: string, more: Omit<Parameters<typeof sourceOf>[0], 'id' | 'format' | 'path' | 'kind'>) =>
  sourceOf({ id, format: 'geojson', path: `${id}.geojson.gz`, kind: 'city:Object', ignore: ['GlobalID'], ...more });

const unchanged = { state: 'DONE', added: 0, changed: 0, removed: 0, refused: 0 };

/** Layers without a column that tells all rows apart, but for GlobalID. */
const isKeyless = (features: readonly Feature[]): boolean => {
  const columns = new Set(features.flatMap(({ properties }) => Object.keys(properties)));
  columns.delete('GlobalID');
  return ![...columns].some((column) => {
    const texts = features.map(({ properties }) => properties[column]).filter((value) => value !== null && value !== undefined && value !== '');
    return texts.length === features.length && new Set(texts.map(String)).size === features.length;
  });
};

/** Of every layer; all rows of all of them pass too, in two minutes. */
const rowsTried = 800;

/** What counts of a row: its properties in one order, and its place to a tenth of a metre. */
const comparable = (geometry: Feature['geometry'], properties: Feature['properties']): string =>
  JSON.stringify([
    rounded(geometry),
    Object.entries(properties)
      .filter(([name]) => name !== 'GlobalID')
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);

describe.skipIf(!hasReal)('Cambridge', () => {
  test('a second edition of the centrelines with new GlobalIDs, rounded coordinates and three true changes reports exactly three', async () => {
    await using trial = await createTrial();
    const source = layer('centerlines', { key: { columns: ['ID'], tolerance: 1e-6 } });
    const first = join(layers, 'TRANS_Centerlines.geojson.gz');
    expect(await trial.run(source, first)).toMatchObject({ state: 'DONE', added: 2643, refused: 0 });
    const seq = await trial.headSeq();
    const [renamed, gone, ...rest] = republished(featuresOf(first));
    assert(renamed && gone, 'there are centrelines');
    const added = { ...gone, properties: { ...gone.properties, ID: 'Never_Built_St_1' } };
    const second = [{ ...renamed, properties: { ...renamed.properties, Street: 'Renamed St' } }, ...rest, added];
    const report = await trial.run(source, trial.write('second.geojson.gz', compressed(second)));
    expect(report).toMatchObject({ state: 'DONE', added: 1, changed: 1, removed: 1, unchanged: 2641, refused: 0 });
    expect(await trial.headSeq()).toBe(seq + 3);
  });

  test('the dated editions of the chargers follow one another, each reporting the difference that there is', async () => {
    await using trial = await createTrial();
    const source = layer('chargers', { key: { geometry: true, tolerance: 1e-6, onDuplicate: 'ordinal' } });
    let before = 0;
    for (const edition of readdirSync(join(history, 'CDD_EVSE')).toSorted()) {
      const path = join(history, 'CDD_EVSE', edition);
      const report = await trial.run(source, path);
      const rows = featuresOf(path).length;
      expect(report).toMatchObject({ state: 'DONE', accepted: rows, refused: 0 });
      expect(report.added + report.changed + report.unchanged).toBe(rows);
      expect(report.unchanged + report.changed + report.removed).toBe(before);
      expect(await trial.run({ ...source, licence: 'again' }, path)).toMatchObject({ ...unchanged, unchanged: rows });
      before = rows;
    }
  });

  test('the dated editions of the solar installations report what an independent comparison of the files finds', async () => {
    await using trial = await createTrial();
    const source = layer('solar', { key: { columns: ['SystemID'], tolerance: 1e-6, onDuplicate: 'first' } });
    const editions = readdirSync(join(history, 'CDD_SolarInstallations')).toSorted();
    let before = new Map<string, string>();
    for (const edition of editions) {
      const path = join(history, 'CDD_SolarInstallations', edition);
      const after = new Map(
        featuresOf(path)
          .toReversed()
          .map(({ geometry, properties }) => [String(properties['SystemID']), comparable(geometry, properties)]),
      );
      const kept = [...after].filter(([id]) => before.has(id));
      expect(await trial.run(source, path)).toMatchObject({
        state: 'DONE',
        refused: 0,
        added: after.size - kept.length,
        unchanged: kept.filter(([id, text]) => before.get(id) === text).length,
        changed: kept.filter(([id, text]) => before.get(id) !== text).length,
        removed: [...before.keys()].filter((id) => !after.has(id)).length,
      });
      before = after;
    }
  });

  test('every layer without a key of its own is unchanged when it is read again, re-ordered, or published again', { timeout: 300_000 }, async () => {
    const keyless = readdirSync(layers).filter((file) => isKeyless(featuresOf(join(layers, file))));
    expect(keyless).toHaveLength(33);
    for (const file of keyless) {
      await using trial = await createTrial();
      const source = layer('layer', { key: { geometry: true, tolerance: 1e-6, onDuplicate: 'ordinal' } });
      const features = featuresOf(join(layers, file)).slice(0, rowsTried);
      const first = trial.write('first.geojson.gz', compressed(features));
      expect(await trial.run(source, first), file).toMatchObject({ state: 'DONE', added: features.length, refused: 0 });
      const seq = await trial.headSeq();
      const same = { ...unchanged, unchanged: features.length };
      expect(await trial.run({ ...source, licence: 'again' }, first), file).toMatchObject(same);
      expect(await trial.run(source, trial.write('turned.geojson.gz', compressed(features.toReversed()))), file).toMatchObject(same);
      expect(await trial.run(source, trial.write('rounded.geojson.gz', compressed(republished(features)))), file).toMatchObject(same);
      expect(await trial.headSeq()).toBe(seq);
    }
  });
});
