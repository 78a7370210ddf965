/**
 * FeatureInformation: one kind of twin (or, later, a function) that an agency offers, with its terms, area, quality and how to use it (Y.4489 10.3.3).
 */
import { z } from 'zod';
import { FeatureId, TermId, TwinId } from '../ground/id.ts';
import { LanguageMap } from '../ground/language.ts';
import { Geometry } from '../ground/place.ts';
import { Endpoint, Visibility } from './digital-twin.ts';
import { Quality } from './value.ts';

export const OfferedTerm = z.object({ term: TermId, unit: z.string().optional() });
export type OfferedTerm = z.infer<typeof OfferedTerm>;

export const FeatureInformation = z.object({
  twinId: TwinId,
  name: LanguageMap,
  featureType: z.literal('data'),
  /** the kind of twin that is offered */
  semanticType: TermId,
  direction: z.literal('provides'),
  data: z.object({
    /** JSON Schema of one twin of this kind: its terms as properties */
    schema: z.record(z.string(), z.json()),
    terms: z.array(OfferedTerm),
    /** how many there are now */
    count: z.int().min(0),
    stage: z.enum(['raw', 'transformed', 'modelInput', 'modelOutput']),
  }),
  coverage: z.object({ space: Geometry.optional() }),
  quality: Quality.optional(),
  bindings: z.array(Endpoint).min(1),
  policy: z.object({ purposes: z.array(TermId).optional(), attribution: z.array(z.string()).optional() }),
  visibility: Visibility,
  status: z.enum(['active', 'paused', 'withdrawn']),
  version: z.string(),
});
export type FeatureInformation = z.infer<typeof FeatureInformation>;

export const Feature = z.object({ id: FeatureId, attributes: FeatureInformation });
export type Feature = z.infer<typeof Feature>;
