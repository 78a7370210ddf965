/**
 * CityFunction: something that an agency computes for others from what its store holds: inputs in, outputs out, and nothing else touched.
 */
import { type FunctionEffect, type FunctionMode, Geometry, type LanguageMap, limits, Position, type Result, type TermId } from '@cityweave/core';
import { z } from 'zod';
import type { TwinStore } from '../store/store.ts';

/** What a function may read of its agency's twins: those of its kinds in the agreed area, and the links of what it read. */
export type GrantedStore = Pick<TwinStore, 'stream' | 'count' | 'adjacent'>;

export type Computing = {
  readonly store: GrantedStore;
  /** what was agreed on, where something was */
  readonly area?: Geometry | undefined;
  readonly signal: AbortSignal;
  /** 0 to 1 */
  readonly progress: (done: number) => void;
  /** told where a system of the agency works on it: it can be followed from there when the node was started again */
  readonly workedOnAt: (job: string) => void;
};

export type CityFunction = {
  readonly kind: TermId;
  readonly name: LanguageMap;
  readonly method: string;
  readonly effect: FunctionEffect;
  readonly modes: readonly FunctionMode[];
  /** kinds without which it is none, read for whoever may invoke it; or what may be told of twins is what was granted of them */
  readonly reads: readonly TermId[] | 'granted';
  readonly inputs: z.ZodType;
  readonly outputs: z.ZodType;
  readonly run: (inputs: unknown, computing: Computing) => Promise<Result<Readonly<Record<string, unknown>>>>;
};

/** Where something is, perhaps which twin it is. */
export const Place = z.object({ id: z.string().max(limits.idCharactersMax).optional(), position: Position });
export type Place = z.infer<typeof Place>;

/** An area, perhaps that of a twin. */
export const AreaInput = z.object({ id: z.string().max(limits.idCharactersMax).optional(), geometry: Geometry });
export type AreaInput = z.infer<typeof AreaInput>;

export const placesMax = 100;
export const areasMax = 500;
