/**
 * Negotiation, the initiator's side (T2 to T4): whether terms that an owner offers are acceptable, what to ask for instead, and when to give up.
 */
import { canonicalJson } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { type Problem, problem } from '../../ground/problem.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import type { Vocabulary } from '../../twin/semantic-dictionary.ts';
import { type Agreement, type AgreementTerms, agreementText, type GrantedFeature, mayShow } from '../agreement.ts';
import type { Need } from '../candidate.ts';
import { serves } from './meaning.ts';
import { describeLevel, meetsLevel } from './promised-level.ts';

export type OfferDecision =
  | { readonly decision: 'accept' }
  | { readonly decision: 'counter'; readonly terms: AgreementTerms }
  | { readonly decision: 'reject'; readonly problem: Problem };

type Asking = { readonly needs: readonly Need[]; readonly vocabulary: Vocabulary; readonly asked: AgreementTerms };

const reject = (accepted: string): OfferDecision => ({ decision: 'reject', problem: problem('termsNotAcceptable', { accepted }) });

/** An offer may narrow what was asked for, never change between whom, for what, or widen it. */
const isNarrower = (offered: AgreementTerms, asked: AgreementTerms): boolean => {
  const fixed = ({ federationId, parties, purpose, permissions, validity }: AgreementTerms): string =>
    canonicalJson({ federationId, parties, purpose, permissions, from: validity.from });
  const askedFeatures = new Map(asked.features.map((feature) => [feature.featureId, feature]));
  const isPart = ({ featureId, kind, modes }: GrantedFeature): boolean => {
    const wanted = askedFeatures.get(featureId);
    return wanted?.kind === kind && modes.every((mode) => wanted.modes.includes(mode));
  };
  return fixed(offered) === fixed(asked) && offered.features.length > 0 && offered.features.every(isPart);
};

const needsOf = ({ kind }: GrantedFeature, { needs, vocabulary }: Asking): readonly Need[] => needs.filter((need) => serves(kind, need, vocabulary));

/** What the needs that a feature serves cannot do without, and the offer keeps back. */
const lacking = (feature: GrantedFeature, asking: Asking): readonly string[] =>
  needsOf(feature, asking).flatMap(({ terms = [] }) => terms.filter((term) => !mayShow(term, feature, asking.vocabulary)));

const tooSlow = (feature: GrantedFeature, asking: Asking): number | undefined => {
  const least = Math.max(0, ...needsOf(feature, asking).flatMap(({ minRatePerMinute }) => minRatePerMinute ?? []));
  return (feature.maxRatePerMinute ?? Number.POSITIVE_INFINITY) < least ? least : undefined;
};

/** The offer with what is lacking in it asked for again. */
const improved = (feature: GrantedFeature, asking: Asking): GrantedFeature => {
  const needed = new Set<string>(lacking(feature, asking));
  const { withheld, ...rest } = feature;
  const kept = (withheld ?? []).filter((term) => ![...needed].some((wanted) => asking.vocabulary.isA(wanted, term)));
  const rate = tooSlow(feature, asking);
  return { ...rest, ...(kept.length > 0 && { withheld: kept }), ...(rate !== undefined && { maxRatePerMinute: rate }) };
};

/** Accepted as it is, or answered with the least that the needs can do with; an owner who repeats what is not enough is told no. */
export const considerOffer = (offered: AgreementTerms, asking: Asking): OfferDecision => {
  if (!isNarrower(offered, asking.asked)) return reject('the same parties, purpose and features as asked for, or fewer of them');
  const { serviceLevel } = asking.asked;
  if (serviceLevel && !meetsLevel(offered.serviceLevel, serviceLevel)) return reject(describeLevel(serviceLevel));
  const short = offered.features.find((feature) => lacking(feature, asking).length > 0 || tooSlow(feature, asking) !== undefined);
  if (!short) return { decision: 'accept' };
  const counter: AgreementTerms = { ...offered, features: offered.features.map((feature) => improved(feature, asking)) };
  if (agreementText(counter) === agreementText(asking.asked))
    return reject(lacking(short, asking).length > 0 ? `${lacking(short, asking).join(', ')} of ${short.kind}` : `${tooSlow(short, asking)} questions a minute`);
  return { decision: 'counter', terms: counter };
};

/** Whether terms may still be put forward: in time, in their turn, and not for ever. */
export const checkRound = (known: Agreement | undefined, round: number, now: string): Result<true> => {
  const { answerBy, id, round: last = 0 } = known ?? {};
  if (answerBy !== undefined && answerBy < now) return fail(problem('invitationExpired', { ...(id && { subject: id }), since: answerBy }));
  if (round > limits.negotiationRoundsMax) return fail(problem('tooManyRounds', { ...(id && { subject: id }), limit: limits.negotiationRoundsMax }));
  if (round <= last) return fail(problem('notAllowedInState', { ...(id && { subject: id }), found: `round ${round}`, accepted: `round ${last + 1}` }));
  return ok(true);
};
