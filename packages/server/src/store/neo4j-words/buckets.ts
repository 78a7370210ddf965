/**
 * Buckets: twins that a text names as well, so that of them only the id decides.
 */
import { brevityStepsMax, relevanceClass } from '@cityweave/core';

/** A class of relevance and a step of brevity. */
export type Bucket = { readonly class: number; readonly step: number };

export const keyOf = (bucket: Bucket): number => bucket.class * relevanceClass + bucket.step;

/** The best first. */
export const buckets: readonly Bucket[] = [0, 1, 2, 3].flatMap((one) => [0, ...brevityStepsMax.map((_, at) => at + 1)].map((step) => ({ class: one, step })));
