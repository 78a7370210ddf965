/**
 * Agreement: the terms under which one twin lets another use its features. Both sides hold the same hash before any data moves.
 */
import { z } from 'zod';
import { AgreementId, FeatureId, FederationId, MessageId, TermId, TwinId } from '../ground/id.ts';
import { addMs, Instant } from '../ground/instant.ts';
import { canonicalJson, openObject } from '../ground/json.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { limits } from '../ground/limits.ts';
import { overlapOf } from '../ground/place/area.ts';
import { polygonOfBox } from '../ground/place/parts.ts';
import { type Geometry, ToldGeometry } from '../ground/place/place.ts';
import { codeOf, problem } from '../ground/problem.ts';
import { ok, type Result } from '../ground/result.ts';
import { periodsMeet } from '../twin/digital-twin.ts';
import { Duration } from '../twin/feature-information.ts';
import type { Vocabulary } from '../twin/semantic-dictionary.ts';
import { PromisedLevel, promisedLevel } from './forming/promised-level.ts';

/** For which problems an agreement is declined: the owner's policy, terms that are not enough, too many rounds, too late, persons. */
const reasons = ['declined', 'termsNotAcceptable', 'tooManyRounds', 'invitationExpired', 'personalDataNotPermitted'] as const;
export type DeclineReason = (typeof reasons)[number];

export const reasonCodeOf = (reason: DeclineReason): ReasonCode => codeOf(problem(reason));

export const ReasonCode = z.enum(reasons.map((reason) => codeOf(problem(reason))));
export type ReasonCode = z.infer<typeof ReasonCode>;

export const UseMode = z.enum(['read', 'subscribe', 'invoke', 'actuate']);
export type UseMode = z.infer<typeof UseMode>;

export const GrantedFeature = openObject({
  featureId: FeatureId,
  kind: TermId,
  /** data is read and subscribed to; a function is invoked, one that moves something in the city only where `actuate` is granted */
  modes: z.array(UseMode),
  /** terms kept back, with their narrower ones */
  withheld: z.array(TermId).optional(),
  maxRatePerMinute: z.int().positive().optional(),
  /** what the owner promises: values no older, and no less exact, than this */
  maxAge: Duration.optional(),
  minAccuracy: z.number().min(0).max(1).optional(),
});
export type GrantedFeature = z.infer<typeof GrantedFeature>;

export const AgreementState = z.enum(['REQUESTED', 'OFFERED', 'ACCEPTED', 'AGREED', 'REJECTED', 'EXPIRED', 'TERMINATED']);
export type AgreementState = z.infer<typeof AgreementState>;

export const agreementLifecycle = defineLifecycle<AgreementState>('agreement', 'REQUESTED', {
  REQUESTED: ['OFFERED', 'ACCEPTED', 'REJECTED', 'TERMINATED'],
  OFFERED: ['OFFERED', 'ACCEPTED', 'REJECTED', 'TERMINATED'],
  ACCEPTED: ['AGREED', 'REJECTED', 'TERMINATED'],
  AGREED: ['EXPIRED', 'TERMINATED'],
  REJECTED: [],
  EXPIRED: [],
  TERMINATED: [],
});

/** What both sides sign: everything but where the negotiation stands. */
export const AgreementTerms = openObject({
  federationId: FederationId,
  parties: openObject({ consumer: TwinId, provider: TwinId }),
  features: z.array(GrantedFeature),
  purpose: TermId,
  area: ToldGeometry.optional(),
  permissions: z.array(z.string()),
  prohibitions: z.array(z.string()),
  /** duties of the consumer: `delete` what it was given, so long after the end (ISO 8601), `attribute` what it shows */
  obligations: z.array(openObject({ type: z.enum(['delete', 'attribute']), after: z.string().optional() })).optional(),
  /** how soon, and for which share of the time, the owner promises to answer */
  serviceLevel: PromisedLevel.optional(),
  validity: openObject({ from: Instant, to: Instant.optional() }),
});
export type AgreementTerms = z.infer<typeof AgreementTerms>;

/** A detached JWS of a party over the id and the terms: what it holds to, whoever shows it. */
export const AgreementSignature = openObject({
  by: TwinId,
  alg: z.literal('EdDSA'),
  keyId: z.string().max(limits.idCharactersMax),
  value: z.string().max(limits.idCharactersMax),
});
export type AgreementSignature = z.infer<typeof AgreementSignature>;

