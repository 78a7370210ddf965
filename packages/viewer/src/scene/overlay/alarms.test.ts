import { Group, Points } from 'three';
import { describe, expect, it } from 'vitest';
import { createStateTexture, flags } from '../look/state-texture.ts';
import { createUniforms, emptyTexture } from '../look/uniforms.ts';
import { ringAlarms } from '../overlays.ts';
import { type LiveColumn, markBits } from '../staged.ts';

const rows = 4;

const column: LiveColumn = {
  ...{ term: 'city:waterLevel', unit: 'm', categories: undefined, silent: new Map() },
  ...{ values: new Float32Array(rows).fill(9), observed: new Float64Array(rows), marksOf: () => markBits.alarm },
};

const standing = () => {
  const state = createStateTexture(rows, () => undefined);
  const [east, none] = [Float32Array.of(1, 2, 3, 4), new Float32Array(rows)];
  const places = { kind: new Uint16Array(rows), east, north: none, top: none, reach: none };
  const group = new Group();
  const drawn: { again: () => void } = { again: () => undefined };
  const alarms = ringAlarms({
    ...{ group, layers: [{ layer: { firstRow: 0, rows }, columns: async () => places }], room: { changed: () => drawn.again() } },
    appearance: { state, uniforms: createUniforms({ state: state.texture, looks: emptyTexture(1, 1), signs: emptyTexture(1, 1) }) },
  });
  const untilDrawn = (change: () => void): Promise<void> =>
    new Promise((resolve) => {
      drawn.again = resolve;
      change();
    });
  const ringed = (): readonly number[] => {
    const points = group.children.find((child) => child instanceof Points);
    const at = points?.geometry.getAttribute('position');
    return Array.from({ length: at?.count ?? 0 }, (_, ring) => at?.getX(ring) ?? 0);
  };
  return { state, alarms, untilDrawn, ringed };
};

describe('a ring of alarm', () => {
  it('is told when there are more of them, with how many are shown, and not when there are fewer', () => {
    const { state, alarms } = standing();
    const told: number[] = [];
    alarms.onMore((n) => told.push(n));
    state.flag(1, flags.hidden, true);
    alarms.note(column, [0, 1]);
    alarms.note(column, [0, 1, 3]);
    alarms.note({ ...column, marksOf: () => 0 }, [0]);
    expect(told).toEqual([1, 2]);
  });
  it('stands over every twin in alarm that is shown, and over none that is left out, whenever that is another', async () => {
    const { state, alarms, untilDrawn, ringed } = standing();
    state.flag(1, flags.hidden, true);
    await untilDrawn(() => alarms.note(column, [0, 1, 3]));
    expect(ringed()).toEqual([1, 4]);
    state.flag(1, flags.hidden, false);
    state.flag(3, flags.hidden, true);
    await untilDrawn(alarms.again);
    expect(ringed()).toEqual([1, 2]);
  });
});
