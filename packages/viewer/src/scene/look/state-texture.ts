/**
 * State texture: four bytes a twin by row: its kind, what is marked of it, the step of its value, its agency. No change of it touches geometry.
 */
import { DataTexture, NearestFilter, RGBAFormat, UnsignedByteType } from 'three';

/** Bits of the second byte, as the shaders read them. */
export const flags = { hidden: 1, selected: 2, lit: 4, hover: 8, valued: 16, stale: 32, missing: 64, alarm: 128 } as const;

export type StateTexture = {
  readonly texture: DataTexture;
  readonly setTwin: (row: number, twin: { readonly kind: number; readonly agency: number }) => void;
  readonly flag: (row: number, flag: number, on: boolean) => void;
  readonly flagsOf: (row: number) => number;
  /** the step of the value, or undefined where nothing is known */
  readonly setStep: (row: number, step: number | undefined) => void;
  /** one byte a row: 1 where it is hidden */
  readonly hidden: () => Uint8Array<ArrayBuffer>;
  /** Sends what was touched since the last time to the graphics card, when the next frame is drawn. */
  readonly flush: () => void;
  /** The graphics card has lost what it had: all of it is sent again. */
  readonly forget: () => void;
};

/** as the shaders know it */
const width = 1_024;
const kindsOfByte = 256;
/** Beyond as many touched lines the whole is sent at once. */
const linesMax = 64;

/** Sends lines that were touched, or all where most were, or where the graphics card does not have all of it yet. */
const createSending = (texture: DataTexture): Pick<StateTexture, 'flush' | 'forget'> & { readonly touched: Set<number> } => {
  const touched = new Set<number>();
  let isWhole = false;
  texture.onUpdate = () => {
    isWhole = true;
  };
  return {
    touched,
    flush: () => {
      if (touched.size === 0) return;
      isWhole &&= touched.size <= linesMax;
      if (isWhole) for (const line of touched) texture.addUpdateRange(line * width * 4, width * 4);
      else texture.clearUpdateRanges();
      touched.clear();
      texture.needsUpdate = true;
    },
    forget: () => {
      isWhole = false;
      texture.clearUpdateRanges();
      texture.needsUpdate = true;
    },
  };
};

export const createStateTexture = (rows: number): StateTexture => {
  const height = Math.max(1, Math.ceil(rows / width));
  const bytes = new Uint8Array(width * height * 4);
  const texture = new DataTexture(bytes, width, height, RGBAFormat, UnsignedByteType);
  Object.assign(texture, { magFilter: NearestFilter, minFilter: NearestFilter });
  const { touched, flush, forget } = createSending(texture);
  const touch = (row: number): void => void touched.add(Math.floor(row / width));
  const flag = (row: number, bit: number, on: boolean): void => {
    const before = bytes[row * 4 + 1] ?? 0;
    const after = on ? before | bit : before & ~bit;
    if (before === after) return;
    bytes[row * 4 + 1] = after;
    touch(row);
  };
  return {
    texture,
    setTwin: (row, { kind, agency }) => {
      bytes[row * 4] = kind % kindsOfByte;
      bytes[row * 4 + 3] = Math.floor(kind / kindsOfByte) + ((agency % 64) << 2);
      touch(row);
    },
    flag,
    flagsOf: (row) => bytes[row * 4 + 1] ?? 0,
    setStep: (row, step) => {
      flag(row, flags.valued, step !== undefined);
      if (step === undefined || bytes[row * 4 + 2] === step) return;
      bytes[row * 4 + 2] = step;
      touch(row);
    },
    hidden: () => Uint8Array.from({ length: rows }, (_, row) => (bytes[row * 4 + 1] ?? 0) & flags.hidden),
    flush,
    forget,
  };
};
