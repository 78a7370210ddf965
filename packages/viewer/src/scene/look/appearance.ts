/**
 * Appearance: what is shown, lit and chosen, and in which colours: all of it in small textures, so that nothing of the geometry changes.
 */
import type { OutlineForm, Scene } from '@cityweave/core/scene';
import type { DataTexture } from 'three';
import type { ShownColumns } from '../live/shown.ts';
import { glyphShapes, glyphSigns, lookOf } from '../look.ts';
import type { Colouring, Dress, Stop } from '../staged.ts';
import { legendOf, stepsOf } from './ramps.ts';
import { createSigns } from './signs.ts';
import { createStateTexture, flags, markScale, type RowKinds, type StateTexture } from './state-texture.ts';
import { type Light, lightOf, softSun } from './sun.ts';
import { tonesOf } from './themes.ts';
import { asGiven, createTones, type Tones } from './tones.ts';
import { createUniforms, emptyTexture, type Uniforms } from './uniforms.ts';

/** Rows, and of each its value and what is out of order about it, sums of `markBits`. */
export type Told = Pick<ShownColumns, 'rows' | 'values' | 'marks'>;

export type Appearance = {
  readonly uniforms: Uniforms;
  readonly state: StateTexture;
  /** What the rows of a layer are, as soon as that is known, and as what they are drawn. */
  readonly setKinds: (kinds: RowKinds, form: OutlineForm) => void;
  readonly light: (rows: readonly number[]) => void;
  readonly select: (rows: readonly number[]) => void;
  readonly hover: (rows: readonly number[]) => void;
  readonly hide: (isHidden: (row: number) => boolean) => void;
  readonly colourBy: (colouring: Colouring) => void;
  readonly legend: () => readonly Stop[];
  /** values and marks of some rows, as they came */
  readonly mark: (told: Told) => void;
  /** nothing is marked any more, but for what is silent */
  readonly unmark: () => void;
  /** agencies, by their number, whose twins are shown as last known */
  readonly silence: (agencies: ReadonlySet<number>) => void;
  readonly paint: (dress: Dress) => void;
  readonly shine: (light: Light) => void;
  readonly close: () => void;
};

const fillLooks = (looks: DataTexture, scene: Scene): void => {
  for (const [at, kind] of scene.kinds.entries()) {
    const { size, metres, shape, sign } = lookOf(kind);
    looks.image.data?.set([size * 8, metres * 4, glyphShapes.indexOf(shape), glyphSigns.indexOf(sign)], at * 4);
  }
  looks.needsUpdate = true;
};

/** A flag that some rows have, told anew as a whole. */
const flagged = (state: StateTexture, flag: number): ((rows: readonly number[]) => void) => {
  let before: readonly number[] = [];
  return (rows) => {
    for (const row of before) state.flag(row, flag, false);
    for (const row of rows) state.flag(row, flag, true);
    before = rows;
  };
};

/** What of the rows is shown. */
const createShown = (scene: Scene, state: StateTexture, drawSigns: () => void) => {
  let isHidden: ((row: number) => boolean) | undefined;
  const hideRows = (from: number, to: number): void => {
    if (isHidden) for (let row = from; row < to; row += 1) state.flag(row, flags.hidden, isHidden(row));
  };
  return {
    setKinds: (twins: RowKinds, form: OutlineForm): void => {
      if (form === 'point') drawSigns();
      state.setTwins(twins);
      hideRows(twins.firstRow, twins.firstRow + twins.rows);
    },
    hide: (hides: NonNullable<typeof isHidden>): void => {
      isHidden = hides;
      hideRows(0, scene.rows);
    },
  };
};

