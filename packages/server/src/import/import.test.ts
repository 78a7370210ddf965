import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, TermId, type TwinId, twinIdOf } from '@cityweave/core';
import { describe, expect, test } from 'vitest';
import { describeReport } from './report.ts';
import { authority, collectionOf, createTrial, type Feature, point, sourceOf } from './trial.ts';

const bench = (id: string, [x, y]: readonly [number, number], more = {}): Feature => ({
  geometry: point(x, y),
  properties: { ID: id, GlobalID: `{${id}-1}`, label: `Bench ${id}`, ...more },
});

const benches: readonly Feature[] = [bench('a', [4.1, 52.1]), bench('b', [4.2, 52.2]), bench('c', [4.3, 52.3])];

const byId = sourceOf({
  id: 'benches',
  format: 'geojson',
  path: 'benches.geojson',
  kind: 'city:Bench',
  key: { columns: ['ID'], tolerance: 1e-6 },
  ignore: ['GlobalID'],
});
const byPlace = sourceOf({ ...byId, key: { geometry: true, tolerance: 1e-6, onDuplicate: 'ordinal' } });

const idOf = (key: string): TwinId => twinIdOf(authority, 'benches', key);

const counts = ({ added, changed, unchanged, removed, refused }: { added: number; changed: number; unchanged: number; removed: number; refused: number }) => ({
  added,
  changed,
  unchanged,
  removed,
  refused,
});

const republished = (features: readonly Feature[]): readonly Feature[] =>
  features.map(({ geometry, properties }, index) => ({ geometry: rounded(geometry), properties: { ...properties, GlobalID: `{new-${index}}` } }));

const rounded = (geometry: Feature['geometry']): Feature['geometry'] =>
  JSON.parse(JSON.stringify(geometry, (_, value) => (typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value)));

describe('an import', () => {
  test('brings in every record of a new file and leaves no staging file behind', async () => {
    await using trial = await createTrial();
    const report = await trial.run(byId, trial.write('benches.geojson', collectionOf(benches)));
    expect(report).toMatchObject({ state: 'DONE', accepted: 3, added: 3, source: 'benches', file: 'benches.geojson' });
    expect((await trial.store.get([idOf('a')])).get(idOf('a'))).toMatchObject({ version: 1, position: [4.1, 52.1] });
    expect(readdirSync(join(trial.folder, 'scratch'))).toEqual([]);
  });

  test('reads only the rows that the source selects, and says how many it left out', async () => {
    await using trial = await createTrial();
    const path = trial.write(
      'benches.geojson',
      collectionOf([bench('a', [4.1, 52.1], { keeper: 7 }), bench('b', [4.2, 52.2], { keeper: '7.0' }), bench('c', [4.3, 52.3])]),
    );
    const mine = sourceOf({ ...byId, where: { column: 'keeper', values: ['7'] }, drop: ['keeper'] });
    const report = await trial.run(mine, path);
    expect(report).toMatchObject({ state: 'DONE', accepted: 2, refused: 0, leftOut: 1 });
    expect((await trial.store.get([idOf('c')])).size).toBe(0);
    expect(await trial.run(mine, path)).toMatchObject({ state: 'UNCHANGED', leftOut: 1 });
    const nobody = await trial.run(sourceOf({ ...byId, where: { column: 'keper', values: [7] } }), path);
    expect(nobody).toMatchObject({ accepted: 0, leftOut: 3, removed: 2 });
    expect(describeReport(nobody).join(' ')).toContain('look at its column and values');
  });

  test('of the same file is not even read again, and changes neither a version nor the change log', async () => {
    await using trial = await createTrial();
    const path = trial.write('benches.geojson', collectionOf(benches));
    await trial.run(byId, path);
    const seq = await trial.headSeq();
    expect(await trial.run(byId, path)).toMatchObject({ state: 'UNCHANGED', accepted: 3, unchanged: 3, added: 0 });
    expect(await trial.headSeq()).toBe(seq);
  });

  test('under another declaration is read again, and changes nothing where the twins are the same', async () => {
    await using trial = await createTrial();
    const path = trial.write('benches.geojson', collectionOf(benches));
    await trial.run(byId, path);
    const seq = await trial.headSeq();
    const report = await trial.run({ ...byId, licence: 'CC0' }, path);
    expect(counts(report)).toEqual({ added: 0, changed: 0, unchanged: 3, removed: 0, refused: 0 });
    expect(await trial.headSeq()).toBe(seq);
  });

  test('reports exactly the true changes of a publication with new keys in ignored columns and rounded coordinates', async () => {
    await using trial = await createTrial();
    const precise = benches.map((feature, index) => ({ ...feature, geometry: point(4.123456789 + index, 52.987654321) }));
    await trial.run(byId, trial.write('first.geojson', collectionOf(precise)));
    const [a, b] = republished(precise);
    assert(a && b, 'there are three benches');
    const second = [a, { ...b, properties: { ...b.properties, label: 'Renamed' } }, bench('d', [4.4, 52.4])];
    expect(counts(await trial.run(byId, trial.write('second.geojson', collectionOf(second))))).toEqual({
      added: 1,
      changed: 1,
      unchanged: 1,
      removed: 1,
      refused: 0,
    });
    const twins = await trial.store.get(['a', 'b', 'c', 'd'].map(idOf));
    expect([...twins.values()].map(({ id, version }) => [id, version])).toEqual(
      expect.arrayContaining([
        [idOf('a'), 1],
        [idOf('b'), 2],
        [idOf('d'), 1],
      ]),
    );
    expect(twins.size).toBe(3);
  });

  test('keeps the id of a twin whose geometry is its key and that rounding moved to another cell', async () => {
    await using trial = await createTrial();
    const edge = [bench('a', [4.0000004999, 52]), bench('b', [4.1000015001, 52]), bench('c', [4.2, 52])];
    await trial.run(byPlace, trial.write('first.geojson', collectionOf(edge)));
    const before = await trial.store.sourceState('benches', { first: 10 });
    const moved = edge.map(({ properties }, index) => ({ geometry: point([4.0000006, 4.1000014, 4.2][index] ?? 0, 52), properties }));
    const report = await trial.run(byPlace, trial.write('second.geojson', collectionOf(moved)));
    expect(counts(report)).toEqual({ added: 0, changed: 0, unchanged: 3, removed: 0, refused: 0 });
    expect(await trial.store.sourceState('benches', { first: 10 })).toEqual(before);
  });

  test('changes a twin whose geometry is its key under the id it has, when another column changed with the rounding', async () => {
    await using trial = await createTrial();
    await trial.run(byPlace, trial.write('first.geojson', collectionOf([bench('a', [4.0000004999, 52])])));
    const [before] = await trial.store.sourceState('benches', { first: 10 });
    const report = await trial.run(byPlace, trial.write('second.geojson', collectionOf([bench('a', [4.0000006, 52], { label: 'Renamed' })])));
    expect(counts(report)).toEqual({ added: 0, changed: 1, unchanged: 0, removed: 0, refused: 0 });
    const [after] = await trial.store.sourceState('benches', { first: 10 });
    expect(after?.id).toBe(before?.id);
  });
});

