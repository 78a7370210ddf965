/**
 * Cut thread: one layer of a scene, off the main thread: to metres about the origin, then to tiles.
 */
import type { OutlineForm } from '@cityweave/core';
import { type CutColumns, moveToMetres } from './columns.ts';
import { type CutLayer, cutLayer } from './cut.ts';

export type CutTask = {
  readonly origin: readonly [number, number];
  readonly form: OutlineForm;
  /** of the same layer, as it was served before */
  readonly archiveBefore?: Uint8Array | undefined;
  /** corners in longitude and latitude */
  readonly columns: CutColumns;
};

/** `counted`: shared with who waits, tiles that are cut and how many there are. */
export type CutTold = CutTask & { readonly counted: Uint32Array<SharedArrayBuffer> };

export const cutDrawn = ({ origin, form, columns, archiveBefore, counted }: CutTold): CutLayer => {
  moveToMetres(columns, origin);
  return cutLayer({ form, columns, archiveBefore, progress: (cut, of) => counted.set([cut, of]) });
};
