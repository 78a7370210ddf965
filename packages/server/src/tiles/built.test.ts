import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgencyId, Authority, agencyIdOf, cityDictionary, createVocabulary, FederationId, TermId, twinIdOf } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildScene } from './built.ts';
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

  it('says before each layer how many of them are cut', async () => {
    const told: (readonly [number, number])[] = [];
    const part: Part = { agency, name: { en: 'A' }, seq: 1, drawn: [drawn('prism', 1), drawn('area', 2), drawn('point', 3), drawn('prism', 4)] };
    await using threads = createCutThreads();
    const built = await buildScene({
      ...{ federation: FederationId.parse('urn:dtf:federation:a.example:f'), parts: [part], before: undefined, threads },
      ...{ vocabulary: createVocabulary([cityDictionary]), files: createSceneFiles(folder), signal: new AbortController().signal },
      progress: (cut, of) => void told.push([cut, of]),
    });
    expect(built).toMatchObject({ ok: true });
    expect(told).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  it('is told of to who waits for it: twins looked at first, then layers cut', () => {
    expect(howFar({ walked: 1_200, layers: undefined })).toBe('being cut, 1200 twins looked at');
    expect(howFar({ walked: 2_000, layers: [1, 3] })).toBe('being cut, 2000 twins looked at, 1 of 3 layers cut');
  });
});
