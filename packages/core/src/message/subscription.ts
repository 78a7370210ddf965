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
  /** where both are there: what comes first */
  trigger: Trigger.optional(),
  or: Trigger.optional(),
  /** how often a minute changes are told at most; the agreement may say less */
  maxRatePerMinute: z.int().positive().optional(),
  expiresAt: Instant.optional(),
});
export type SubscriptionTerms = z.infer<typeof SubscriptionTerms>;

const minuteMs = 60_000;

type Triggers = Pick<SubscriptionTerms, 'trigger' | 'or'>;

const triggersOf = ({ trigger, or }: Triggers): readonly Trigger[] => [trigger, or].filter((one) => one !== undefined);

type OnChange = Extract<Trigger, { readonly on: 'change' }>;

export const onChange = (terms: Triggers): readonly OnChange[] => triggersOf(terms).filter((one) => one.on === 'change');

/** Told is what moved, and nothing else: there is no interval at which the rest is told. */
export const tellsMovesAlone = (terms: Triggers): boolean => triggersOf(terms).length > 0 && triggersOf(terms).every(({ on }) => on === 'change');

/**
 * From one turn to the next: at least, whatever happens, and where nothing moves far enough. A turn tells all that changed since the one before, in as many messages as
 * that takes.
 */
export const betweenTurnsMs = (terms: SubscriptionTerms, granted: readonly GrantedFeature[]): { readonly leastMs: number; readonly unmovedMs: number } => {
  const rates = [terms.maxRatePerMinute, rateOf(granted)].flatMap((rate) => (rate === undefined ? [] : minuteMs / rate));
  const intervals = triggersOf(terms).flatMap((one) => (one.on === 'interval' ? (msOfDuration(one.every) ?? 0) : []));
  const rateMs = Math.ceil(Math.max(0, ...rates));
  const unmovedMs = intervals.length > 0 ? Math.max(rateMs, Math.min(...intervals)) : rateMs;
  return { leastMs: onChange(terms).length > 0 ? rateMs : unmovedMs, unmovedMs };
};

/** The values on which triggers look, one each; undefined where the twin has none. */
export const triggeringValues = (triggers: readonly OnChange[], { values }: Pick<Twin, 'values'>): readonly (Json | undefined)[] =>
  triggers.map(({ term }) => values[term]?.value);

const movedFar = ({ minDelta = 0 }: OnChange, value: Json | undefined, told: Json | undefined): boolean => {
  if (typeof value !== 'number' || typeof told !== 'number') return JSON.stringify(value) !== JSON.stringify(told);
  return value !== told && Math.abs(value - told) >= minDelta;
};

/** Whether one of the values moved far enough from what was told. */
export const hasMoved = (triggers: readonly OnChange[], values: readonly (Json | undefined)[], told: readonly (Json | undefined)[]): boolean =>
  triggers.some((trigger, at) => movedFar(trigger, values[at], told[at]));
