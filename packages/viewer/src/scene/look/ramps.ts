/**
 * Ramps: colours of values, told apart by whoever sees colours otherwise too, and the stops of their legends.
 */
import type { Colouring, RampName, Stop } from '../staged.ts';

export type Rgb = readonly [number, number, number];

/** One less than a byte counts: the last says that there is none. */
export const rampSteps = 255;

/** After cividis (blue to yellow), a blue-pale-orange, and Okabe and Ito's eight. */
const stops: Readonly<Record<RampName, readonly string[]>> = {
  sequential: ['#00306f', '#35456c', '#575d6d', '#7a7775', '#9c9273', '#c3b066', '#ead048', '#ffea46'],
  diverging: ['#1f5fa8', '#5b95cc', '#a9c9e4', '#f2f0ea', '#f3c79a', '#e08a43', '#a84f0a'],
  categories: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a800', '#6b7280'],
};

const channels = (colour: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as unknown as Rgb; // branding: three of three

const mix = (a: Rgb, b: Rgb, share: number): Rgb => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];

/** The colour at a place of the ramp, 0 to 1; of categories the one of that number. */
export const colourAt = (ramp: RampName, at: number): Rgb => {
  const own = stops[ramp].map(channels);
  const last = own[own.length - 1] ?? [0, 0, 0];
  if (ramp === 'categories') return own[Math.floor(at * (rampSteps - 1)) % own.length] ?? last;
  const place = Math.max(0, Math.min(1, at)) * (own.length - 1);
  const from = Math.min(own.length - 2, Math.floor(place));
  return mix(own[from] ?? last, own[from + 1] ?? last, place - from);
};

const hex = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

/** Five stops of a ramp of numbers; of categories one for each. */
export const legendOf = ({ from, to, ramp }: Extract<Colouring, { by: 'values' }>): readonly Stop[] => {
  if (ramp === 'categories')
    return Array.from({ length: Math.min(rampSteps, to - from + 1) }, (_, at) => ({ value: from + at, colour: hex(colourAt(ramp, at / (rampSteps - 1))) }));
  return [0, 0.25, 0.5, 0.75, 1].map((share) => ({ value: from + (to - from) * share, colour: hex(colourAt(ramp, share)) }));
};

type Stepped = Pick<Extract<Colouring, { by: 'values' }>, 'from' | 'to' | 'ramp'>;

/** Values as their steps of the ramp: what is the same for all of them is worked out once. */
export const stepsOf = ({ from, to, ramp }: Stepped): ((value: number) => number) => {
  const last = rampSteps - 1;
  if (ramp === 'categories') return (value) => Math.max(0, Math.min(last, Math.round(value - from)));
  const [least, perUnit] = to > from ? [from, last / (to - from)] : [0, 0];
  const first = to > from ? 0 : last / 2;
  return (value) => Math.max(0, Math.min(last, Math.round(first + (value - least) * perUnit)));
};
