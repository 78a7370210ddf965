/**
 * State texture: of every twin by row the colour in which it is drawn and what is marked of it, four bytes. No change of it touches geometry.
 */
import { DataTexture, NearestFilter, RGBAFormat, UnsignedByteType } from 'three';
import { markBits, type Rows } from '../staged.ts';

/** Bits of what is marked, as the shaders read them; `unknown` is what has no value while values are shown. */
export const markScale = 32;
export const flags = {
  ...{ hidden: 1, selected: 2, lit: 4, hover: 8, unknown: 16 },
  ...{ stale: markBits.stale * markScale, missing: markBits.missing * markScale, alarm: markBits.alarm * markScale },
} as const;

const outOfOrder = flags.stale | flags.missing | flags.alarm;

/** Where the marks stand in the four bytes of a row: red, green and blue come before them, from the lowest on. */
export const marksAt = 24;

/** What is known of the rows: as what each is shown, and the step of its value on the ramp, or `noStep`; no steps before one has a value. */
export type RowStates = Rows & { readonly shown: Int32Array; readonly steps: Uint8Array };
export const noStep = 255;

/** The rows of one layer and what each is; one kind where all are alike. */
export type RowKinds = { readonly firstRow: number; readonly rows: number; readonly agency: number; readonly kinds: Uint16Array | number };

/** Shows a row with these marks, in its colour by what it is and its step. */
export type Paint = (states: RowStates, row: number, marks: number) => void;

export type StateTexture = {
  readonly texture: DataTexture;
  readonly setTwins: (twins: RowKinds) => void;
  readonly flag: (row: number, flag: number, on: boolean) => void;
  /** what is out of order about its value, some of stale, missing and alarm and no more; and its step: it is painted at once */
  readonly tell: (row: number, marks: number, step: number | undefined) => void;
  readonly flagsOf: (row: number) => number;
  /** what stands in each row */
  readonly rows: Rows;
  /** the step of the value, or undefined where nothing is known */
  readonly setStep: (row: number, step: number | undefined) => void;
  /** Colours mean something else now: every row is painted again. */
  readonly repaint: () => void;
  /** one byte a row: 1 where it is hidden */
  readonly hidden: () => Uint8Array<ArrayBuffer>;
  /** Paints what was touched since the last time, and sends it to the graphics card when the next frame is drawn. */
  readonly flush: () => void;
  /** The graphics card has lost what it had: all of it is sent again. */
  readonly forget: () => void;
};

/** as the shaders know it */
const width = 1_024;
/** Beyond as many touched lines the whole is sent at once. */
const linesMax = 64;

/** Sends lines that were touched, each by itself, as three takes no range of several, or all where most were, or where the graphics card does not have all of it yet. */
const createSending = (texture: DataTexture) => {
  let isWhole = false;
  texture.onUpdate = () => {
    isWhole = true;
  };
  return {
    send: (lines: readonly number[]): void => {
      isWhole &&= lines.length <= linesMax;
      if (isWhole) for (const line of lines) texture.addUpdateRange(line * width * 4, width * 4);
      else texture.clearUpdateRanges();
      texture.needsUpdate = true;
    },
    forget: (): void => {
      isWhole = false;
      texture.clearUpdateRanges();
      texture.needsUpdate = true;
    },
  };
};

/** Lines of which some rows are to be painted, and those that are to be sent as they are. */
const createTouched = (rows: number) => {
  const [sent, painted] = [1, 2];
  const lines = new Uint8Array(Math.ceil(rows / width));
  return {
    touch: (row: number): void => {
      lines[Math.floor(row / width)] = painted;
    },
    touchAll: (): void => void lines.fill(painted),
    note: (row: number): void => {
      const line = Math.floor(row / width);
      if (lines[line] === 0) lines[line] = sent;
    },
    /** Paints what is to be, and says which lines are others since the last time. */
    take: (run: (row: number) => void): readonly number[] => {
      const others = [...lines.keys()].filter((line) => lines[line] !== 0);
      for (const line of others) if (lines[line] === painted) for (let row = line * width; row < Math.min(rows, (line + 1) * width); row += 1) run(row);
      lines.fill(0);
      return others;
    },
  };
};

const createTexture = (bytes: Uint8Array<ArrayBuffer>, height: number): DataTexture =>
  Object.assign(new DataTexture(bytes, width, height, RGBAFormat, UnsignedByteType), { magFilter: NearestFilter, minFilter: NearestFilter });

const holds = ({ firstRow, rows }: RowKinds, row: number): boolean => row >= firstRow && row < firstRow + rows;

/** A layer is known as a whole, so that no row has to be kept: who asks row by row stays in one for long. */
const createLayers = (): Rows & { readonly set: (twins: RowKinds) => void } => {
  let layers: readonly RowKinds[] = [];
  let last: RowKinds | undefined;
  const at = (row: number): RowKinds | undefined => {
    if (!(last && holds(last, row))) last = layers.find((layer) => holds(layer, row));
    return last;
  };
  return {
    kindOf: (row) => {
      const { kinds = 0, firstRow = 0 } = at(row) ?? {};
      return typeof kinds === 'number' ? kinds : (kinds[row - firstRow] ?? 0);
    },
    agencyOf: (row) => at(row)?.agency ?? 0,
    set: (twins) => {
      layers = [...layers.filter(({ firstRow }) => !holds(twins, firstRow)), twins];
      last = undefined;
    },
  };
};

export const createStateTexture = (rows: number, paint: Paint): StateTexture => {
  const height = Math.max(1, Math.ceil(rows / width));
  const shown = new Int32Array(width * height);
  const { set, ...layers } = createLayers();
  const states = { ...layers, shown, steps: new Uint8Array() };
  const texture = createTexture(new Uint8Array(shown.buffer), height);
  const { send, forget } = createSending(texture);
  const touched = createTouched(rows);
  const flagsOf = (row: number): number => (shown[row] ?? 0) >>> marksAt;
  const putStep = (row: number, step: number | undefined): void => {
    if (step !== undefined && states.steps.length < rows) states.steps = new Uint8Array(rows).fill(noStep);
    states.steps[row] = step ?? noStep;
  };
  return {
    ...{ texture, flagsOf, rows: layers, forget },
    flag: (row, bit, on) => {
      const before = flagsOf(row);
      const after = on ? before | bit : before & ~bit;
      if (after === before) return;
      shown[row] = after << marksAt;
      touched.touch(row);
    },
    setStep: (row, step) => {
      if ((states.steps[row] ?? noStep) === (step ?? noStep)) return;
      putStep(row, step);
      touched.touch(row);
    },
    setTwins: (twins) => {
      set(twins);
      const end = twins.firstRow + twins.rows;
      for (let row = twins.firstRow; row < end; row += width) touched.touch(row);
      if (end > twins.firstRow) touched.touch(end - 1);
    },
    repaint: touched.touchAll,
    hidden: () => {
      const mask = new Uint8Array(rows);
      for (let row = 0; row < rows; row += 1) mask[row] = flagsOf(row) & flags.hidden;
      return mask;
    },
    tell: (row, given, step) => {
      putStep(row, step);
      paint(states, row, (flagsOf(row) & ~outOfOrder) | given);
      touched.note(row);
    },
    flush: () => {
      const lines = touched.take((row) => paint(states, row, flagsOf(row)));
      if (lines.length > 0) send(lines);
    },
  };
};
