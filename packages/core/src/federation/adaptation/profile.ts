/**
 * AdaptationProfile: the rules by which an adaptor converts what one member says into what its partner understands, and what is lost by it (Y.4489 9.2; our design).
 */
import { z } from 'zod';
import { ConnectionId, FeatureId, ProfileId, TermId, TwinId } from '../../ground/id.ts';
import { Json, openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { JsonSchema } from '../../twin/feature-information.ts';
import { PublicKeys } from '../../twin/public-key.ts';
import { MappingRelation } from '../../twin/term-mapping.ts';

/** Which kinds of conversion a connection needs, in the order in which they are done. */
export const AdaptationStep = z.enum(['protocol', 'format', 'semantic']);
export type AdaptationStep = z.infer<typeof AdaptationStep>;

/** Where a rule puts what it converts: a part of the twin, or a property by its term. */
export const twinParts = ['key', 'name', 'observedAt', 'place'] as const;

export const AdaptationRule = openObject({
  /** the member of the owner's record; of a place, its geometry */
  from: z.string().max(limits.termCharactersMax),
  to: z.union([z.enum(twinParts), TermId]),
  op: z.enum(['copy', 'rename', 'unit', 'code', 'crs', 'time']),
  /** what the member means at its owner */
  term: TermId.optional(),
  /** how the two terms relate: anything but exact is a loss */
  relation: MappingRelation.default('exact'),
  /** wanted = found * factor + offset */
  factor: z.number().optional(),
  offset: z.number().optional(),
  fromUnit: z.string().optional(),
  toUnit: z.string().optional(),
  codes: z.record(z.string(), Json).optional(),
  fromCrs: z.string().optional(),
  toCrs: z.string().optional(),
  /** IANA name of the zone of local times */
  timeZone: z.string().optional(),
});
export type AdaptationRule = z.infer<typeof AdaptationRule>;

/** One feature of the owner, converted: records into twins, or what goes into a function and what comes out. */
export const FeatureAdaptation = openObject({
  featureId: FeatureId,
  /** the name under which its twins are kept: the second part of their ids */
  source: z.string().max(limits.keyCharactersMax),
  format: z.string(),
  kind: openObject({ from: TermId, to: TermId, relation: MappingRelation }),
  rules: z.array(AdaptationRule).max(limits.adaptationRulesMax),
  /** of a function: `from` its own inputs, `to` the terms by which the consumer gives them; `rules` are those of its outputs */
  inputs: z.array(AdaptationRule).max(limits.adaptationRulesMax).optional(),
});
export type FeatureAdaptation = z.infer<typeof FeatureAdaptation>;

/** A property that comes over as something that is not quite the same. */
export const Loss = openObject({ from: TermId, to: TermId, why: z.string() });
export type Loss = z.infer<typeof Loss>;

/** What a conversion keeps and what it loses, for people and for whoever decides. */
export const AdaptationReport = openObject({
  /** share of the owner's properties that come over, 0 to 1 */
  coverage: z.number().min(0).max(1),
  /** 0 where every property comes over as exactly what it is, 1 where none does */
  expectedLoss: z.number().min(0).max(1),
  /** conversions that lose nothing, for people: `energy:power kW to city:power W` */
  exact: z.array(z.string()),
  lossy: z.array(Loss),
  unmapped: z.array(openObject({ term: TermId, why: z.string() })),
});
export type AdaptationReport = z.infer<typeof AdaptationReport>;

export const AdaptationProfile = openObject({
  connectionId: ConnectionId,
  steps: z.array(AdaptationStep),
  features: z.array(FeatureAdaptation).max(limits.needsMax),
  report: AdaptationReport,
});
export type AdaptationProfile = z.infer<typeof AdaptationProfile>;

/** The bridge of a connection, as both of its ends know it. */
export const Bridge = openObject({
  adaptorId: TwinId,
  /** where messages to the other end are sent */
  address: z.url(),
  keys: PublicKeys,
  profileId: ProfileId,
  steps: z.array(AdaptationStep).min(1),
  /** what the features are once converted */
  features: z.array(
    openObject({
      featureId: FeatureId,
      kind: TermId,
      terms: z.array(TermId),
      /** of a function: JSON Schema of what goes in and what comes out */
      inputs: JsonSchema.optional(),
      outputs: JsonSchema.optional(),
    }),
  ),
  report: AdaptationReport,
});
export type Bridge = z.infer<typeof Bridge>;

const isTerm = (to: AdaptationRule['to']): to is TermId => !twinParts.some((part) => part === to);

export const termsOfRules = (rules: readonly AdaptationRule[]): readonly TermId[] => [...new Set(rules.map(({ to }) => to).filter(isTerm))];
