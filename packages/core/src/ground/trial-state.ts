/**
 * TrialState: what a test says something stands in. Nothing else may say so without the table.
 */
import type { Entered } from './lifecycle.ts';

export const standsIn = <S extends string>(state: S): Entered<S> => state as Entered<S>; // branding: a test begins where it likes
