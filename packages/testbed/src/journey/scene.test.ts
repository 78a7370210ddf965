/**
 * The journey of a scene over real sockets: cut from what the federation's members grant, fetched by name, told apart from what is not a scene.
 */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { decodeOpening, decodeOutlineTile, decodeRowColumns, decodeRowKinds, readDirectory, Scene, sceneLimits, type TwinId } from '@cityweave/core';
import { systemDeps } from '@cityweave/server';
import { describe, expect, it } from 'vitest';
import { createTestCity, present, type TestCity, until, valueOf } from '../city.ts';
import { fourAgencies, testFederationId } from '../city-files.ts';

const asking = `federation=${encodeURIComponent(testFederationId)}`;
const addressOf = (city: TestCity): string => city.node('front').address;
const url = (city: TestCity, path: string): string => `${addressOf(city)}/tiles/${path}`;

const sceneOf = async (city: TestCity): Promise<Scene> => {
  const response = await until(
    () => fetch(url(city, `scene?${asking}`)),
    ({ status }) => status === 200,
    'a scene',
  );
  return Scene.parse(await response.json());
};

const bytesOf = async (city: TestCity, name: string, range?: string): Promise<Uint8Array> => {
  const response = await fetch(url(city, `archives/${name}`), range === undefined ? {} : { headers: { range } });
  expect(response.status).toBe(range === undefined ? 200 : 206);
  return new Uint8Array(await response.arrayBuffer());
};

const lookUp = async (
  city: TestCity,
  asked: object,
): Promise<{ readonly status: number; readonly ids?: readonly string[]; readonly rows?: readonly number[] }> => {
  const response = await fetch(url(city, `lookup?${asking}`), { method: 'POST', body: JSON.stringify(asked) });
  return { status: response.status, ...((await response.json()) as object) };
};

/** Rows of the scene that stand in the finest tiles of a layer. */
const rowsIn = async (city: TestCity, layer: Scene['layers'][number]): Promise<readonly number[]> => {
  const archive = await bytesOf(city, layer.archive);
  expect(archive.length).toBe(layer.bytes);
  const { tiles } = valueOf(readDirectory(archive, (bytes) => gunzipSync(bytes)));
  const parents = new Set(tiles.map(({ parent }) => parent));
  const leaves = tiles.filter((_, at) => !parents.has(at));
  return leaves.flatMap(({ offset, length, firstRow }) => {
    const tile = valueOf(decodeOutlineTile(gunzipSync(archive.subarray(offset, offset + length))));
    return [...tile.rows].map((row) => row + firstRow + layer.firstRow);
  });
};

