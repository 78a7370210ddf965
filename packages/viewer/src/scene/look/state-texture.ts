/**
 * State texture: of every twin by row the colour in which it is drawn and what is marked of it, four bytes. No change of it touches geometry.
 */
import { DataTexture, NearestFilter, RGBAFormat, UnsignedByteType } from 'three';
import { markBits, type Rows } from '../staged.ts';

/** Bits of what is marked, as the shaders read them; there `valued` is told the other way round. */
export const markScale = 32;
export const flags = {
  ...{ hidden: 1, selected: 2, lit: 4, hover: 8, valued: 16 },
  ...{ stale: markBits.stale * markScale, missing: markBits.missing * markScale, alarm: markBits.alarm * markScale },
} as const;

const outOfOrder = flags.stale | flags.missing | flags.alarm;

/** What is known of the rows; `steps` are those of their values on the ramp, none before one has a value. */
export type RowStates = Rows & { readonly marks: Uint8Array; readonly steps: Uint8Array };

/** The rows of one layer and what each is; one kind where all are alike. */
export type RowKinds = { readonly firstRow: number; readonly rows: number; readonly agency: number; readonly kinds: Uint16Array | number };

/** Puts red, green, blue and marks of a row, four bytes of its own, from the lowest on. */
export type Paint = (states: RowStates, row: number, into: Uint32Array) => void;

export type StateTexture = {
  readonly texture: DataTexture;
  readonly setTwins: (twins: RowKinds) => void;
  readonly flag: (row: number, flag: number, on: boolean) => void;
  /** what is out of order about its value, some of stale, missing and alarm and no more; and its step: it is painted at once */
  readonly tell: (row: number, marks: number, step: number | undefined) => void;
  readonly flagsOf: (row: number) => number;
  readonly agencyOf: (row: number) => number;
  /** what stands in each row */
  readonly rows: () => Rows;
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

type Touched = ReturnType<typeof createTouched>;
type Growing = { -readonly [Name in keyof RowStates]: RowStates[Name] };

const changesOf = (states: Growing, { touch }: Touched): Pick<StateTexture, 'flag' | 'setStep'> => {
  const { marks } = states;
  const put = (row: number, after: number): void => {
    if (marks[row] === after) return;
    marks[row] = after;
    touch(row);
  };
  const flag = (row: number, bit: number, on: boolean): void => put(row, on ? (marks[row] ?? 0) | bit : (marks[row] ?? 0) & ~bit);
  return {
    flag,
    setStep: (row, step) => {
      flag(row, flags.valued, step !== undefined);
      if (step === undefined || states.steps[row] === step) return;
      states.steps[row] = step;
      touch(row);
    },
  };
};

/** One byte is enough for most of what is counted. */
const numbersTo = (count: number, rows: number): Uint8Array | Uint16Array => (count > 256 ? new Uint16Array(rows) : new Uint8Array(rows));

/** How many rows there are, and how many kinds and agencies, of which each has one. */
export type Counts = { readonly rows: number; readonly kinds: number; readonly agencies: number };

export const createStateTexture = ({ rows, kinds, agencies }: Counts, paint: Paint): StateTexture => {
  const height = Math.max(1, Math.ceil(rows / width));
  const shown = new Uint32Array(width * height);
  const states: Growing = { kinds: numbersTo(kinds, rows), marks: new Uint8Array(rows), steps: new Uint8Array(), agencies: numbersTo(agencies, rows) };
  const texture = createTexture(new Uint8Array(shown.buffer), height);
  const { send, forget } = createSending(texture);
  const touched = createTouched(rows);
  const { setStep, flag } = changesOf(states, touched);
  const growSteps = (): void => {
    if (states.steps.length < rows) states.steps = new Uint8Array(rows);
  };
  return {
    ...{ texture, flag },
    setStep: (row, step) => {
      growSteps();
      setStep(row, step);
    },
    setTwins: (twins) => {
      const end = twins.firstRow + twins.rows;
      if (typeof twins.kinds === 'number') states.kinds.fill(twins.kinds, twins.firstRow, end);
      else states.kinds.set(twins.kinds, twins.firstRow);
      states.agencies.fill(twins.agency, twins.firstRow, end);
      for (let row = twins.firstRow; row < end; row += width) touched.touch(row);
      if (end > twins.firstRow) touched.touch(end - 1);
    },
    flagsOf: (row) => states.marks[row] ?? 0,
    agencyOf: (row) => states.agencies[row] ?? 0,
    rows: () => states,
    repaint: touched.touchAll,
    hidden: () => states.marks.map((own) => own & flags.hidden),
    tell: (row, given, step) => {
      const valued = step === undefined ? 0 : flags.valued;
      states.marks[row] = ((states.marks[row] ?? 0) & ~(outOfOrder | flags.valued)) | given | valued;
      if (step !== undefined) {
        growSteps();
        states.steps[row] = step;
      }
      paint(states, row, shown);
      touched.note(row);
    },
    flush: () => {
      const lines = touched.take((row) => paint(states, row, shown));
      if (lines.length > 0) send(lines);
    },
    forget,
  };
};
