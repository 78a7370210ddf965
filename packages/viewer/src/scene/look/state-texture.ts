/**
 * State texture: of every twin by row the colour in which it is drawn and what is marked of it, four bytes. No change of it touches geometry.
 */
import { DataTexture, NearestFilter, RGBAFormat, UnsignedByteType } from 'three';
import { markBits } from '../staged.ts';

/** Bits of what is marked, as the shaders read them; there `valued` is told the other way round. */
export const markScale = 32;
export const flags = {
  ...{ hidden: 1, selected: 2, lit: 4, hover: 8, valued: 16 },
  ...{ stale: markBits.stale * markScale, missing: markBits.missing * markScale, alarm: markBits.alarm * markScale },
} as const;

const outOfOrder = flags.stale | flags.missing | flags.alarm;

/** What is known of the rows; `steps` are those of their values on the ramp. */
export type RowStates = {
  readonly kinds: Uint16Array;
  readonly marks: Uint8Array;
  readonly steps: Uint8Array;
  readonly agencies: Uint16Array;
};

/** Puts red, green, blue and marks of a row, four bytes of its own. */
export type Paint = (states: RowStates, row: number, into: Uint8Array) => void;

export type StateTexture = {
  readonly texture: DataTexture;
  readonly setTwin: (row: number, twin: { readonly kind: number; readonly agency: number }) => void;
  readonly flag: (row: number, flag: number, on: boolean) => void;
  /** what is out of order about its value: some of stale, missing and alarm, and no more */
  readonly mark: (row: number, marks: number) => void;
  readonly flagsOf: (row: number) => number;
  readonly agencyOf: (row: number) => number;
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
    send: (lines: ReadonlySet<number>): void => {
      isWhole &&= lines.size <= linesMax;
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

/** Rows to be painted, each once; all of them where colours mean something else. */
const createTouched = (rows: number) => {
  const isTouched = new Uint8Array(rows);
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
    take: (run: (row: number) => void): void => {
      if (all) for (let row = 0; row < rows; row += 1) run(row);
      else for (const row of list) run(row);
      for (const row of list) isTouched[row] = 0;
      [list, all] = [[], false];
    },
  };
};

const createTexture = (bytes: Uint8Array<ArrayBuffer>, height: number): DataTexture =>
  Object.assign(new DataTexture(bytes, width, height, RGBAFormat, UnsignedByteType), { magFilter: NearestFilter, minFilter: NearestFilter });

type Touch = (row: number) => void;

const changesOf = ({ kinds, marks, steps, agencies }: RowStates, touch: Touch): Pick<StateTexture, 'setTwin' | 'flag' | 'mark' | 'setStep'> => {
  const put = (row: number, after: number): void => {
    if (marks[row] === after) return;
    marks[row] = after;
    touch(row);
  };
  const flag = (row: number, bit: number, on: boolean): void => put(row, on ? (marks[row] ?? 0) | bit : (marks[row] ?? 0) & ~bit);
  return {
    flag,
    mark: (row, given) => put(row, ((marks[row] ?? 0) & ~outOfOrder) | given),
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
  const shown = new Uint8Array(width * height * 4);
  const states = { kinds: new Uint16Array(rows), marks: new Uint8Array(rows), steps: new Uint8Array(rows), agencies: new Uint16Array(rows) };
  const texture = createTexture(shown, height);
  const { send, forget } = createSending(texture);
  const { touch, touchAll, take } = createTouched(rows);
  return {
    texture,
    ...changesOf(states, touch),
    flagsOf: (row) => states.marks[row] ?? 0,
    agencyOf: (row) => states.agencies[row] ?? 0,
    repaint: touchAll,
    hidden: () => states.marks.map((own) => own & flags.hidden),
    flush: () => {
      const lines = new Set<number>();
      let last = -1;
      take((row) => {
        paint(states, row, shown);
        const line = Math.floor(row / width);
        if (line !== last) lines.add(line);
        last = line;
      });
      if (lines.size > 0) send(lines);
    },
    forget,
  };
};
