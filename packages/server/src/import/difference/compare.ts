/**
 * Compare: when a staged row and a twin of the store are the same but for rounding.
 */
import { eachPosition, type Geometry, placeOf, sameWithin, type Twin, type TwinInput } from '@cityweave/core';
import type { TwinStore } from '../../store/store.ts';
import type { Source } from '../source.ts';
import type { Staging } from './staging.ts';

export type DifferenceWork = {
  readonly staging: Staging;
  readonly store: TwinStore;
  readonly source: Source;
  /** the declared tolerance in degrees, whatever the system of the file */
  readonly toleranceDegrees: number;
  readonly signal: AbortSignal;
};

export type Tally = { added: number; changed: number; unchanged: number; removed: number };

/** A digest is `<content>.<place>`: the part that rounding does not touch. */
export const contentOf = (digest: string): string => digest.split('.')[0] ?? digest;

/** Footprints decide where there are some: a centre moves further than the rounding of the corners that it is made of. */
export const samePlace = (current: Twin, staged: TwinInput, tolerance: number): boolean => {
  if (current.footprint || staged.footprint) return sameWithin(current.footprint, staged.footprint, tolerance) && sameHeight(current, staged, tolerance);
  return sameWithin(pointOf(current), pointOf(staged), tolerance) && sameHeight(current, staged, tolerance);
};

const pointOf = ({ position }: Pick<Twin, 'position'>): Geometry | undefined => position && { type: 'Point', coordinates: [position[0], position[1]] };

/** Heights are metres; the tolerance of coordinates is taken for them as it is, but never less than a millimetre. */
const sameHeight = (current: Twin, staged: TwinInput, tolerance: number): boolean => {
  const [was, is] = [current.position?.[2], staged.position?.[2]];
  return was === undefined || is === undefined ? was === is : Math.abs(was - is) <= Math.max(tolerance, heightToleranceMetres);
};

const heightToleranceMetres = 0.001;

/** The first corner: rounding moves it by no more than it moves any other, unlike a centre. */
export const anchorOf = (twin: Pick<Twin, 'footprint' | 'position'>): readonly [number, number] | undefined => {
  const place = placeOf(twin);
  let anchor: readonly [number, number] | undefined;
  if (place)
    eachPosition(place, ([x = 0, y = 0]) => {
      anchor ??= [x, y];
    });
  return anchor;
};
