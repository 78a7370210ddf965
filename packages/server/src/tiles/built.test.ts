import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgencyId, Authority, agencyIdOf, cityDictionary, createVocabulary, FederationId, TermId, twinIdOf } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildScene, type LayersCut } from './built.ts';
import type { Part } from './collected.ts';
import { createCutThreads } from './cut/cut-threads.ts';
import type { Drawn } from './drawn.ts';
import { createSceneFiles } from './scene-files.ts';
import { howFar } from './scenes.ts';

const authority = Authority.parse('a.example');
const agency: AgencyId = agencyIdOf(authority);

const drawn = (form: Drawn['form'], at: number): Drawn => {
  const id = twinIdOf(authority, form, String(at));
  const ring = [0, 1, 2, 0].map((corner) => [at / 1_000 + corner / 10_000, (corner % 2) / 10_000]);
  const place: Drawn['place'] = form === 'point' ? { type: 'Point', coordinates: [at / 1_000, 0] } : { type: 'Polygon', coordinates: [ring] };
  return { ...{ id, same: [id], form, place, base: 0, height: 5, roof: 'flat', isOfRoof: false, carries: true }, kind: TermId.parse('city:Building') };
};

describe('a scene that is built', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cityweave-built-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('says before each layer how many of them are cut, and of a layer how many of its tiles', async () => {
    const told: LayersCut[] = [];
    const part: Part = {
      agency,
      name: { en: 'A' },
      seq: 1,
      drawn: [drawn('prism', 1), drawn('area', 2), drawn('point', 3), drawn('prism', 4)],
      unplaced: [],
      wholes: [],
    };
    await using threads = createCutThreads();
    const built = await buildScene({
      ...{ federation: FederationId.parse('urn:dtf:federation:a.example:f'), parts: [part], before: undefined, threads },
      ...{ vocabulary: createVocabulary([cityDictionary]), files: createSceneFiles(folder), signal: new AbortController().signal },
      progress: (layers) => void told.push(layers),
    });
    expect(built).toMatchObject({ ok: true });
    expect(told.map(({ cut, of }) => [cut, of])).toEqual([0, 0, 1, 1, 2, 2].map((cut) => [cut, 3]));
    // of each layer first nothing is known of its tiles; when it is cut, all of them are
    expect(told.map(({ tiles }) => tiles())).toEqual([0, 1, 0, 1, 0, 1].map((tiles) => [tiles, tiles]));
  });

  it('tells of each agency and kind how many are drawn in the row of another one', async () => {
    const same = (at: number) => ({ ...drawn('prism', at), same: [drawn('prism', at).id, 'urn:dtf:object:a.example:one'] });
    const parts: readonly Part[] = [
      { agency, name: {}, seq: 1, drawn: [drawn('prism', 1), same(2), { ...same(3), kind: TermId.parse('city:Deck') }], unplaced: [], wholes: [] },
      {
        agency: agencyIdOf(Authority.parse('b.example')),
        name: {},
        seq: 1,
        drawn: [{ ...same(4), form: 'area' }, drawn('prism', 5)],
        unplaced: [],
        wholes: [],
      },
    ];
    await using threads = createCutThreads();
    const built = await buildScene({
      ...{ federation: FederationId.parse('urn:dtf:federation:a.example:f'), parts, before: undefined, threads, progress: () => undefined },
      ...{ vocabulary: createVocabulary([cityDictionary]), files: createSceneFiles(folder), signal: new AbortController().signal },
    });
    expect(built.ok && [built.value.scene.rows, built.value.elsewhere]).toEqual([
      3,
      [
        [0, 'city:Deck', 1],
        [1, 'city:Building', 1],
      ],
    ]);
  });

  it('names no sequence of who still owes what its parts are part of: it is asked again, also over a restart', async () => {
    const part: Part = { agency, name: {}, seq: 1, drawn: [drawn('prism', 1)], unplaced: [], wholes: [] };
    await using threads = createCutThreads();
    const seqsOf = async (one: Part) => {
      const built = await buildScene({
        ...{ federation: FederationId.parse('urn:dtf:federation:a.example:f'), parts: [one], before: undefined, threads, progress: () => undefined },
        ...{ vocabulary: createVocabulary([cityDictionary]), files: createSceneFiles(folder), signal: new AbortController().signal },
      });
      return built.ok && built.value.seqs;
    };
    expect([await seqsOf(part), await seqsOf({ ...part, wholesDue: true })]).toEqual([[[agency, 1]], []]);
  });

  it('is told of to who waits for it: twins looked at first, then layers cut, and of the next its tiles', () => {
    expect(howFar({ walked: 1_200, layers: undefined })).toEqual({ twins: 1_200, layers: 0, layersCut: 0, tiles: 0, tilesCut: 0 });
    const layers = { cut: 1, of: 3, tiles: () => [40, 900] as const };
    expect(howFar({ walked: 2_000, layers })).toEqual({ twins: 2_000, layers: 3, layersCut: 1, tiles: 900, tilesCut: 40 });
  });
});
