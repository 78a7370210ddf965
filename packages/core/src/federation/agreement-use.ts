/**
 * Agreement in use: whether what is asked now may be answered under it. Fails closed: no data before AGREED and CONNECTED, none after, only what was granted,
 * only for the purpose and the time agreed.
 */
import type { FederationId, TermId } from '../ground/id.ts';
import { addMs, type Instant, msOfDuration } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';
import { problem } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import type { Vocabulary } from '../twin/semantic-dictionary.ts';
import { type Agreement, behalfPermission, type GrantedFeature } from './agreement.ts';

export type Use = {
  readonly consumer: string;
  readonly provider: string;
  readonly now: Instant;
  readonly mode: GrantedFeature['modes'][number];
  /** a connection of this agreement is CONNECTED, or CLOSING after notice */
  readonly connected: boolean;
  readonly vocabulary: Vocabulary;
  /** as the message says it, where it does */
  readonly federationId?: FederationId | undefined;
  readonly purpose?: TermId | undefined;
  readonly onBehalfOf?: string | undefined;
};

export type UsableAgreement = { readonly agreement: Agreement /** those granted for this mode */; readonly features: readonly GrantedFeature[] };

const holdsAt = ({ terms: { validity } }: Agreement, now: Instant): boolean =>
  validity.from <= addMs(now, limits.clockToleranceMs) && (validity.to === undefined || now <= validity.to);

const isBetween = ({ terms: { parties, federationId } }: Agreement, use: Use): boolean =>
  parties.consumer === use.consumer && parties.provider === use.provider && (use.federationId === undefined || use.federationId === federationId);

/** A consumer asks for itself and its own people; for others only where the agreement says so. */
const mayActFor = ({ terms: { parties, permissions } }: Agreement, onBehalfOf: string): boolean =>
  onBehalfOf.split(':')[3] === parties.consumer.split(':')[3] || permissions.includes(behalfPermission(onBehalfOf));

/** The agreement, and of its features those that may be used so, or which part of the terms stands against it. */
export const usable = (agreement: Agreement | undefined, use: Use): Result<UsableAgreement> => {
  if (agreement?.state !== 'AGREED' || !use.connected || !isBetween(agreement, use) || !holdsAt(agreement, use.now)) {
    const accepted = 'an agreement that is AGREED and in its time, with a connection that is CONNECTED';
    return fail(problem('notInForce', { ...(agreement && { subject: agreement.id }), accepted }));
  }
  const { purpose, features } = agreement.terms;
  if (use.purpose !== undefined && !use.vocabulary.isA(use.purpose, purpose))
    return fail(problem('purposeNotPermitted', { subject: agreement.id, found: use.purpose, accepted: purpose }));
  if (use.onBehalfOf !== undefined && !mayActFor(agreement, use.onBehalfOf))
    return fail(problem('notAuthorised', { subject: agreement.id, found: use.onBehalfOf, accepted: 'somebody of the consumer, or whom the agreement names' }));
  return ok({ agreement, features: features.filter(({ modes }) => modes.includes(use.mode)) });
};

/** What the owner has of a feature now: when the newest of its values was true, and how exact it says they are. */
export type Supply = { readonly newest?: Instant | undefined; readonly accuracy?: number | undefined };

/** Whether it is as new and as good as was agreed; where nothing is there nothing is too old. */
export const checkLevel = ({ featureId, maxAge, minAccuracy }: GrantedFeature, { newest, accuracy }: Supply, now: Instant): Result<true> => {
  if (minAccuracy !== undefined && (accuracy === undefined || accuracy < minAccuracy))
    return fail(problem('qualityTooLow', { subject: featureId, found: `accuracy ${accuracy ?? 'not told'}`, accepted: `accuracy ${minAccuracy}` }));
  const oldest = maxAge === undefined ? undefined : addMs(now, -(msOfDuration(maxAge) ?? 0));
  if (oldest !== undefined && newest !== undefined && newest < oldest)
    return fail(problem('tooOld', { subject: featureId, since: newest, accepted: `values no older than ${maxAge}` }));
  return ok(true);
};

/** When a consumer has to have deleted what it was given: as long after the end as was agreed, or earlier where it promised so; where nothing was agreed as it promised, else at the end. */
export const deletionDueAt = ({ terms: { obligations = [] }, deleteDataBy }: Agreement, endedAt: Instant): Instant => {
  const after = obligations.find(({ type }) => type === 'delete')?.after;
  if (after === undefined) return deleteDataBy ?? endedAt;
  const agreed = addMs(endedAt, msOfDuration(after) ?? 0);
  return deleteDataBy !== undefined && deleteDataBy < agreed ? deleteDataBy : agreed;
};

/** How a partner kept to what was agreed before: known where an agreement was in force, broken where what it was given should be gone and it does not say so. */
export const keptTo = (
  agreements: readonly Agreement[],
  { partner, now }: { readonly partner: string; readonly now: Instant },
): 'kept' | 'unknown' | 'broken' => {
  const isOverdue = ({ terms, deleteDataBy, deletedAt }: Agreement): boolean =>
    terms.parties.consumer === partner && deleteDataBy !== undefined && deletedAt === undefined && deleteDataBy < now;
  if (agreements.some(isOverdue)) return 'broken';
  return agreements.some(({ hash, state }) => hash !== undefined && ['AGREED', 'EXPIRED', 'TERMINATED'].includes(state)) ? 'kept' : 'unknown';
};

/** How often a minute these may be asked; undefined where nothing bounds it. */
export const rateOf = (features: readonly GrantedFeature[]): number | undefined => {
  const rates = features.flatMap(({ maxRatePerMinute }) => maxRatePerMinute ?? []);
  return rates.length > 0 ? Math.min(...rates) : undefined;
};

const minuteMs = 60_000;

/** What may be used so often a minute: when it was used in the last one, with this time; or how long until there is room. */
export const usedWithin = (
  uses: readonly number[],
  { subject, limit, count, nowMs }: { readonly subject: string; readonly limit: number; readonly count: number; readonly nowMs: number },
): Result<readonly number[]> => {
  const recent = uses.filter((at) => at > nowMs - minuteMs);
  const [first = nowMs] = recent;
  if (recent.length + count > limit) return fail(problem('overloaded', { subject, limit, retryAfterMs: Math.ceil(first + minuteMs - nowMs) }));
  return ok([...recent, ...Array.from({ length: count }, () => nowMs)]);
};
