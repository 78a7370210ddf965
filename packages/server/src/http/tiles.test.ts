import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVocabulary, fail, ok, problem, readSceneProgress } from '@cityweave/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createSceneFiles } from '../tiles/scene-files.ts';
import { howFar } from '../tiles/scenes.ts';
import { createTiles, type TilesRoom } from './tiles.ts';

const servers: { readonly close: () => void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const serve = async (scenes: TilesRoom['scenes']): Promise<string> => {
  const states = { open: async () => ok((async function* () {})()) };
  const files = createSceneFiles(join(tmpdir(), 'cityweave-no-scene'));
  const answer = createTiles({
    scenes,
    vocabulary: () => createVocabulary([]),
    files,
    states,
    readings: { of: async () => [], waitingFor: () => [] },
    federation: () => undefined,
    shownFirst: () => 'first',
    sources: () => [],
  });
  const server = createServer((request, response) => void answer(request, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};

describe('who waits for the first scene', () => {
  it.each(['scene', 'opening'])('and asks for the %s is told in numbers how far it is, and when to ask again', async (what) => {
    const layers = { cut: 1, of: 3, tiles: () => [40, 900] as const };
    const of = async () => fail(problem('unavailable', { subject: 'scene' }));
    const address = await serve({ of, progress: () => howFar({ walked: 2_000, layers }) });
    const response = await fetch(`${address}/tiles/${what}?federation=f`);
    const body: unknown = await response.json();
    expect(await (await fetch(`${address}/tiles/${what}`)).json()).toMatchObject({ code: 'DTF-901', federation: 'first' });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(body).toMatchObject({ code: 'DTF-901', federation: 'f', progress: { twins: 2_000, layers: 3, layersCut: 1, tiles: 900, tilesCut: 40 } });
    expect(readSceneProgress(Object(body).progress)).toBeDefined();
  });

  it('of no federation is told nothing of the kind', async () => {
    const of = async () => fail(problem('unknownFederation', { subject: 'f' }));
    const response = await fetch(`${await serve({ of, progress: () => undefined })}/tiles/opening?federation=f`);
    expect(response.status).toBe(404);
    expect(await response.json()).not.toHaveProperty('progress');
  });
});
