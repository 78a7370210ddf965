/**
 * Candidate: a feature found by discovery, kept and ranked while the initiator decides whom to federate with (Y.4489 10.3.4).
 */
import { z } from 'zod';
import { AgencyId, FeatureId, FederationId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { openObject } from '../ground/json.ts';
import { defineLifecycle } from '../ground/lifecycle.ts';
import { limits } from '../ground/limits.ts';
import { RegisteredTwin } from '../twin/digital-twin.ts';
import { Duration, Feature } from '../twin/feature-information.ts';
import { PromisedLevel } from './forming/promised-level.ts';

/** What a federation must bring together: a kind of twin, from whom, and whether it can do without. */
export const Need = openObject({
  kind: TermId,
  agencies: z.array(AgencyId).optional(),
  optional: z.boolean().default(false),
  /** one provider is enough: the best candidate, with the others as runners-up; all who serve it are wanted where absent */
  one: z.boolean().optional(),
  /** properties without which it is of no use */
  terms: z.array(TermId).max(limits.filterKindsMax).optional(),
  /** questions a minute that are asked for, and fewer than which are of no use */
  ratePerMinute: z.int().positive().optional(),
  minRatePerMinute: z.int().positive().optional(),
  /** how old values may be: an ISO 8601 duration */
  maxAge: Duration.optional(),
  /** how exact they must be, of one */
  minAccuracy: z.number().min(0).max(1).optional(),
  /** how soon, and for which share of the time, its owner must answer */
  serviceLevel: PromisedLevel.optional(),
  /** what may be lost of it, 0 to 1: by an adaptor, anything where absent; by a kind that is close to it (0.2) or broader (0.5), nothing where absent */
  maxLoss: z.number().min(0).max(1).optional(),
});
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

export const Gap = z.object({
  aspect: z.enum(['protocol', 'format', 'semantics', 'unit', 'time', 'space', 'quality', 'policy']),
  bridgeable: z.boolean(),
  how: z.string(),
});
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

/** How much each part of the score counts; they add up to 1. */
export const ScoreWeights = ScoreParts.strict().refine((weights) => {
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  return Math.abs(sum - 1) < 1e-9 && Object.values(weights).every((weight) => weight >= 0);
}, 'six weights, none below 0, that add up to 1');

/** Why a part of the score is what it is, for people. */
export const Evidence = z.object({ part: z.string(), why: z.string() });
export type Evidence = z.infer<typeof Evidence>;

export const Candidate = z.object({
  feature: Feature,
  twin: RegisteredTwin,
  registryId: TwinId,
  /** the search that found it, as the registry names it */
  queryId: z.string().optional(),
  discoveredAt: Instant,
  federationId: FederationId.optional(),
  score: z.number(),
  scoreParts: ScoreParts,
  evidence: z.array(Evidence),
  gaps: z.array(Gap),
  state: CandidateState.brand<'entered'>(),
});
export type Candidate = z.infer<typeof Candidate>;

/** What a federation keeps of a feature that was found: who offers it, how well it fits, and what became of it. */
export const KeptCandidate = z.object({
  featureId: FeatureId,
  twinId: TwinId,
  queryId: Candidate.shape.queryId,
  score: z.number(),
  state: CandidateState.brand<'entered'>(),
});
export type KeptCandidate = z.infer<typeof KeptCandidate>;
