/**
 * State texture: four bytes a twin by row: colour, flags, agency. A change of colour or of what is shown touches no geometry.
 */
import { DataTexture, NearestFilter, RGBAFormat, UnsignedByteType } from 'three';

export const flags = { hidden: 1, selected: 2, lit: 4, faded: 8 } as const;

export type StateTexture = {
  readonly texture: DataTexture;
  readonly width: number;
  readonly set: (row: number, colour: number, agency: number) => void;
  readonly flag: (row: number, flag: number, on: boolean) => void;
  readonly has: (row: number, flag: number) => boolean;
  /** one byte a row: 1 where it is hidden */
  readonly hidden: () => Uint8Array;
  readonly upload: () => void;
};

const widthMax = 1_024;

export const createStateTexture = (rows: number): StateTexture => {
  const height = Math.max(1, Math.ceil(rows / widthMax));
  const bytes = new Uint8Array(widthMax * height * 4);
  const texture = new DataTexture(bytes, widthMax, height, RGBAFormat, UnsignedByteType);
  texture.magFilter = NearestFilter;
  texture.minFilter = NearestFilter;
  return {
    texture,
    width: widthMax,
    set: (row, colour, agency) => {
      bytes[row * 4] = colour;
      bytes[row * 4 + 2] = agency;
      bytes[row * 4 + 3] = 255;
    },
    flag: (row, flag, on) => {
      const before = bytes[row * 4 + 1] ?? 0;
      bytes[row * 4 + 1] = on ? before | flag : before & ~flag;
    },
    has: (row, flag) => ((bytes[row * 4 + 1] ?? 0) & flag) !== 0,
    hidden: () => Uint8Array.from({ length: rows }, (_, row) => (bytes[row * 4 + 1] ?? 0) & flags.hidden),
    upload: () => {
      texture.needsUpdate = true;
    },
  };
};
