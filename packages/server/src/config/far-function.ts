/**
 * Far function: something that a system of the agency computes or moves where it is, as an operator writes it: how it is called, what its inputs and outputs mean.
 * An adaptor converts them.
 */
import { DictionaryId, FormMember, FunctionEffect, type FunctionForm, LanguageMap, limits, TermId } from '@cityweave/core';
import { z } from 'zod';

const members = z.array(FormMember.strict()).max(limits.adaptationRulesMax).default([]);

const Shared = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower case letters, digits and hyphens'),
  title: LanguageMap.optional(),
  kind: TermId,
  /** whose words kind and members are */
  dictionary: DictionaryId,
  /** what others may give and are told; nothing else goes in or comes out */
  inputs: members,
  outputs: members,
});

/** A process of OGC API - Processes, by its own address, as `https://host/processes/flood`. */
const OgcProcess = Shared.extend({
  protocol: z.literal('ogc-api-processes'),
  address: z.url(),
  effect: FunctionEffect.default('simulation'),
  /** how often a job in the background is asked after, in milliseconds */
  lookMs: z.int().min(50).max(60_000).default(500),
});
export type OgcProcess = z.infer<typeof OgcProcess>;

/** Attributes of an entity of NGSI-LD that are set: the entities' own address, as `https://host/ngsi-ld/v1/entities`. */
const NgsiCommand = Shared.extend({
  protocol: z.literal('ngsi-ld'),
  address: z.url(),
  effect: z.literal('actuation').default('actuation'),
  /** the input that names the entity: its own id, or that of the agency's twin of it */
  entity: z.string().min(1),
  /** only entities of this type */
  type: z.string().min(1),
  /** least and most of an input, in the entity's own unit */
  ranges: z.record(z.string(), z.tuple([z.number(), z.number()])).default({}),
  /** the @context in which types and members are named, where that is not the core's */
  context: z.url().optional(),
});
export type NgsiCommand = z.infer<typeof NgsiCommand>;

export const FarFunction = z.discriminatedUnion('protocol', [OgcProcess, NgsiCommand]);
export type FarFunction = z.infer<typeof FarFunction>;

const formats = { 'ogc-api-processes': 'application/json;profile=ogc-api-processes', 'ngsi-ld': 'application/ld+json' } as const;

/** What its owner registers of it. */
export const functionFormOf = ({ protocol, dictionary, inputs, outputs }: FarFunction): FunctionForm => ({
  format: formats[protocol],
  dictionary,
  inputs,
  outputs,
});
