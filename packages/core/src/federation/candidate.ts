/**
 * Candidate: a feature found by discovery, kept and ranked while the initiator decides whom to federate with (Y.4489 10.3.4).
 */
import { z } from 'zod';
import { AgencyId, compareText, FederationId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { limits } from '../ground/limits.ts';
import { boxesMeet, boxOf, type Geometry } from '../ground/place.ts';
import { RegisteredTwin } from '../twin/digital-twin.ts';
import { Feature } from '../twin/feature-information.ts';
import type { Vocabulary } from '../twin/semantic-dictionary.ts';

/** What a federation must bring together: a kind of twin, from whom, and whether it can do without. */
export const Need = z.object({ kind: TermId, agencies: z.array(AgencyId).optional(), optional: z.boolean() });
export type Need = z.infer<typeof Need>;

export const CandidateState = z.enum(['DISCOVERED', 'SHORTLISTED', 'INVITED', 'ACCEPTED', 'CONNECTED', 'REJECTED', 'TIMED_OUT', 'DROPPED']);
export type CandidateState = z.infer<typeof CandidateState>;

export const candidateLifecycle = defineLifecycle<CandidateState>('candidate', 'DISCOVERED', {
  DISCOVERED: ['SHORTLISTED', 'DROPPED'],
  SHORTLISTED: ['INVITED', 'DROPPED'],
  INVITED: ['ACCEPTED', 'REJECTED', 'TIMED_OUT', 'DROPPED'],
  ACCEPTED: ['CONNECTED', 'DROPPED'],
  CONNECTED: ['DROPPED'],
  REJECTED: ['DROPPED'],
  TIMED_OUT: ['INVITED', 'DROPPED'],
  DROPPED: [],
});

export const Gap = z.object({ aspect: z.enum(['protocol', 'format', 'semantics', 'space', 'policy']), bridgeable: z.boolean(), how: z.string() });
export type Gap = z.infer<typeof Gap>;

export const ScoreParts = z.object({
  meaning: z.number(),
  space: z.number(),
  time: z.number(),
  quality: z.number(),
  adaptation: z.number(),
  trust: z.number(),
});
export type ScoreParts = z.infer<typeof ScoreParts>;

export const Candidate = z.object({
  feature: Feature,
  twin: RegisteredTwin,
  registryId: TwinId,
  discoveredAt: Instant,
  federationId: FederationId.optional(),
  score: z.number(),
  scoreParts: ScoreParts,
  gaps: z.array(Gap),
  state: CandidateState,
});
export type Candidate = z.infer<typeof Candidate>;

/** Weights of the score's parts; they add up to 1. */
export const scoreWeights: ScoreParts = { meaning: 0.35, space: 0.2, time: 0.15, quality: 0.15, adaptation: 0.1, trust: 0.05 };

type Wanted = { readonly needs: readonly Need[]; readonly area?: Geometry | undefined; readonly vocabulary: Vocabulary };

const meaningOf = (kind: TermId, { needs, vocabulary }: Wanted): number => {
  if (needs.some((need) => need.kind === kind)) return 1;
  if (needs.some((need) => vocabulary.isA(kind, need.kind))) return 0.7;
  return needs.some((need) => vocabulary.isA(need.kind, kind)) ? 0.5 : 0;
};

const overlapShare = (offered: Geometry, wanted: Geometry): number => {
  const [a, b] = [boxOf(offered), boxOf(wanted)];
  if (!boxesMeet(a, b)) return 0;
  const area = (b[2] - b[0]) * (b[3] - b[1]);
  const shared = (Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * (Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  return area > 0 ? Math.min(1, shared / area) : 1;
};

/** Share of the needed area that the feature covers, by their boxes; an area that nobody names counts as covered. */
const spaceOf = (feature: Feature, twin: RegisteredTwin, wanted: Wanted): number => {
  const offered = feature.attributes.coverage.space ?? twin.attributes.coverage;
  return offered && wanted.area ? overlapShare(offered, wanted.area) : 1;
};

const qualityOf = (feature: Feature): number => {
  const { accuracy, completeness, confidence } = feature.attributes.quality ?? {};
  const given = [accuracy, completeness, confidence].filter((part) => part !== undefined);
  return given.length === 0 ? 0.5 : given.reduce((sum, part) => sum + part, 0) / given.length;
};

/** What stands between the two ends. Every node of this stage speaks HTTP and JSON, so only space and policy can differ. */
export const findGaps = (feature: Feature, twin: RegisteredTwin, wanted: Wanted & { readonly purpose?: TermId | undefined }): readonly Gap[] => {
  const gaps: Gap[] = [];
  if (meaningOf(feature.attributes.semanticType, wanted) === 0)
    gaps.push({ aspect: 'semantics', bridgeable: false, how: `${feature.attributes.semanticType} is none of the kinds needed` });
  if (spaceOf(feature, twin, wanted) === 0) gaps.push({ aspect: 'space', bridgeable: false, how: 'its coverage lies outside the area' });
  const { purposes } = feature.attributes.policy;
  const { purpose } = wanted;
  if (purpose && purposes && !purposes.some((allowed) => wanted.vocabulary.isA(purpose, allowed)))
    gaps.push({ aspect: 'policy', bridgeable: false, how: `its owner allows ${purposes.join(', ')}` });
  return gaps;
};

const scorePartsOf = (feature: Feature, twin: RegisteredTwin, wanted: Wanted): ScoreParts => ({
  meaning: meaningOf(feature.attributes.semanticType, wanted),
  space: spaceOf(feature, twin, wanted),
  time: 1,
  quality: qualityOf(feature),
  adaptation: 1,
  trust: 0.5,
});

const totalOf = (parts: ScoreParts): number =>
  scoreWeights.meaning * parts.meaning +
  scoreWeights.space * parts.space +
  scoreWeights.time * parts.time +
  scoreWeights.quality * parts.quality +
  scoreWeights.adaptation * parts.adaptation +
  scoreWeights.trust * parts.trust;

export type Found = { readonly feature: Feature; readonly twin: RegisteredTwin; readonly registryId: TwinId };
export type Ranking = Wanted & { readonly purpose?: TermId | undefined; readonly federationId?: FederationId | undefined; readonly now: Instant };

/** Best first, at most `candidatesMax`; the order of the input does not matter. What cannot be bridged comes last and says why. */
export const rankCandidates = (found: readonly Found[], ranking: Ranking): readonly Candidate[] =>
  found
    .map(({ feature, twin, registryId }): Candidate => {
      const scoreParts = scorePartsOf(feature, twin, ranking);
      const gaps = findGaps(feature, twin, ranking);
      const bridgeable = gaps.every((gap) => gap.bridgeable);
      const base = { feature, twin, registryId, discoveredAt: ranking.now, federationId: ranking.federationId, gaps: [...gaps] };
      return { ...base, scoreParts, score: bridgeable ? totalOf(scoreParts) : 0, state: 'DISCOVERED' };
    })
    .sort((a, b) => b.score - a.score || compareText(a.feature.id, b.feature.id))
    .slice(0, limits.candidatesMax);

/** The candidates that serve a need, best first. A kind may be kept by several agencies: all of them are wanted. */
export const candidatesFor = (need: Need, candidates: readonly Candidate[], vocabulary: Vocabulary): readonly Candidate[] =>
  candidates.filter(
    ({ feature, twin, score }) =>
      score > 0 &&
      vocabulary.isA(feature.attributes.semanticType, need.kind) &&
      (need.agencies === undefined || need.agencies.some((agency) => twin.attributes.owner.organizationId === agency)),
  );
