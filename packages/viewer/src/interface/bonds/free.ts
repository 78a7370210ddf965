/**
 * Free: the part of the picture over which no panel lies, as the person has opened them, whether they are drawn yet or not.
 */
import { useEffect, useState } from 'react';
import type { Free } from '../../scene/staged.ts';
import { person, usePerson } from '../state/person.ts';

/** Shares of the height that a sheet and a list take. */
const [sheetShare, listShare] = [0.52, 0.42] as const;
/** Share of the picture that stays around what is shown. */
const airShare = 0.04;
/** Less than that is not worth looking through. */
const [leastWide, leastHigh] = [0.2, 0.1] as const;
const gapPixels = 16;
const barPixels = 60;

type Size = { readonly width: number; readonly height: number };
export type Taken = { readonly start: boolean; readonly end: boolean; readonly bottom: boolean };

type Beside = {
  /** pixels of the panels at the start and at the end; none where they come as sheets from below */
  readonly columns: readonly [number, number] | undefined;
  readonly isRtl: boolean;
  /** pixels from the top to where search and tools end: a narrow window has them one below the other, in as many lines as they need */
  readonly head: number;
  /** share of the picture at each of its edges that stays empty */
  readonly air: number;
};

export const freeBeside = (taken: Taken, { width, height }: Size, { columns, isRtl, head, air }: Beside): Free => {
  const [bar, headShare] = [barPixels / height, head / height];
  const enough = (from: number, to: number, least: number): readonly [number, number] => (to - from < least ? [air, 1 - air] : [from, to]);
  if (!columns) {
    const isTaken = taken.start || taken.end || taken.bottom;
    const [top, bottom] = enough(headShare + air, isTaken ? 1 - sheetShare - bar - air : 1 - bar - air, leastHigh);
    return { left: air, right: 1 - air, top, bottom };
  }
  const [start, end] = columns.map((pixels) => (pixels + gapPixels) / width);
  const [before, after] = [taken.start ? (start ?? 0) : 0, taken.end ? (end ?? 0) : 0];
  const [left, right] = enough((isRtl ? after : before) + air, 1 - (isRtl ? before : after) - air, leastWide);
  const [top, bottom] = enough(headShare + air, 1 - (taken.bottom ? listShare : 0) - bar - air, leastHigh);
  return { left, right, top, bottom };
};

/** First and last track of a grid; a narrow window has no panels at its sides, and one that is no grid has words there instead of pixels. */
export const columnsIn = (tracks: string): readonly [number, number] | undefined => {
  const [first, , last] = tracks.split(' ').map(Number.parseFloat);
  return Number.isFinite(first) && Number.isFinite(last) ? [first ?? 0, last ?? 0] : undefined;
};

const columnsNow = (): readonly [number, number] | undefined => {
  const window = document.querySelector('.window');
  return window ? columnsIn(getComputedStyle(window).gridTemplateColumns) : undefined;
};

const headNow = (): number => document.querySelector('.toolbar')?.getBoundingClientRect().bottom ?? barPixels;

const besideNow = (air: number): Free => {
  const { panel, selected, list } = person.get();
  const taken = { start: panel !== undefined, end: selected !== undefined, bottom: list !== undefined };
  return freeBeside(
    taken,
    { width: innerWidth, height: innerHeight },
    { columns: columnsNow(), isRtl: document.documentElement.dir === 'rtl', head: headNow(), air },
  );
};

/** With air around what is shown in it. */
export const freeNow = (): Free => besideNow(airShare);

const whole: Free = { left: 0, right: 1, top: 0, bottom: 1 };

/** To its very edges, as panels come and go and the window, the language and the letters change. */
export const useClear = (): Free => {
  const taken = usePerson(({ panel, selected, list }) => [panel, selected, list].map((part) => part !== undefined).join());
  const lang = usePerson((state) => state.lang);
  const [clear, setClear] = useState(whole);
  useEffect(() => {
    const look = (): void => setClear(besideNow(0));
    look();
    addEventListener('resize', look);
    const resized = new ResizeObserver(look);
    for (const part of document.querySelectorAll('.search, .toolbar')) resized.observe(part);
    return () => {
      removeEventListener('resize', look);
      resized.disconnect();
    };
  }, [taken, lang]);
  return clear;
};
