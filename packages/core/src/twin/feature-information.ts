/**
 * FeatureInformation: one kind of twin, or a function, that an agency offers, with its terms, area, quality and how to use it (Y.4489 10.3.3).
 */
import { z } from 'zod';
import { DictionaryId, FeatureId, TermId, TwinId } from '../ground/id.ts';
import { msOfDuration } from '../ground/instant.ts';
import { Json, openObject } from '../ground/json.ts';
import { LanguageMap } from '../ground/language.ts';
import { limits } from '../ground/limits.ts';
import { ToldGeometry } from '../ground/place/place.ts';
import { Endpoint, Period, Visibility } from './digital-twin.ts';
import { Quality } from './value.ts';

export const Duration = z.string().refine((text) => msOfDuration(text) !== undefined, 'an ISO 8601 duration of days, hours, minutes and seconds, as PT1M');

/** As it was measured, worked on, put into a model, or what a model gave. */
export const ProcessingStage = z.enum(['raw', 'transformed', 'modelInput', 'modelOutput']);
export type ProcessingStage = z.infer<typeof ProcessingStage>;

export const OfferedTerm = openObject({ term: TermId, unit: z.string().optional() });
export type OfferedTerm = z.infer<typeof OfferedTerm>;

/** none: nothing changes; simulation: something is tried out; actuation: something in the city moves. */
export const FunctionEffect = z.enum(['none', 'simulation', 'actuation']);
export type FunctionEffect = z.infer<typeof FunctionEffect>;

export const FunctionMode = z.enum(['sync', 'async']);
export type FunctionMode = z.infer<typeof FunctionMode>;

export const JsonSchema = z.record(z.string(), z.json());
export type JsonSchema = z.infer<typeof JsonSchema>;

/** A property in the owner's own records, or an input or output of its own function: under which name, what it means, in which unit. */
export const FormMember = openObject({
  member: z.string().min(1).max(limits.termCharactersMax),
  term: TermId,
  unit: z.string().optional(),
  codes: z.record(z.string(), Json).optional(),
});
export type FormMember = z.infer<typeof FormMember>;

/** Formats of data other than the exchange's own that a member may answer in. */
export const FarFormat = z.enum(['application/geo+json', 'application/ld+json']);
export type FarFormat = z.infer<typeof FarFormat>;

/** How a function is called that is not called in the exchange's own form: a process of OGC API - Processes, or attributes of an entity of NGSI-LD that are set. */
export const FunctionFormat = z.enum(['application/json;profile=ogc-api-processes', 'application/ld+json']);
export type FunctionFormat = z.infer<typeof FunctionFormat>;

/** A function in the owner's own words: an adaptor converts what goes in and what comes out by this. */
export const FunctionForm = openObject({
  format: FunctionFormat,
  /** whose words `inputs` and `outputs` are explained in */
  dictionary: DictionaryId,
  inputs: z.array(FormMember).max(limits.adaptationRulesMax),
  outputs: z.array(FormMember).max(limits.adaptationRulesMax),
});
export type FunctionForm = z.infer<typeof FunctionForm>;

export const FunctionInformation = openObject({
  /** JSON Schema of the inputs and of the outputs */
  inputs: JsonSchema,
  outputs: JsonSchema,
  modes: z.array(FunctionMode).min(1),
  effect: FunctionEffect,
  /** how it is computed, for people */
  method: z.string().optional(),
  /** JSON Schema of what its model was set up with, for people; an invocation gives inputs alone */
  parameters: JsonSchema.optional(),
  expectedDuration: Duration.optional(),
  /** absent where it is called in the exchange's own form */
  form: FunctionForm.optional(),
});
export type FunctionInformation = z.infer<typeof FunctionInformation>;

/** How the owner has its data where it does not answer in the exchange's own form: an adaptor converts them by this. */
export const FarForm = openObject({
  /** GeoJSON features, or entities of NGSI-LD */
  format: FarFormat,
  /** whose words `members` are explained in */
  dictionary: DictionaryId,
  /** under which name its twins are kept: the second part of their ids */
  source: z.string().min(1).max(limits.keyCharactersMax),
  /** members that tell records apart, name them and say when they were true; `id` is the record's own */
  key: z.string().min(1),
  name: z.string().optional(),
  observedAt: z.string().optional(),
  /** of its coordinates; CRS84 where absent */
  crs: z.string().optional(),
  /** IANA name of the zone of times without offset */
  timeZone: z.string().optional(),
  members: z.array(FormMember).max(limits.adaptationRulesMax),
});
export type FarForm = z.infer<typeof FarForm>;

/** Whether a feature is offered or sought. */
export const OfferDirection = z.enum(['provides', 'requires']);
export type OfferDirection = z.infer<typeof OfferDirection>;

export const FeatureInformation = openObject({
  twinId: TwinId,
  name: LanguageMap,
  description: LanguageMap.optional(),
  featureType: z.enum(['data', 'function']),
  /** the kind of twin that is offered, or what the function computes */
  semanticType: TermId,
  /** offered, or sought by its twin: what is sought is never granted, and found only by who asks for it */
  direction: OfferDirection,
  data: openObject({
    /** JSON Schema of one twin of this kind: its terms as properties */
    schema: z.record(z.string(), z.json()),
    terms: z.array(OfferedTerm),
    /** how many there are now */
    count: z.int().min(0),
    stage: ProcessingStage,
    /** how often values are taken, and how far back they are kept: ISO 8601 durations */
    interval: Duration.optional(),
    history: Duration.optional(),
    /** absent where it answers in the exchange's own form */
    form: FarForm.optional(),
  }),
  /** of a function; `data` then describes what comes out */
  function: FunctionInformation.optional(),
  coverage: openObject({ space: ToldGeometry.optional(), time: Period.optional() }),
  quality: openObject({ ...Quality.shape, latency: Duration.optional() }).optional(),
  bindings: z.array(Endpoint).min(1),
  policy: openObject({
    purposes: z.array(TermId).optional(),
    /** twins, and groups that the registry keeps, for whom it is; others do not find it */
    audience: z.array(z.string()).optional(),
    attribution: z.array(z.string()).optional(),
    retention: Duration.optional(),
    redistribution: z.boolean().optional(),
    price: z.string().optional(),
    personalData: z.boolean().optional(),
  }),
  visibility: Visibility,
  status: z.enum(['active', 'paused', 'withdrawn']),
  version: z.string(),
});
export type FeatureInformation = z.infer<typeof FeatureInformation>;

export const Feature = openObject({ id: FeatureId, attributes: FeatureInformation });
export type Feature = z.infer<typeof Feature>;

/** The form of its own in which an owner has a feature; undefined where it has it in the exchange's. */
export const ownFormOf = ({
  attributes,
}: Pick<Feature, 'attributes'>): (Pick<FunctionForm, 'dictionary'> & { readonly format: FarFormat | FunctionFormat }) | undefined =>
  attributes.function?.form ?? attributes.data.form;
