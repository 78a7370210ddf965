/**
 * Scoring of candidates (6.8 of the model, our design): hard conditions as gaps, then a weighted sum of parts, each with its evidence.
 */
import { compareText, type FeatureId, type FederationId, type TermId, type TwinId } from '../../ground/id.ts';
import { type Instant, msOfDuration, msOfInstant } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { coveredShare } from '../../ground/place/area.ts';
import type { Geometry } from '../../ground/place/place.ts';
import { describeProblem } from '../../ground/problem.ts';
import { ok, type Result } from '../../ground/result.ts';
import { cityDictionary } from '../../twin/city/city-dictionary.ts';
import { Binding, type Period, periodsMeet, type RegisteredTwin, type TwinStatus } from '../../twin/digital-twin.ts';
import type { Feature } from '../../twin/feature-information.ts';
import type { Vocabulary } from '../../twin/semantic-dictionary.ts';
import { planFeature, stepsBetween } from '../adaptation/planning.ts';
import type { AdaptationReport, AdaptationStep } from '../adaptation/profile.ts';
import { adaptorNeedOf, type CommunicationAdaptor, canBridge, protocolFor } from '../adaptor.ts';
import { type Candidate, candidateLifecycle, type Evidence, type Gap, type Need, type ScoreParts } from '../candidate.ts';
import { type MeaningRelation, meaningScores, relationOf, serves } from './meaning.ts';

/** Where its node says nothing else. */
export const scoreWeights: ScoreParts = { meaning: 0.35, space: 0.2, time: 0.15, quality: 0.15, adaptation: 0.1, trust: 0.05 };

export type Found = { readonly feature: Feature; readonly twin: RegisteredTwin; readonly registryId: TwinId } & Pick<Candidate, 'queryId'>;

/** How far a partner was found true: an agreement kept, nothing known, or one that was broken. */
export type Trust = 'kept' | 'unknown' | 'broken';

export type Ranking = {
  readonly needs: readonly Need[];
  readonly vocabulary: Vocabulary;
  readonly now: Instant;
  readonly area?: Geometry | undefined;
  readonly period?: Period | undefined;
  readonly purpose?: TermId | undefined;
  /** what counts how much; `scoreWeights` where absent */
  readonly weights?: ScoreParts | undefined;
  readonly federationId?: FederationId | undefined;
  /** how it says that it stands now (T16); as it is registered where absent or not known */
  readonly status?: ((twin: TwinId) => TwinStatus | undefined) | undefined;
  readonly trust?: ((twin: TwinId) => Trust) | undefined;
  /** what the consumer speaks; all where absent */
  readonly bindings?: readonly Binding[] | undefined;
  /** adaptors that could lie between */
  readonly adaptors?: readonly CommunicationAdaptor[] | undefined;
  /** what an adaptor said that it would keep and lose of a feature, or why it cannot convert it */
  readonly tried?: ReadonlyMap<FeatureId, Result<AdaptationReport>> | undefined;
};

/** A part of the score with its reason. */
type Part = { readonly value: number; readonly why: string };

const relationWords: Readonly<Record<MeaningRelation, string>> = {
  ...{ exact: 'is exactly', synonym: 'means', close: 'is close to', narrower: 'is narrower than', broader: 'is broader than' },
};

const meaningFor = (kind: TermId, need: TermId, vocabulary: Vocabulary): Part => {
  const relation = relationOf(kind, need, vocabulary);
  return relation
    ? { value: meaningScores[relation], why: `${kind} ${relationWords[relation]} ${need}` }
    : { value: 0, why: `${kind} is none of the kinds needed` };
};

const bestOf = (parts: readonly Part[], otherwise: Part): Part => parts.reduce((best, part) => (part.value > best.value ? part : best), otherwise);

const meaningOf = (kind: TermId, { needs, vocabulary }: Ranking): Part =>
  bestOf(
    needs.map((need) => meaningFor(kind, need.kind, vocabulary)),
    { value: 0, why: `${kind} is none of the kinds needed` },
  );

/** What is offered is of another kind than any need can do with. */
const isAnotherKind = (kind: TermId, { needs, vocabulary }: Ranking): boolean => !needs.some((need) => serves(kind, need, vocabulary));

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Share of the needed area that the feature covers; an area that nobody names counts as covered. */
const spaceOf = ({ feature, twin }: Found, { area }: Ranking): Part => {
  const offered = feature.attributes.coverage.space ?? twin.attributes.coverage;
  if (!offered || !area) return { value: 1, why: area ? 'it names no area' : 'no area is asked for' };
  const value = coveredShare(area, offered);
  return { value, why: value === 0 ? 'its coverage lies outside the area' : `covers ${percent(value)} of the area` };
};

const periodShare = (offered: Period, wanted: Period): number => {
  if (!periodsMeet(offered, wanted)) return 0;
  if (wanted.to === undefined) return 1;
  const [from, to] = [msOfInstant(wanted.from), msOfInstant(wanted.to)];
  const shared = Math.min(to, offered.to === undefined ? to : msOfInstant(offered.to)) - Math.max(from, msOfInstant(offered.from));
  return to > from ? shared / (to - from) : 1;
};

