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

/** What is known of the rows; `steps` are those of their values on the ramp. */
export type RowStates = Rows & { readonly marks: Uint8Array; readonly steps: Uint8Array };

/** Puts red, green, blue and marks of a row, four bytes of its own, from the lowest on. */
export type Paint = (states: RowStates, row: number, into: Uint32Array) => void;

export type StateTexture = {
  readonly texture: DataTexture;
  readonly setTwin: (row: number, twin: { readonly kind: number; readonly agency: number }) => void;
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

/** Sends lines that were touched, or all where most were, or where the graphics card does not have all of it yet. */
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

/** Rows to be painted, each once; all of them where colours mean something else. Lines with rows that were painted are to be sent. */
const createTouched = (rows: number) => {
  const isTouched = new Uint8Array(rows);
  const isOther = new Uint8Array(Math.ceil(rows / width));
  let list: number[] = [];
  let all = false;
  return {
    touch: (row: number): void => {
      if (all || isTouched[row] === 1) return;
      isTouched[row] = 1;
      list.push(row);
    },
    touchAll: (): void => {
      all = true;
    },
    note: (row: number): void => {
      isOther[Math.floor(row / width)] = 1;
    },
    /** Paints what is to be, and says which lines are others since the last time. */
    take: (run: (row: number) => void): readonly number[] => {
      if (all) for (let row = 0; row < rows; row += 1) run(row);
      for (const row of list) {
        if (!all) run(row);
        isOther[Math.floor(row / width)] = 1;
        isTouched[row] = 0;
      }
      const lines = [...isOther.keys()].filter((line) => all || isOther[line] === 1);
      isOther.fill(0);
      [list, all] = [[], false];
      return lines;
    },
  };
};

const createTexture = (bytes: Uint8Array<ArrayBuffer>, height: number): DataTexture =>
  Object.assign(new DataTexture(bytes, width, height, RGBAFormat, UnsignedByteType), { magFilter: NearestFilter, minFilter: NearestFilter });

type Touch = (row: number) => void;

const changesOf = ({ kinds, marks, steps, agencies }: RowStates, touch: Touch): Pick<StateTexture, 'setTwin' | 'flag' | 'setStep'> => {
  const put = (row: number, after: number): void => {
    if (marks[row] === after) return;
    marks[row] = after;
    touch(row);
  };
  const flag = (row: number, bit: number, on: boolean): void => put(row, on ? (marks[row] ?? 0) | bit : (marks[row] ?? 0) & ~bit);
  return {
    flag,
    setTwin: (row, { kind, agency }) => {
      kinds[row] = kind;
      agencies[row] = agency;
      touch(row);
    },
    setStep: (row, step) => {
      flag(row, flags.valued, step !== undefined);
      if (step === undefined || steps[row] === step) return;
      steps[row] = step;
      touch(row);
    },
  };
};

export const createStateTexture = (rows: number, paint: Paint): StateTexture => {
  const height = Math.max(1, Math.ceil(rows / width));
  const shown = new Uint32Array(width * height);
  const states = { kinds: new Uint16Array(rows), marks: new Uint8Array(rows), steps: new Uint8Array(rows), agencies: new Uint16Array(rows) };
  const texture = createTexture(new Uint8Array(shown.buffer), height);
  const { send, forget } = createSending(texture);
  const { touch, touchAll, note, take } = createTouched(rows);
  return {
    texture,
    ...changesOf(states, touch),
    flagsOf: (row) => states.marks[row] ?? 0,
    agencyOf: (row) => states.agencies[row] ?? 0,
    rows: () => states,
    repaint: touchAll,
    hidden: () => states.marks.map((own) => own & flags.hidden),
    tell: (row, given, step) => {
      const valued = step === undefined ? 0 : flags.valued;
      states.marks[row] = ((states.marks[row] ?? 0) & ~(outOfOrder | flags.valued)) | given | valued;
      if (step !== undefined) states.steps[row] = step;
      paint(states, row, shown);
      note(row);
    },
    flush: () => {
      const lines = take((row) => paint(states, row, shown));
      if (lines.length > 0) send(lines);
    },
    forget,
  };
};
