/**
 * State texture: four bytes a twin by row: its kind in the first and the last, what is shown of it in the second. No change of it touches geometry.
 */
import { DataTexture, NearestFilter, RGBAFormat, UnsignedByteType } from 'three';

/** Bits of the second byte, as the shaders read them. */
export const flags = { hidden: 1, selected: 2, lit: 4 } as const;

export type StateTexture = {
  readonly texture: DataTexture;
  readonly setKind: (row: number, kind: number) => void;
  readonly flag: (row: number, flag: number, on: boolean) => void;
  /** one byte a row: 1 where it is hidden */
  readonly hidden: () => Uint8Array;
  readonly upload: () => void;
};

/** as the shaders know it */
const widthMax = 1_024;

export const createStateTexture = (rows: number): StateTexture => {
  const height = Math.max(1, Math.ceil(rows / widthMax));
  const bytes = new Uint8Array(widthMax * height * 4);
  const texture = new DataTexture(bytes, widthMax, height, RGBAFormat, UnsignedByteType);
  texture.magFilter = NearestFilter;
  texture.minFilter = NearestFilter;
  return {
    texture,
    setKind: (row, kind) => {
      bytes[row * 4] = kind % 256;
      bytes[row * 4 + 3] = Math.floor(kind / 256);
    },
    flag: (row, flag, on) => {
      const before = bytes[row * 4 + 1] ?? 0;
      bytes[row * 4 + 1] = on ? before | flag : before & ~flag;
    },
    hidden: () => Uint8Array.from({ length: rows }, (_, row) => (bytes[row * 4 + 1] ?? 0) & flags.hidden),
    upload: () => {
      texture.needsUpdate = true;
    },
  };
};