/** How old values are at most, of how old they may be. */
const freshnessOf = ({ feature }: Found, { needs, vocabulary }: Ranking): Part => {
  const { semanticType, data, quality } = feature.attributes;
  const offeredMs = (msOfDuration(quality?.latency ?? 'PT0S') ?? 0) + (msOfDuration(data.interval ?? 'PT0S') ?? 0);
  const allowed = needs
    .filter((need) => serves(semanticType, need, vocabulary))
    .flatMap(({ maxAge }) => (maxAge === undefined ? [] : (msOfDuration(maxAge) ?? [])));
  if (allowed.length === 0 || offeredMs === 0) return { value: 1, why: '' };
  const allowedMs = Math.min(...allowed);
  return { value: Math.min(1, allowedMs / offeredMs), why: `values are up to ${offeredMs / 1000} s old, ${allowedMs / 1000} s are allowed` };
};

const statusOf = ({ twin }: Found, { status }: Ranking): TwinStatus => status?.(twin.id) ?? twin.attributes.status;

const isAway = (found: Found, ranking: Ranking): boolean => ['offline', 'retired'].includes(statusOf(found, ranking));

/** One that is of less use now is worth half of its time. */
const presenceOf = (found: Found, ranking: Ranking): Part => {
  if (isAway(found, ranking)) return { value: 0, why: 'it is away now' };
  return statusOf(found, ranking) === 'degraded' ? { value: 0.5, why: 'it is degraded now' } : { value: 1, why: '' };
};

const timeOf = (found: Found, ranking: Ranking): Part => {
  const { time } = found.feature.attributes.coverage;
  const share = time && ranking.period ? periodShare(time, ranking.period) : 1;
  const [fresh, present] = [freshnessOf(found, ranking), presenceOf(found, ranking)];
  const covered = time && ranking.period ? `covers ${percent(share)} of the time` : 'it is not bounded in time';
  return { value: share * fresh.value * present.value, why: [covered, fresh.why, present.why].filter(Boolean).join('; ') };
};

const qualityOf = ({ feature }: Found): Part => {
  const { accuracy, completeness, confidence } = feature.attributes.quality ?? {};
  const given = Object.entries({ accuracy, completeness, confidence }).filter((entry): entry is [string, number] => entry[1] !== undefined);
  if (given.length === 0) return { value: 0.5, why: 'it says nothing of its quality' };
  return { value: given.reduce((sum, [, part]) => sum + part, 0) / given.length, why: given.map(([name, part]) => `${name} ${part}`).join(', ') };
};

const trustValue: Readonly<Record<Trust, Part>> = {
  kept: { value: 1, why: 'an earlier agreement was kept' },
  unknown: { value: 0.5, why: 'there was no agreement before' },
  broken: { value: 0, why: 'an earlier agreement was broken' },
};

/** Why it is not exact enough for a need that names how exact. */
const lacksAccuracy = ({ feature }: Found, { needs, vocabulary }: Ranking): string | undefined => {
  const { semanticType, quality } = feature.attributes;
  const least = Math.max(-1, ...needs.filter((need) => serves(semanticType, need, vocabulary)).flatMap(({ minAccuracy }) => minAccuracy ?? []));
  return (quality?.accuracy ?? 0) < least ? `accuracy ${quality?.accuracy ?? 'not told'}, ${least} is needed` : undefined;
};

const aspects: Readonly<Record<AdaptationStep, Gap['aspect']>> = { protocol: 'protocol', format: 'format', semantic: 'semantics' };

const ownEndFor = (feature: Feature, { bindings = Binding.options }: Ranking) => ({ dictionary: cityDictionary, protocol: protocolFor([feature], bindings) });

/** What an adaptor would have to convert, and whether there is one that can. */
const formGaps = ({ feature }: Found, ranking: Ranking): readonly Gap[] => {
  const { adaptors = [], tried } = ranking;
  const ownEnd = ownEndFor(feature, ranking);
  const need = adaptorNeedOf(feature, ownEnd);
  if (!need) return [];
  const refused = tried?.get(feature.id);
  if (refused && !refused.ok) return [{ aspect: 'semantics', bridgeable: false, how: describeProblem(refused.problem) }];
  const bridgeable = adaptors.some((adaptor) => canBridge(adaptor, need));
  const found = [need.protocols, need.formats, need.dictionaries].flatMap((pair) => (pair && pair[0] !== pair[1] ? [pair[1]] : [])).join(', ');
  const how = bridgeable ? `an adaptor converts ${found}` : `no adaptor is registered that converts ${found}`;
  return stepsBetween([feature], ownEnd).map((step) => ({ aspect: aspects[step], bridgeable, how }));
};

const adaptationScores = { protocol: 0.8, format: 0.6, semantic: 0.4 } as const;