export const Agreement = openObject({
  id: AgreementId,
  revision: z.int().min(1),
  terms: AgreementTerms,
  state: AgreementState.brand<'entered'>(),
  /** SHA-256 of the canonical terms, once accepted */
  hash: z.string().optional(),
  /** of the consumer with T5, of the provider with its answer */
  signatures: z.array(AgreementSignature).max(2).optional(),
  reason: z.string().optional(),
  /** why it was declined, as a code of the table of problems */
  reasonCode: ReasonCode.optional(),
  /** of the negotiation: how many times terms were put forward, by whom last, and until when that may be answered */
  round: z.int().min(1).optional(),
  offeredBy: TwinId.optional(),
  answerBy: Instant.optional(),
  /** when it was EXPIRED or TERMINATED here */
  endedAt: Instant.optional(),
  /** the consumer promised to have deleted by then what it was given */
  deleteDataBy: Instant.optional(),
  /** ... and has, and whether the owner knows */
  deletedAt: Instant.optional(),
  deletionTold: z.boolean().optional(),
  /** under which that is said, also when it is said again */
  deletionMessageId: MessageId.optional(),
});
export type Agreement = z.infer<typeof Agreement>;

/** The agreement in its next state, or `notAllowedInState`: the only way into one. */
export const moveAgreement = (agreement: Agreement, state: AgreementState, change: Partial<Omit<Agreement, 'id' | 'state'>> = {}): Result<Agreement> => {
  const moved = agreementLifecycle.move(agreement.state, state);
  return moved.ok ? ok({ ...agreement, ...change, state: moved.value }) : moved;
};

/** From when on it is over by its time; it holds up to the last moment of it. */
export const expiryOf = ({ terms: { validity } }: Pick<Agreement, 'terms'>): Instant | undefined => validity.to && addMs(validity.to, 1);

/** How an agreement that is no longer needed ends: by its time, or before it; one that is over already stays as it is. */
export const endAgreement = (agreement: Agreement, now: Instant): Agreement => {
  const expiry = expiryOf(agreement);
  const wanted = agreement.state === 'AGREED' && expiry !== undefined && expiry <= now ? 'EXPIRED' : 'TERMINATED';
  const ended = moveAgreement(agreement, wanted, { endedAt: now });
  return ended.ok ? ended.value : agreement;
};

/** The permission by which a consumer may ask for somebody who is not of its own agency. */
export const behalfPermission = (id: string): string => `behalf:${id}`;

/** The text whose SHA-256 is the agreement's hash. */
export const agreementText = (terms: AgreementTerms): string => canonicalJson(terms);

/** The text that the parties sign. */
export const signedAgreementText = ({ id, terms }: Pick<Agreement, 'id' | 'terms'>): string => canonicalJson({ id, terms });

/** A rule of the owner's policy, as its node file gives it. */
export type PolicyRule = {
  readonly agencies?: readonly string[] | undefined;
  readonly purposes?: readonly string[] | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly withhold: readonly TermId[];
  readonly area?: Geometry | readonly [number, number, number, number] | undefined;
  readonly decision: 'accept' | 'decline' | 'ask';
  /** the rate offered where none is asked for, and the most that is given to who insists; the same where absent */
  readonly maxRatePerMinute?: number | undefined;
  readonly mostRatePerMinute?: number | undefined;
  /** the consumer must delete what it was given so long after the end */
  readonly deleteAfter?: string | undefined;
  /** the best that is promised; whatever is asked for where absent */
  readonly serviceLevel?: PromisedLevel | undefined;
  /** functions that move something in the city may be invoked */
  readonly actuation?: boolean | undefined;
  /** what tells of persons may be given */
  readonly personalData?: boolean | undefined;
};

export type Consideration =
  | { readonly decision: 'accept'; readonly terms: AgreementTerms }
  | { readonly decision: 'ask'; readonly terms: AgreementTerms }
  | { readonly decision: 'decline'; readonly reason: string; readonly kind?: 'personalDataNotPermitted' };

type Asking = {
  readonly asker: string;
  readonly rules: readonly PolicyRule[];
  readonly vocabulary: Vocabulary;
  readonly offered: ReadonlyMap<FeatureId, TermId>;
  /** those that tell of persons */
  readonly personal?: ReadonlySet<FeatureId>;
};

type Policy = Pick<Asking, 'asker' | 'rules' | 'vocabulary'>;

const fits = (rule: PolicyRule, terms: AgreementTerms, { asker, vocabulary }: Policy): boolean =>
  (rule.agencies === undefined || rule.agencies.includes(asker)) &&
  (rule.purposes === undefined || rule.purposes.some((wanted) => vocabulary.isA(terms.purpose, wanted)));

const areaOf = (rule: PolicyRule): Geometry | undefined => {
  const { area } = rule;
  if (area === undefined) return undefined;
  return 'type' in area ? area : polygonOfBox([area[0], area[1], area[2], area[3]]);
};

const rateFor = (asked: number | undefined, { maxRatePerMinute, mostRatePerMinute }: PolicyRule): number | undefined => {
  if (maxRatePerMinute === undefined) return asked;
  return asked === undefined ? maxRatePerMinute : Math.min(asked, mostRatePerMinute ?? maxRatePerMinute);
};

