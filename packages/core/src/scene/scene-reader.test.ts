import { describe, expect, it } from 'vitest';
import { Scene } from './scene.ts';
import { sceneLimits } from './scene-limits.ts';
import { readScene } from './scene-reader.ts';

const layer = {
  ...{ id: 'urn:dtf:agency:a.example prism', agency: 0, form: 'prism', archive: 'a'.repeat(64), bytes: 9, beginning: 9, rowColumns: 'b'.repeat(64) },
  ...{ firstRow: 0, rows: 3, box: [0, 0, 9, 9], kinds: [0] },
};
const scene = {
  ...{ version: 2, federation: 'urn:dtf:federation:a.example:f', revision: 'r', rowsRevision: 's', origin: [9.2, 52], box: [0, 0, 9, 9], rows: 3 },
  agencies: [{ id: 'urn:dtf:agency:a.example', name: { en: 'A' }, complete: true }],
  kinds: [{ kind: 'city:Building', label: { en: 'Building' }, broader: [], count: 3 }],
  layers: [layer],
};

/** Every place in a value, with that place taken away or turned into something else. */
const spoilt = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value.flatMap((part, at) => spoilt(part).map((other) => value.with(at, other)));
  if (typeof value !== 'object' || value === null) return [null, {}, typeof value === 'string' ? 7 : 'x'];
  return Object.entries(value).flatMap(([name, part]) => [
    Object.fromEntries(Object.entries(value).filter(([other]) => other !== name)),
    ...spoilt(part).map((other) => ({ ...value, [name]: other })),
  ]);
};

describe('the document of a scene', () => {
  it('is read by hand as by its schema', () => {
    expect(readScene(scene)).toEqual({ ok: true, value: Scene.parse(scene) });
  });
  it('that its schema refuses for any member is refused by hand too', () => {
    const others = spoilt(scene);
    expect(others.length).toBeGreaterThan(80);
    for (const other of others) if (!Scene.safeParse(other).success) expect(readScene(other).ok, JSON.stringify(other)).toBe(false);
  });
  it('whose layers lead to no agency, no kind or no row is refused', () => {
    for (const wrong of [{ agency: 1 }, { kinds: [1] }, { firstRow: 1 }, { rows: sceneLimits.layerRowsMax + 1 }])
      expect(readScene({ ...scene, layers: [{ ...layer, ...wrong }] }).ok).toBe(false);
  });
});
