/**
 * Bundles: seen from afar, arcs between the same two districts become one, with their number on it. A district is a square of the city, the wider the farther one looks.
 */
import type { DrawnArc } from './arcs.ts';

/** An arc that stands for so many. */
export type Bundle = DrawnArc & { readonly count: number };

/** From here on the city is an overview; nearer every arc is drawn by itself. */
export const bundledFromMetres = 1_500;
const districtsAcross = 8;
/** Of so many links a bundle is as strong as any. */
const strongest = 100;

/** Powers of two, so that districts stay as they are while the view moves a little; undefined where nothing is bundled. */
export const districtMetres = (distance: number): number | undefined =>
  distance < bundledFromMetres ? undefined : 2 ** Math.round(Math.log2(distance / districtsAcross));

const districtOf = ([x, , z]: DrawnArc['from'], metres: number): string => `${Math.floor(x / metres)} ${Math.floor(z / metres)}`;

/** What goes from one district to another is told by both and by the agencies; what stays within one is told by itself. */
const keyOf = ({ from, to, colours }: DrawnArc, metres: number, at: number): string => {
  const [start, end] = [districtOf(from, metres), districtOf(to, metres)];
  return start === end ? `${at}` : [start, end, ...colours].join('|');
};

const middleOf = (places: readonly DrawnArc['from'][]): DrawnArc['from'] => {
  const mean = (axis: 0 | 1 | 2): number => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
  return [mean(0), mean(1), mean(2)];
};

const toBundle = (arcs: readonly [DrawnArc, ...DrawnArc[]]): Bundle => {
  const [first, ...more] = arcs;
  if (more.length === 0) return { ...first, count: 1 };
  const strength = Math.min(1, 0.4 + 0.6 * (Math.log(arcs.length) / Math.log(strongest)));
  return { ...first, from: middleOf(arcs.map(({ from }) => from)), to: middleOf(arcs.map(({ to }) => to)), strength, count: arcs.length };
};

/** `metres`: how wide a district is; undefined: every arc by itself. */
export const bundle = (arcs: readonly DrawnArc[], metres: number | undefined): readonly Bundle[] => {
  if (metres === undefined) return arcs.map((arc) => ({ ...arc, count: 1 }));
  const alike = new Map<string, [DrawnArc, ...DrawnArc[]]>();
  for (const [at, arc] of arcs.entries()) {
    const key = keyOf(arc, metres, at);
    const known = alike.get(key);
    if (known) known.push(arc);
    else alike.set(key, [arc]);
  }
  return [...alike.values()].map(toBundle);
};
