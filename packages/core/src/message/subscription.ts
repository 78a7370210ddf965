/**
 * Subscription (T10): what of the changes of a member is told to whoever asked for it, how often, and until when.
 */
import { z } from 'zod';
import type { GrantedFeature } from '../federation/agreement.ts';
import { rateOf } from '../federation/agreement-use.ts';
import { FeatureId, TermId } from '../ground/id.ts';
import { Instant, msOfDuration } from '../ground/instant.ts';
import { type Json, openObject } from '../ground/json.ts';
import { Duration } from '../twin/feature-information.ts';
import { TwinQuery } from '../twin/query.ts';
import type { Twin } from '../twin/twin.ts';

/** When changes are told: from time to time, or as they come, of a term only where it moved by so much, in its own unit, since it was told last. */
export const Trigger = z.discriminatedUnion('on', [
  openObject({ on: z.literal('interval'), every: Duration }),
  openObject({ on: z.literal('change'), term: TermId, minDelta: z.number().positive().optional() }),
]);
export type Trigger = z.infer<typeof Trigger>;

export const SubscriptionTerms = openObject({
  /** changes of its kind alone; of all that is granted where absent */
  featureId: FeatureId.optional(),
  /** of a query what says which twins, and which of their properties */
  query: TwinQuery.pick({ version: true, filter: true, terms: true }).optional(),
  trigger: Trigger.optional(),
  /** there is one trigger: an alternative is refused */
  or: z.never().optional(),
  /** how often a minute changes are told at most; the agreement may say less */
  maxRatePerMinute: z.int().positive().optional(),
  expiresAt: Instant.optional(),
});
export type SubscriptionTerms = z.infer<typeof SubscriptionTerms>;

const minuteMs = 60_000;

/** From one turn to the next at least. A turn tells all that changed since the one before, in as many messages as that takes. */
export const betweenTurnsMs = ({ trigger, maxRatePerMinute }: SubscriptionTerms, granted: readonly GrantedFeature[]): number => {
  const rates = [maxRatePerMinute, rateOf(granted)].flatMap((rate) => (rate === undefined ? [] : minuteMs / rate));
  const every = trigger?.on === 'interval' ? (msOfDuration(trigger.every) ?? 0) : 0;
  return Math.ceil(Math.max(0, every, ...rates));
};

/** The value on which a trigger looks; undefined where the twin has none. */
export const triggeringValue = (trigger: Trigger | undefined, { values }: Pick<Twin, 'values'>): Json | undefined =>
  trigger?.on === 'change' ? values[trigger.term]?.value : undefined;

/** Whether a value moved far enough from the one that was told. */
export const hasMoved = (trigger: Trigger | undefined, value: Json | undefined, told: Json | undefined): boolean => {
  if (trigger?.on !== 'change') return true;
  if (typeof value !== 'number' || typeof told !== 'number') return JSON.stringify(value) !== JSON.stringify(told);
  return value !== told && Math.abs(value - told) >= (trigger.minDelta ?? 0);
};
