import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FederationId } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSceneFiles } from './scene-files.ts';

const federationOf = (name: string): FederationId => FederationId.parse(`urn:dtf:federation:a.example:${name}`);
const nameOf = (letter: string): string => letter.repeat(64);
const bytes = Uint8Array.of(1, 2, 3);

describe('what is forgotten of a federation', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cityweave-scene-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are its layers, those cut anew too, and none of a scene that is kept or is still being made', async () => {
    const files = createSceneFiles(folder);
    const [gone, kept, made] = [federationOf('gone'), federationOf('kept'), federationOf('made')] as const;
    for (const letter of ['a', 'b', 'c']) await files.put(gone, nameOf(letter), bytes);
    await files.keep(gone, { layers: [nameOf('b'), nameOf('c')] });
    await files.put(kept, nameOf('c'), bytes);
    await files.put(kept, nameOf('d'), bytes);
    await files.keep(kept, { layers: [nameOf('c'), nameOf('d')] });
    await files.put(made, nameOf('e'), bytes);
    await files.forget(gone);
    const sizes = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((letter) => files.size(nameOf(letter))));
    expect(sizes).toEqual([undefined, undefined, 3, 3, 3]);
    expect([await files.kept(gone), await files.kept(kept)]).toMatchObject([undefined, { layers: [nameOf('c'), nameOf('d')] }]);
  });
});
