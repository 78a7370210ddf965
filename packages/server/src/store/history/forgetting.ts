/**
 * Forgetting: which samples may go: those that held no more at a time, which is another one for twins of some kinds.
 */
import { msOfInstant, type TermId } from '@cityweave/core';
import type { Retention } from '../store.ts';

/** In milliseconds; null where nothing may be forgotten. */
export type Forgetting = { readonly before: number | null; readonly ofKinds: Readonly<Record<TermId, number | null>> };

/** undefined where nothing may be forgotten of anything. */
export const forgettingOf = ({ forgetBefore, forgetOfKinds = {} }: Retention): Forgetting | undefined => {
  const ofKinds = Object.fromEntries(Object.entries(forgetOfKinds).map(([kind, at]) => [kind, at && msOfInstant(at)]));
  const before = forgetBefore === undefined ? null : msOfInstant(forgetBefore);
  return before === null && Object.values(ofKinds).every((at) => at === null) ? undefined : { before, ofKinds };
};

/** Links, and twins that are gone, are of no kind. */
export const beforeOf = ({ before, ofKinds }: Forgetting, kind: unknown): number | null =>
  typeof kind === 'string' && Object.hasOwn(ofKinds, kind) ? (ofKinds[kind as TermId] ?? null) : before; // branding: kinds are compared as text