const narrow = (feature: GrantedFeature, rule: PolicyRule): GrantedFeature => {
  const { withheld: asked = [], maxRatePerMinute, ...rest } = feature;
  const withheld = [...new Set([...asked, ...rule.withhold])];
  const rate = rateFor(maxRatePerMinute, rule);
  const modes = feature.modes.filter((mode) => mode !== 'actuate' || rule.actuation === true);
  return { ...rest, modes, ...(withheld.length > 0 && { withheld }), ...(rate !== undefined && { maxRatePerMinute: rate }) };
};

type Obligations = NonNullable<AgreementTerms['obligations']>;

/** What the owner asks for beside what the other side promised already. */
const obligationsFor = ({ obligations = [] }: AgreementTerms, { deleteAfter }: PolicyRule): Obligations =>
  deleteAfter === undefined || obligations.some(({ type, after }) => type === 'delete' && after === deleteAfter)
    ? obligations
    : [...obligations.filter(({ type }) => type !== 'delete'), { type: 'delete', after: deleteAfter }];

/** The first rule that fits decides. */
const ruleFor = (terms: AgreementTerms, policy: Policy): PolicyRule | undefined => policy.rules.find((rule) => fits(rule, terms, policy));

const isKindOf = (rule: PolicyRule, kind: TermId, { vocabulary }: Policy): boolean =>
  rule.kinds === undefined || rule.kinds.some((granted) => vocabulary.isA(kind, granted));

/** Whether the policy by itself, without a person's word, gives twins of a kind under such terms, asked for or not. */
export const givesKind = (
  { kind, personalData = false }: { readonly kind: TermId; readonly personalData?: boolean | undefined },
  terms: AgreementTerms,
  policy: Policy,
): boolean => {
  const rule = ruleFor(terms, policy);
  return rule?.decision === 'accept' && isKindOf(rule, kind, policy) && (!personalData || rule.personalData === true);
};

const isOffered = ({ featureId, kind }: GrantedFeature, rule: PolicyRule, asking: Asking): boolean =>
  asking.offered.get(featureId) === kind && isKindOf(rule, kind, asking);

/** The owner's answer to a request: the rule may narrow kinds, terms, area and rate; where none fits, no. */
export const considerRequest = (terms: AgreementTerms, asking: Asking): Consideration => {
  const rule = ruleFor(terms, asking);
  if (!rule) return { decision: 'decline', reason: 'no rule of the policy allows this purpose for this agency' };
  if (rule.decision === 'decline') return { decision: 'decline', reason: 'a rule of the policy declines it' };
  const offered = terms.features.filter((feature) => isOffered(feature, rule, asking));
  if (offered.length === 0) return { decision: 'decline', reason: 'none of the features asked for is offered for this purpose' };
  const features = rule.personalData ? offered : offered.filter(({ featureId }) => !asking.personal?.has(featureId));
  if (features.length === 0) return { decision: 'decline', reason: 'a rule of the policy that permits personal data', kind: 'personalDataNotPermitted' };
  const allowed = areaOf(rule);
  const area = allowed && terms.area ? overlapOf(terms.area, allowed) : (allowed ?? terms.area);
  if (allowed && !area) return { decision: 'decline', reason: 'nothing may be given of the area asked for' };
  const obligations = obligationsFor(terms, rule);
  const narrowed = {
    ...terms,
    features: features.map((feature) => narrow(feature, rule)),
    ...(area && { area }),
    ...(obligations.length > 0 && { obligations }),
    ...(terms.serviceLevel && { serviceLevel: promisedLevel(terms.serviceLevel, rule.serviceLevel) }),
  };
  return { decision: rule.decision, terms: narrowed };
};

const movedBy = ({ features }: AgreementTerms): ReadonlySet<FeatureId> =>
  new Set(features.filter(({ modes }) => modes.includes('actuate')).map(({ featureId }) => featureId));

/** An agreement by which another federation may move the same thing in the city at the same time: two hands at one gate. */
export const conflictOf = (terms: AgreementTerms, others: readonly Agreement[]): Agreement | undefined => {
  const moved = movedBy(terms);
  const isOther = ({ state, terms: other }: Agreement): boolean =>
    ['ACCEPTED', 'AGREED'].includes(state) && other.federationId !== terms.federationId && other.parties.provider === terms.parties.provider;
  return others.find((one) => isOther(one) && periodsMeet(one.terms.validity, terms.validity) && [...movedBy(one.terms)].some((feature) => moved.has(feature)));
};

/** True where a value of this term may leave the house under the agreement. */
export const mayShow = (term: string, granted: GrantedFeature, vocabulary: Vocabulary): boolean =>
  !(granted.withheld ?? []).some((kept) => vocabulary.isA(term, kept));