describe('rows with one key', () => {
  const twice = [bench('a', [4.1, 52.1]), bench('a', [4.2, 52.2]), bench('a', [4.3, 52.3]), bench('b', [4.4, 52.4])];
  const keyed = (onDuplicate: 'ordinal' | 'refuse' | 'first') => sourceOf({ ...byId, key: { ...byId.key, onDuplicate } });

  test('are numbered, in whatever order the file has them', async () => {
    await using trial = await createTrial();
    expect(await trial.run(keyed('ordinal'), trial.write('one.geojson', collectionOf(twice)))).toMatchObject({ added: 4, duplicates: 2, refused: 0 });
    const before = await trial.store.sourceState('benches', { first: 10 });
    expect(before.map(({ id }) => id)).toEqual([idOf('a'), `${idOf('a')};2`, `${idOf('a')};3`, idOf('b')]);
    const report = await trial.run(keyed('ordinal'), trial.write('two.geojson', collectionOf(twice.toReversed())));
    expect(counts(report)).toEqual({ added: 0, changed: 0, unchanged: 4, removed: 0, refused: 0 });
    expect(await trial.store.sourceState('benches', { first: 10 })).toEqual(before);
  });

  test('lose only the one that is gone, and change only the one that changed', async () => {
    await using trial = await createTrial();
    await trial.run(keyed('ordinal'), trial.write('one.geojson', collectionOf(twice)));
    for (const left of [0, 1, 2].map((gone) => twice.toSpliced(gone, 1))) {
      const report = await trial.run(keyed('ordinal'), trial.write('two.geojson', collectionOf(left)));
      expect(counts(report)).toEqual({ added: 0, changed: 0, unchanged: 3, removed: 1, refused: 0 });
      expect(counts(await trial.run(keyed('ordinal'), trial.write('one.geojson', collectionOf(twice))))).toMatchObject({ added: 1, unchanged: 3 });
    }
    const renamed = twice.with(1, bench('a', [4.2, 52.2], { label: 'Renamed' }));
    expect(counts(await trial.run(keyed('ordinal'), trial.write('three.geojson', collectionOf(renamed))))).toEqual({
      added: 0,
      changed: 1,
      unchanged: 3,
      removed: 0,
      refused: 0,
    });
  });

  test('are refused but for the first, each with its place and reason', async () => {
    await using trial = await createTrial();
    const report = await trial.run(keyed('refuse'), trial.write('one.geojson', collectionOf(twice)));
    expect(report).toMatchObject({ added: 2, duplicates: 2, refused: 2 });
    expect(report.refusals.map(({ where, problem }) => [where, problem.kind, problem.subject])).toEqual([
      [expect.stringContaining('1'), 'duplicateKey', 'a'],
      [expect.stringContaining('2'), 'duplicateKey', 'a'],
    ]);
    expect(describeReport(report).join('\n')).toContain('the declared key is not unique');
  });

  test('are counted and left out where only the first is asked for', async () => {
    await using trial = await createTrial();
    const report = await trial.run(keyed('first'), trial.write('one.geojson', collectionOf(twice)));
    expect(report).toMatchObject({ added: 2, duplicates: 2, refused: 0, refusals: [] });
    expect((await trial.store.get([idOf('a')])).get(idOf('a'))?.position).toEqual([4.1, 52.1]);
  });
});