describe('a scene', () => {
  it('shows every twin of every member once, and tells which row it is, both ways', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const scene = await sceneOf(city);
    const rows = (await Promise.all(scene.layers.map((layer) => rowsIn(city, layer)))).flat();
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: scene.rows }, (_, row) => row));
    const { ids = [] } = await lookUp(city, { rows });
    const answer = await city.ask();
    expect([...ids].sort()).toEqual(answer.ids.filter((id) => id.includes(':things/')).sort());
    expect((await lookUp(city, { ids })).rows).toEqual(rows);
    expect(scene.agencies.map(({ complete }) => complete)).toEqual([true, true, true, true]);
  });

  it('is the same document while nothing changes, and its archives are named by what they are, whole or by range, and kept for ever', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const scene = await sceneOf(city);
    const [layer] = scene.layers;
    const { archive, rowColumns, rows, firstRow } = present(layer, 'layer');
    const again = await fetch(url(city, `scene?${asking}`), { headers: { 'if-none-match': `"${scene.revision}"` } });
    expect(again.status).toBe(304);
    const whole = await bytesOf(city, archive);
    expect(createHash('sha256').update(whole).digest('hex')).toBe(archive);
    for (const headers of [{}, { range: 'bytes=0-15' }]) {
      const kept = await fetch(url(city, `archives/${archive}`), { headers });
      expect([kept.headers.get('cache-control'), kept.headers.get('etag')]).toEqual(['public, max-age=31536000, immutable', `"${archive}"`]);
      await kept.arrayBuffer();
    }
    expect(await bytesOf(city, archive, 'bytes=0-15')).toEqual(whole.subarray(0, 16));
    expect(await bytesOf(city, archive, 'bytes=16-')).toEqual(whole.subarray(16));
    expect(valueOf(decodeRowColumns(gunzipSync(await bytesOf(city, rowColumns)))).kind).toHaveLength(rows);
    expect(firstRow).toBe(0);
  });

  it('opens with the same document and the beginning of every archive in one answer', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const scene = await sceneOf(city);
    const opened = async (query: string) => valueOf(decodeOpening(new Uint8Array(await (await fetch(url(city, `opening?${query}`))).arrayBuffer())));
    const [document, ...parts] = await opened(asking);
    expect(JSON.parse(String(gunzipSync(document?.bytes ?? '')))).toEqual(scene);
    const beginnings = parts.filter(({ what }) => what === 'archive').map(({ bytes }) => bytes);
    expect(beginnings).toEqual(await Promise.all(scene.layers.map(async ({ archive, beginning }) => (await bytesOf(city, archive)).subarray(0, beginning))));
    for (const { layer, bytes } of parts.filter(({ what }) => what === 'kinds'))
      expect(valueOf(decodeRowKinds(gunzipSync(bytes)))).toHaveLength(scene.layers[layer]?.rows ?? 0);
    expect(await opened('')).toEqual([document, ...parts]);
    expect((await fetch(url(city, 'opening?federation=urn:dtf:federation:x:y'))).status).toBe(404);
    expect((await fetch(url(city, `opening?${asking}&look=1,1,0`))).status).toBe(400);
  });

  it('gives one property of all that is drawn as a column, with its unit, and nothing where nothing is known', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const scene = await sceneOf(city);
    const response = await fetch(url(city, `values?${asking}&term=city:load`));
    const bytes = await response.arrayBuffer();
    const headBytes = new DataView(bytes).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.slice(4, 4 + headBytes)));
    const values = new Float32Array(bytes.slice(4 + headBytes));
    expect(values).toHaveLength(scene.rows);
    const known = [...values.entries()].filter(([, value]) => !Number.isNaN(value));
    expect(known.length).toBeGreaterThan(0);
    expect(head).toMatchObject({ term: 'city:load', unit: 'kW', missing: [] });
    const { ids = [] } = await lookUp(city, { rows: known.map(([row]) => row) });
    for (const id of ids) expect(id).toContain('energy.test.example');
    expect((await fetch(url(city, `values?${asking}&term=nonsense`))).status).toBe(400);
    expect(await (await fetch(url(city, `waiting?${asking}&term=city:load`))).json()).toEqual({ waitingFor: [] });
    expect((await fetch(url(city, `waiting?${asking}&term=nonsense`))).status).toBe(400);
    expect((await fetch(url(city, `values?${asking}&term=city:load&unit=nonsense`))).status).toBe(400);
    const inWatts = await (await fetch(url(city, `values?${asking}&term=city:load&unit=W`))).arrayBuffer();
    const wattsFrom = 4 + new DataView(inWatts).getUint32(0, true);
    expect(JSON.parse(new TextDecoder().decode(inWatts.slice(4, wattsFrom)))).toMatchObject({ unit: 'W' });
    const watts = new Float32Array(inWatts.slice(wattsFrom));
    for (const [row, value] of known) expect(watts[row]).toBeCloseTo(value * 1_000, 1);
  });

  it('answers nothing by rows of another revision than the one that was meant', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const { rowsRevision } = await sceneOf(city);
    const rowsOf = async (revision: string) => {
      const meant = `${asking}&rowsRevision=${encodeURIComponent(revision)}`;
      const found = await fetch(url(city, `lookup?${meant}`), { method: 'POST', body: JSON.stringify({ rows: [0] }) });
      const values = await fetch(url(city, `values?${meant}&term=city:load`));
      const stop = new AbortController();
      const body = JSON.stringify({ federation: testFederationId, term: 'city:load', ranges: [[0, 1]], rowsRevision: revision });
      const states = await fetch(url(city, 'states'), { method: 'POST', body, signal: stop.signal });
      stop.abort();
      return { statuses: [found.status, values.status, states.status], said: await found.json() };
    };
    expect(await rowsOf(rowsRevision)).toMatchObject({ statuses: [200, 200, 200], said: { ids: [expect.any(String)] } });
    expect(await rowsOf('another')).toMatchObject({ statuses: [409, 409, 409], said: { code: 'DTF-203', found: 'another', accepted: rowsRevision } });
  });

  it('cuts only the layer anew in which something moved, and is there at once after a restart', async () => {
    const before = await createTestCity({ agencies: fourAgencies() });
    await before.active();
    const first = await sceneOf(before);
    const energy = before.node('energy');
    const { ids = [] } = await lookUp(before, { rows: Array.from({ length: first.rows }, (_, row) => row) });
    const moved = present(
      ids.find((id) => id.includes('energy')),
      'twin of energy',
    ) as TwinId; // branding: an id that the scene gave
    const [outcome] = await energy.store.apply([{ op: 'patchTwin', id: moved, values: {}, position: [5.5, 52.5] }], { at: systemDeps().clock.now() });
    expect(outcome?.ok).toBe(true);
    const second = await until(
      () => sceneOf(before),
      ({ revision }) => revision !== first.revision,
      'another scene',
    );
    const archives = (scene: Scene) => new Map(scene.layers.map(({ id, archive }) => [id, archive]));
    const [was, is] = [archives(first), archives(second)];
    expect([...is].filter(([id, archive]) => was.get(id) !== archive).map(([id]) => id.includes('energy'))).toEqual([true]);
    await before.stop();
    await using after = await createTestCity({ agencies: fourAgencies(), folder: before.folder });
    await after.active();
    const response = await fetch(url(after, `scene?${asking}`));
    expect(response.status).toBe(200);
    expect(Scene.parse(await response.json()).layers).toEqual(second.layers);
  });

  it('refuses what is no scene, no archive, no range, and more rows than may be looked up at once', async () => {
    await using city = await createTestCity({ agencies: fourAgencies() });
    await city.active();
    const { layers } = await sceneOf(city);
    const statusOf = async (path: string, init?: RequestInit): Promise<number> => (await fetch(url(city, path), init)).status;
    expect(await statusOf('scene?federation=urn:dtf:federation:nobody.example:none')).toBe(404);
    expect(await statusOf(`archives/${'0'.repeat(64)}`)).toBe(404);
    expect(await statusOf('archives/..%2f..%2frecords.sqlite')).toBe(404);
    expect(await statusOf(`archives/${layers[0]?.archive}`, { headers: { range: 'bytes=99999999-' } })).toBe(416);
    const rows = Array.from({ length: sceneLimits.lookupRowsMax + 1 }, (_, row) => row);
    expect((await lookUp(city, { rows: rows.slice(1) })).status).toBe(200);
    expect((await lookUp(city, { rows })).status).toBe(400);
  });
});
