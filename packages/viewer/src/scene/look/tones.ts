/**
 * Tones: the colour in which every twin is drawn now, from what it is, what is known of it and who looks at it. Worked out once when something of it changes, never while drawing.
 */
import type { Scene } from '@cityweave/core/scene';
import { Color } from 'three';
import { agencyColour, agencyColoursMax, lookOf } from '../look.ts';
import type { Colouring, Dress } from '../staged.ts';
import { colourAt, type Rgb, rampSteps } from './ramps.ts';
import { flags, marksAt, noStep, type Paint, type RowStates } from './state-texture.ts';
import { tonesOf } from './themes.ts';

export type Tones = {
  readonly paint: Paint;
  readonly colourBy: (colouring: Colouring) => void;
  /** false where nothing has another colour for it */
  readonly dress: (dress: Dress) => boolean;
  /** an answer found some: the others step back */
  readonly setAnyLit: (any: boolean) => void;
};

/** The shader writes what it is given: colours go as they stand in the table. */
export const asGiven = (colour: string): Color => new Color(colour).convertLinearToSRGB();

/** A colour, and as it stands in the state texture: red is its lowest byte, the fourth is not its own. */
type Tone = { readonly rgb: Rgb; readonly packed: number };

const packed = ([red, green, blue]: Rgb): number => Math.floor(red + 0.5) | (Math.floor(green + 0.5) << 8) | (Math.floor(blue + 0.5) << 16);

const toneOf = (rgb: Rgb): Tone => ({ rgb, packed: packed(rgb) });

const bytesOf = (colour: string): Rgb => {
  const { r, g, b } = asGiven(colour);
  return [r * 255, g * 255, b * 255];
};

/** By how much a colour goes towards another one. */
const shares = { lit: 0.72, hover: 0.45, selected: 0.9, unknown: 0.55, back: 0.42, backStrong: 0.6 } as const;

const black = toneOf([0, 0, 0]);
const touchedUp = flags.lit | flags.hover | flags.selected;

type Palette = {
  readonly kinds: readonly Tone[];
  /** by kind, of what has no value where values are shown */
  readonly unknown: readonly Tone[];
  readonly agencies: readonly Tone[];
  readonly ramp: readonly Tone[];
  readonly horizon: Rgb;
  readonly accent: Rgb;
  readonly by: Colouring['by'];
  readonly anyLit: boolean;
  readonly back: number;
};

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];

const ownOf = ({ kinds, unknown, agencies, by }: Palette, states: RowStates, row: number): Tone => {
  if (by === 'agency') return agencies[states.agencyOf(row) % agencyColoursMax] ?? black;
  return (by === 'kind' ? kinds : unknown)[states.kindOf(row)] ?? black;
};

/** Lit, hovered, chosen; what an answer did not find steps back. */
const tint = ({ accent, horizon, by, anyLit, back }: Palette, own: Rgb, marks: number): Rgb => {
  let shown = own;
  if ((marks & flags.lit) !== 0 && by !== 'values') shown = mix(shown, accent, shares.lit);
  if ((marks & flags.hover) !== 0) shown = mix(shown, accent, shares.hover);
  if ((marks & flags.selected) !== 0) shown = mix(shown, accent, shares.selected);
  return anyLit && (marks & (flags.lit | flags.selected)) === 0 ? mix(shown, horizon, back) : shown;
};

const paletteOf = (scene: Scene, dress: Dress): Pick<Palette, 'kinds' | 'unknown' | 'agencies' | 'horizon' | 'accent' | 'back'> => {
  const { horizon: far, accent } = tonesOf(dress);
  const horizon = bytesOf(far);
  const kinds = scene.kinds.map((kind) => bytesOf(lookOf(kind).colours[dress.theme === 'light' ? 0 : 1]));
  return {
    kinds: kinds.map(toneOf),
    unknown: kinds.map((plain) => toneOf(mix(plain, horizon, shares.unknown))),
    agencies: Array.from({ length: agencyColoursMax }, (_, at) => toneOf(bytesOf(agencyColour(at, dress.theme)))),
    horizon,
    accent: bytesOf(accent),
    back: dress.contrast ? shares.backStrong : shares.back,
  };
};

const rampOf = (colouring: Colouring): readonly Tone[] =>
  colouring.by === 'values' ? Array.from({ length: rampSteps }, (_, step) => toneOf(colourAt(colouring.ramp, step / (rampSteps - 1)))) : [];

export const createTones = (scene: Scene): Tones => {
  let worn: Dress = { theme: 'light', contrast: false, motion: true };
  let palette: Palette = { ...paletteOf(scene, worn), ramp: [], by: 'kind', anyLit: false };
  return {
    paint: (states, row, marks) => {
      const valued = palette.by === 'values' ? palette.ramp[states.steps[row] ?? noStep] : undefined;
      const own = valued ?? ownOf(palette, states, row);
      const told = palette.by === 'values' && !valued ? marks | flags.unknown : marks & ~flags.unknown;
      const isTinted = palette.anyLit || (marks & touchedUp) !== 0;
      states.shown[row] = (isTinted ? packed(tint(palette, own.rgb, marks)) : own.packed) | (told << marksAt);
    },
    colourBy: (colouring) => {
      palette = { ...palette, by: colouring.by, ramp: rampOf(colouring) };
    },
    dress: (dress) => {
      if (dress.theme === worn.theme && dress.contrast === worn.contrast) return false;
      worn = dress;
      palette = { ...palette, ...paletteOf(scene, dress) };
      return true;
    },
    setAnyLit: (anyLit) => {
      palette = { ...palette, anyLit };
    },
  };
};
