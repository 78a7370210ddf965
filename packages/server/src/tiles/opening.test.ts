import { gunzipSync } from 'node:zlib';
import { Scene, sceneLimits } from '@cityweave/core';
import { describe, expect, it } from 'vitest';
import type { Built } from './built.ts';
import { createOpenings } from './opening.ts';

const layer = (name: string, beginning: number): Scene['layers'][number] => ({
  ...{ id: `urn:dtf:twin:a.example:agency ${name}`, agency: 0, form: 'prism', archive: name.repeat(64), bytes: beginning + 9, beginning },
  ...{ rowColumns: 'f'.repeat(64), firstRow: 0, rows: 1, box: [0, 0, 1, 1], kinds: [0] },
});

const builtOf = (layers: Scene['layers']): Pick<Built, 'scene'> => ({
  scene: Scene.parse({
    ...{ version: 2, federation: 'urn:dtf:federation:a.example:f', revision: 'r', rowsRevision: 's', origin: [9, 52], box: [0, 0, 1, 1], rows: 1 },
    ...{ agencies: [{ id: 'urn:dtf:agency:a.example', name: { en: 'A' }, complete: true }], layers },
    kinds: [{ kind: 'city:Building', label: { en: 'Building' }, broader: [], count: 1 }],
  }),
});

/** Parts with their length before each. */
const partsOf = (bytes: Buffer): readonly Buffer[] => {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32LE(at)) parts.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32LE(at)));
  return parts;
};

describe('an opening', () => {
  const asked: string[] = [];
  const part = async (name: string, { from, to }: { readonly from: number; readonly to: number }) => {
    asked.push(name[0] ?? '');
    return new Uint8Array(to - from + 1).fill(Number.parseInt(name[0] ?? '0', 16));
  };

  it('has the document and the beginning of every layer, until openingBytesMax of them are reached', async () => {
    const most = sceneLimits.openingBytesMax;
    const built = builtOf([layer('a', most - 10), layer('b', 11), layer('c', 10), layer('d', 1)]);
    const [document, ...beginnings] = partsOf(gunzipSync(await createOpenings({ part }).of(built)));
    expect(JSON.parse(String(document))).toEqual(built.scene);
    expect(beginnings.map(({ length }) => length)).toEqual([most - 10, 0, 10, 0]);
    expect(beginnings[2]?.every((byte) => byte === 0xc)).toBe(true);
  });

  it('is made once for a scene, however many ask', async () => {
    asked.length = 0;
    const [openings, built] = [createOpenings({ part }), builtOf([layer('e', 5)])];
    const [one, other] = await Promise.all([openings.of(built), openings.of(built)]);
    expect(one).toBe(other);
    expect(asked).toEqual(['e']);
  });
});