describe('a file that is not sound', () => {
  test('is refused when it is cut off, wherever that is, and changes nothing', async () => {
    await using trial = await createTrial();
    const whole = collectionOf(Array.from({ length: 50 }, (_, index) => bench(`n${index}`, [4 + index / 100, 52])));
    await trial.run(byId, trial.write('good.geojson', collectionOf(benches)));
    const seq = await trial.headSeq();
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const report = await trial.run(byId, trial.write('cut.geojson', whole.slice(0, Math.floor(whole.length * share))));
      expect(report).toMatchObject({ state: 'REFUSED', accepted: 0 });
      expect(report.problem?.kind).toBe('badFile');
    }
    expect(await trial.headSeq()).toBe(seq);
    expect(await trial.run(byId, trial.write('good.geojson', collectionOf(benches)))).toMatchObject({ state: 'DONE', unchanged: 3, changed: 0 });
  });

  test('that is not there is refused, or absent where it is optional', async () => {
    await using trial = await createTrial();
    const path = join(trial.folder, 'none.geojson');
    expect(await trial.run(byId, path)).toMatchObject({ state: 'REFUSED', problem: { kind: 'badFile' } });
    const absent = await trial.run({ ...byId, optional: true }, path);
    expect(absent.state).toBe('ABSENT');
    expect(describeReport(absent)[0]).toContain('is not there');
  });

  test('with a bad record keeps the others, and says which and why', async () => {
    await using trial = await createTrial();
    const features = [...benches, { geometry: point(4.4, 52.4), properties: { ID: null, label: 'nameless' } }];
    const report = await trial.run(byId, trial.write('benches.geojson', collectionOf(features)));
    expect(report).toMatchObject({ state: 'DONE', accepted: 3, refused: 1 });
    expect(describeReport(report)[1]).toContain('column ID');
  });
});

describe('an import that nobody waits for', () => {
  test('ends, changes nothing more and leaves no staging file', async () => {
    await using trial = await createTrial();
    const path = trial.write('benches.geojson', collectionOf(benches));
    const report = await trial.run(byId, path, { signal: AbortSignal.abort() });
    expect(report).toMatchObject({ state: 'REFUSED', problem: { kind: 'cancelled' } });
    expect(await trial.headSeq()).toBe(0);
    expect(existsSync(join(trial.folder, 'scratch', 'staging-works.example-benches.sqlite'))).toBe(false);
    expect(await trial.run(byId, path)).toMatchObject({ state: 'DONE', added: 3 });
  });
});

describe('readings that came from elsewhere', () => {
  const level = TermId.parse('city:waterLevel');

  test('outlive a new edition of the file', async () => {
    await using trial = await createTrial();
    await trial.run(byId, trial.write('one.geojson', collectionOf(benches)));
    const at = trial.clock.now();
    const reading = { value: 7, observedAt: at, recordedAt: at, origin: 'feed gauges' };
    await trial.store.apply([{ op: 'patchTwin', id: idOf('a'), values: { [level]: reading } }], { at });
    const renamed = benches.with(0, bench('a', [4.1, 52.1], { label: 'Renamed' }));
    expect(await trial.run(byId, trial.write('two.geojson', collectionOf(renamed)))).toMatchObject({ changed: 1, unchanged: 2 });
    const twin = (await trial.store.get([idOf('a')])).get(idOf('a'));
    expect(twin?.values[level]).toEqual(reading);
    expect(JSON.stringify(twin?.values)).toContain('Renamed');
  });
});

describe('a report', () => {
  test('is kept with the import and holds again for the unchanged file', async () => {
    await using trial = await createTrial();
    const path = trial.write('benches.geojson', collectionOf([...benches, { geometry: null, properties: { ID: '', email: 'x@example.org' } }]));
    const first = await trial.run(byId, path);
    expect(first.refused).toBe(1);
    const again = await trial.run(byId, path);
    expect(again).toMatchObject({ state: 'UNCHANGED', refused: 1, refusals: first.refusals, id: first.id });
    expect(readFileSync(path, 'utf8')).toContain('email');
  });
});