/** Which colours the twins have, and those of what is no twin. */
const createColours = (scene: Scene, { state, tones }: { readonly state: StateTexture; readonly tones: Tones }) => {
  let colouring: Colouring = { by: 'kind' };
  let silent: ReadonlySet<number> = new Set();
  const isSilent = (row: number): boolean => silent.has(state.rows.agencyOf(row));
  let steps: ((value: number) => number) | undefined;
  const stepAt = (value: number): number | undefined => (steps && !Number.isNaN(value) ? steps(value) : undefined);
  return {
    legend: (): readonly Stop[] => (colouring.by === 'values' ? legendOf(colouring) : []),
    colourBy: (by: Colouring): void => {
      colouring = by;
      steps = by.by === 'values' ? stepsOf(by) : undefined;
      tones.colourBy(by);
      state.repaint();
      if (by.by === 'values') for (let row = 0; row < scene.rows; row += 1) state.setStep(row, stepAt(by.values[row] ?? Number.NaN));
    },
    mark: ({ rows, values, marks }: Told): void => {
      for (let at = 0; at < rows.length; at += 1) {
        const row = rows[at] ?? 0;
        const given = (marks[at] ?? 0) * markScale;
        state.tell(row, silent.size > 0 && isSilent(row) ? given | flags.stale : given, stepAt(values[at] ?? Number.NaN));
      }
    },
    unmark: (): void => {
      for (let row = 0; row < scene.rows; row += 1) {
        for (const flag of [flags.missing, flags.alarm]) state.flag(row, flag, false);
        state.flag(row, flags.stale, isSilent(row));
      }
    },
    silence: (agencies: ReadonlySet<number>): void => {
      const moved = new Set([...agencies, ...silent].filter((agency) => agencies.has(agency) !== silent.has(agency)));
      silent = agencies;
      for (let row = 0; row < scene.rows; row += 1) if (moved.has(state.rows.agencyOf(row))) state.flag(row, flags.stale, isSilent(row));
    },
    paint: (dress: Dress): void => {
      if (tones.dress(dress)) state.repaint();
    },
  };
};

/** Ground and sky as they are dressed, and all in the light that falls on it. */
const createSurroundings = (uniforms: Uniforms) => {
  const { sun, sunlight, skylight, daylight } = uniforms;
  let tones = tonesOf({ theme: 'light', contrast: false, motion: true });
  const mix = (): void => {
    for (const name of ['ground', 'horizon', 'zenith'] as const) uniforms[name].value.copy(asGiven(tones[name])).multiply(daylight.value);
  };
  return {
    dress: (dress: Dress): void => {
      tones = tonesOf(dress);
      uniforms.ink.value.copy(asGiven(tones.ink));
      uniforms.contrast.value = dress.contrast ? 1 : 0;
      mix();
    },
    shine: (light: Light): void => {
      sun.value.set(...light.towards);
      sunlight.value.setRGB(...light.sun);
      skylight.value.setRGB(...light.sky);
      daylight.value.setRGB(...light.ground);
      mix();
    },
  };
};

/** A city without points needs none of them. */
const signsOnce = ({ signs }: Uniforms): (() => void) => {
  let areDrawn = false;
  return () => {
    if (!areDrawn) signs.value = createSigns();
    areDrawn = true;
  };
};

export const createAppearance = (scene: Scene, changed: () => void): Appearance => {
  const tones = createTones(scene);
  const state = createStateTexture(scene.rows, tones.paint);
  const uniforms = createUniforms({ state: state.texture, looks: emptyTexture(Math.max(1, scene.kinds.length), 1), signs: emptyTexture(1, 1) });
  const [lit, chosen, hovered] = [flagged(state, flags.lit), flagged(state, flags.selected), flagged(state, flags.hover)];
  const [shown, colours] = [createShown(scene, state, signsOnce(uniforms)), createColours(scene, { state, tones })];
  const then =
    <Given extends readonly unknown[]>(run: (...given: Given) => void) =>
    (...given: Given): void => {
      run(...given);
      state.flush();
      changed();
    };
  const surroundings = createSurroundings(uniforms);
  surroundings.shine(lightOf(softSun));
  fillLooks(uniforms.looks.value, scene);
  let anyLit = false;
  return {
    uniforms,
    state,
    setKinds: then(shown.setKinds),
    light: then((rows: readonly number[]) => {
      if (anyLit !== rows.length > 0) state.repaint();
      anyLit = rows.length > 0;
      tones.setAnyLit(anyLit);
      lit(rows);
    }),
    select: then(chosen),
    hover: then(hovered),
    hide: then(shown.hide),
    colourBy: then(colours.colourBy),
    legend: colours.legend,
    mark: then(colours.mark),
    unmark: then(colours.unmark),
    silence: then(colours.silence),
    paint: then((dress: Dress) => {
      surroundings.dress(dress);
      colours.paint(dress);
    }),
    shine: then(surroundings.shine),
    close: () => {
      for (const one of [state.texture, uniforms.looks.value, uniforms.signs.value]) one.dispose();
    },
  };
};