/** Without an adaptor's word: what follows from the dictionaries that are known here. */
const reportHere = (feature: Feature, ranking: Ranking): Result<AdaptationReport> => {
  const planned = planFeature(feature, { ...ownEndFor(feature, ranking), vocabulary: ranking.vocabulary });
  return planned.ok ? ok(planned.value.report) : planned;
};

const adaptationOf = ({ feature }: Found, ranking: Ranking): Part => {
  const ownEnd = ownEndFor(feature, ranking);
  const last = stepsBetween([feature], ownEnd).at(-1);
  if (!last) return { value: 1, why: 'direct: the same protocol, format and dictionary' };
  const report = ranking.tried?.get(feature.id) ?? reportHere(feature, ranking);
  if (!report.ok) return { value: 0, why: describeProblem(report.problem) };
  const { expectedLoss, exact, lossy, unmapped } = report.value;
  return {
    value: Math.max(0, adaptationScores[last] - expectedLoss),
    why: `over an adaptor: ${exact.length} properties exact, ${lossy.length} not quite, ${unmapped.length} lost`,
  };
};

const notServed = ({ value, why }: Part): string => (value === 0 ? why : `${why}, and no need says that so much may be lost of it (maxLoss)`);

/** What stands between the two ends: meaning, space, time and policy, and what an adaptor would have to convert. */
export const findGaps = (found: Found, ranking: Ranking): readonly Gap[] => {
  const { attributes } = found.feature;
  const { vocabulary, purpose, period } = ranking;
  const meaning = meaningOf(attributes.semanticType, ranking);
  const space = spaceOf(found, ranking);
  const { purposes } = attributes.policy;
  const time = attributes.coverage.time;
  const lessExact = lacksAccuracy(found, ranking);
  const gap = (aspect: Gap['aspect'], how: string): Gap => ({ aspect, bridgeable: false, how });
  return [
    ...formGaps(found, ranking),
    ...(isAnotherKind(attributes.semanticType, ranking) ? [gap('semantics', notServed(meaning))] : []),
    ...(space.value === 0 ? [gap('space', space.why)] : []),
    ...(time && period && !periodsMeet(time, period) ? [gap('time', 'it is for another time')] : []),
    ...(isAway(found, ranking) ? [gap('time', 'it says that it is away now')] : []),
    ...(lessExact === undefined ? [] : [gap('quality', lessExact)]),
    ...(purpose && purposes && !purposes.some((allowed) => vocabulary.isA(purpose, allowed)) ? [gap('policy', `its owner allows ${purposes.join(', ')}`)] : []),
  ];
};

const partsOf = (found: Found, ranking: Ranking): Readonly<Record<keyof ScoreParts, Part>> => ({
  meaning: meaningOf(found.feature.attributes.semanticType, ranking),
  space: spaceOf(found, ranking),
  time: timeOf(found, ranking),
  quality: qualityOf(found),
  adaptation: adaptationOf(found, ranking),
  trust: trustValue[ranking.trust?.(found.twin.id) ?? 'unknown'],
});

const partNames = ['meaning', 'space', 'time', 'quality', 'adaptation', 'trust'] as const;

const totalOf = (parts: ScoreParts, weights: ScoreParts): number => partNames.reduce((sum, name) => sum + weights[name] * parts[name], 0);

const scored = (found: Found, ranking: Ranking): Candidate => {
  const parts = partsOf(found, ranking);
  const { meaning, space, time, quality, adaptation, trust } = parts;
  const values: ScoreParts = {
    meaning: meaning.value,
    space: space.value,
    time: time.value,
    quality: quality.value,
    adaptation: adaptation.value,
    trust: trust.value,
  };
  const evidence = partNames.map((part): Evidence => ({ part, why: parts[part].why }));
  const gaps = findGaps(found, ranking);
  const score = gaps.every((gap) => gap.bridgeable) ? totalOf(values, ranking.weights ?? scoreWeights) : 0;
  return {
    ...found,
    discoveredAt: ranking.now,
    federationId: ranking.federationId,
    gaps: [...gaps],
    scoreParts: values,
    evidence,
    score,
    state: candidateLifecycle.initial,
  };
};

const latencyOf = ({ feature }: Candidate): number => msOfDuration(feature.attributes.quality?.latency ?? 'PT0S') ?? 0;

/** What an adaptor has to convert of it: each step is one more that may fail. */
const stepsOf = ({ gaps }: Candidate): number => gaps.filter(({ aspect }) => Object.values(aspects).includes(aspect)).length;

/** Best first, at most `candidatesMax`; the order of the input does not matter. What cannot be bridged comes last and says why. */
export const rankCandidates = (found: readonly Found[], ranking: Ranking): readonly Candidate[] =>
  found
    .map((one) => scored(one, ranking))
    .sort((a, b) => b.score - a.score || stepsOf(a) - stepsOf(b) || latencyOf(a) - latencyOf(b) || compareText(a.feature.id, b.feature.id))
    .slice(0, limits.candidatesMax);
