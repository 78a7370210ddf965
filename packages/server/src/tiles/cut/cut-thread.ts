/**
 * Cut thread: one layer of a scene, off the main thread: to metres about the origin, then to tiles.
 */
import { createLocalFrame, type OutlineForm } from '@cityweave/core';
import type { Drawn } from '../drawn.ts';
import { type CutLayer, cutLayer } from './cut.ts';
import { toRings, toSolid } from './local.ts';

export type CutTask = {
  readonly origin: readonly [number, number];
  readonly form: OutlineForm;
  /** of the same layer, as it was served before */
  readonly archiveBefore?: Uint8Array | undefined;
  readonly drawn: readonly (Pick<Drawn, 'place' | 'base' | 'height' | 'roof' | 'solid'> & { readonly kind: number })[];
};

export const cutDrawn = ({ origin, form, drawn, archiveBefore }: CutTask): CutLayer => {
  const frame = createLocalFrame(origin);
  return cutLayer(
    form,
    drawn.map(({ place, kind, base, height, roof, solid }) => ({
      kind,
      base,
      height,
      roof,
      rings: toRings(place, frame),
      solid: solid && toSolid(solid, frame),
    })),
    archiveBefore,
  );
};
