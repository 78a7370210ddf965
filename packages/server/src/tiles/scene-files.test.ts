import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FederationId } from '@cityweave/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSceneFiles, revisionsKept } from './scene-files.ts';

const federationOf = (name: string): FederationId => FederationId.parse(`urn:dtf:federation:a.example:${name}`);
const nameOf = (letter: string): string => letter.repeat(64);
const bytes = Uint8Array.of(1, 2, 3);

describe('layers of scenes on the disk', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cityweave-scene-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('stay for revisionsKept scenes, and not for one more', async () => {
    const [files, federation] = [createSceneFiles(folder), federationOf('f')];
    const [first, partly] = [nameOf('a'), nameOf('b')];
    for (const name of [first, partly]) await files.put(federation, name, bytes);
    await files.keep(federation, {}, [first]);
    const sizes = () => Promise.all([first, partly].map(files.size));
    for (let revision = 1; revision < revisionsKept; revision += 1) await files.keep(federation, {}, [nameOf('c')]);
    expect(await sizes()).toEqual([3, 3]);
    await files.keep(federation, {}, [nameOf('c')]);
    expect(await sizes()).toEqual([undefined, undefined]);
  });

  it('that a run before left, and no scene names, are gone with the first that is written', async () => {
    const [federation, before] = [federationOf('f'), createSceneFiles(folder)];
    for (const name of [nameOf('a'), nameOf('b')]) await before.put(federation, name, bytes);
    await before.keep(federation, { layers: [nameOf('a')] }, [nameOf('a')]);
    const after = createSceneFiles(folder);
    await after.put(federation, nameOf('c'), bytes);
    expect(await Promise.all(['a', 'b', 'c'].map((letter) => after.size(nameOf(letter))))).toEqual([3, undefined, 3]);
  });

  it('of a federation that is forgotten are gone, those cut anew too, and none of a scene that is kept or is still being made', async () => {
    const files = createSceneFiles(folder);
    const [gone, kept, made] = [federationOf('gone'), federationOf('kept'), federationOf('made')] as const;
    for (const letter of ['a', 'b', 'c']) await files.put(gone, nameOf(letter), bytes);
    await files.keep(gone, { layers: [nameOf('b'), nameOf('c')] }, [nameOf('b'), nameOf('c')]);
    await files.put(kept, nameOf('c'), bytes);
    await files.put(kept, nameOf('d'), bytes);
    await files.keep(kept, { layers: [nameOf('c'), nameOf('d')] }, [nameOf('c'), nameOf('d')]);
    await files.put(made, nameOf('e'), bytes);
    await files.forget(gone);
    const sizes = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((letter) => files.size(nameOf(letter))));
    expect(sizes).toEqual([undefined, undefined, 3, 3, 3]);
    expect([await files.kept(gone), await files.kept(kept)]).toMatchObject([undefined, { layers: [nameOf('c'), nameOf('d')] }]);
  });
});
