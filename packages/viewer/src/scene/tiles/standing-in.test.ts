import { Box3, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { standingIn } from './standing-in.ts';

/** A hundred metres wide, so many metres east. */
const tile = (layer: string, east: number) => ({ layer, box: new Box3(new Vector3(east, 0, 0), new Vector3(east + 100, 10, 100)) });

describe('a tile of a layer that was cut anew', () => {
  const [west, east, other] = [tile('a', 0), tile('a', 200), tile('b', 0)];

  it('is drawn as long as something of its layer is awaited where it stood, whatever is there of the layer elsewhere', () => {
    expect(standingIn([west, east, other], [tile('a', 50)])).toEqual([west]);
    expect(standingIn([west, east, other], [tile('a', 50), tile('b', -50)])).toEqual([west, other]);
  });

  it('goes when nothing is', () => {
    expect(standingIn([west, east], [])).toEqual([]);
    expect(standingIn([west, east], [tile('a', 400), tile('b', 0)])).toEqual([]);
  });
});
