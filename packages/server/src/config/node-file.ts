/**
 * Node file: one agency as its operator writes it (YAML): identity, roles, sources, features offered, policy.
 */
import {
  AgencyId,
  Authority,
  Binding,
  Box,
  Duration,
  FederationId,
  Geometry,
  GroupId,
  Instant,
  isTimeZone,
  LanguageMap,
  limits,
  Period,
  ProcessingStage,
  PromisedLevel,
  Quality,
  ScoreWeights,
  SyncRules,
  scoreWeights,
  TermId,
  TwinId,
} from '@cityweave/core';
import { z } from 'zod';
import { Source } from '../import/source.ts';
import { BrokerRule } from './broker-rule.ts';
import { FarFunction } from './far-function.ts';
import { FarInterface } from './far-interface.ts';
import { StoreSettings } from './store-settings.ts';

export const Role = z.enum(['registry', 'twin', 'adaptor']);
export type Role = z.infer<typeof Role>;

/** Who may use what, for which purpose. The first rule that fits decides; where none fits the request is declined. */
const PolicyRule = z.strictObject({
  /** agencies; all where absent */
  agencies: z.array(AgencyId).optional(),
  /** purposes, each with its narrower terms; all where absent */
  purposes: z.array(TermId).optional(),
  /** kinds granted; all that are offered where absent */
  kinds: z.array(TermId).optional(),
  /** terms kept back even from these; narrower terms with them */
  withhold: z.array(TermId).default([]),
  /** reads outside this area are not answered */
  area: z.union([Box, Geometry]).optional(),
  decision: z.enum(['accept', 'decline', 'ask']).default('accept'),
  /** offered where no rate is asked for, and the most given to who insists; the same where absent */
  maxRatePerMinute: z.int().positive().optional(),
  mostRatePerMinute: z.int().positive().optional(),
  /** what was given must be deleted so long after the end, ISO 8601 */
  deleteAfter: z.string().optional(),
  /** the best that is promised of how soon, and for which share of the time, is answered */
  serviceLevel: PromisedLevel.optional(),
  /** functions that move something in the city may be invoked */
  actuation: z.boolean().default(false),
  /** what tells of persons may be given */
  personalData: z.boolean().default(false),
});

/** Partners for whom something is: twins by their ids, groups by the names under which the registry keeps them. */
const Audience = z.array(z.union([TwinId, GroupId]));

/** What is said of a kind that is offered; narrower kinds with it. */
const OfferRule = z.strictObject({
  kind: TermId,
  quality: Quality.pick({ accuracy: true, completeness: true, confidence: true }).optional(),
  /** how often values are taken, and how late they come: ISO 8601 durations */
  interval: Duration.optional(),
  latency: Duration.optional(),
  purposes: z.array(TermId).optional(),
  /** for whom it is; others do not find it */
  audience: Audience.optional(),
  /** as measured, or what a model takes or gives */
  stage: ProcessingStage.default('transformed'),
  /** it tells of persons: granted only by a rule that says so */
  personalData: z.boolean().default(false),
});
export type OfferRule = z.infer<typeof OfferRule>;

export const Policy = z.strictObject({
  rules: z.array(PolicyRule).default([]),
  visibility: z.enum(['public', 'federation', 'private']).default('federation'),
  /** of `federation`: to whom this agency is visible; to all partners where absent */
  audience: Audience.optional(),
});
export type Policy = z.infer<typeof Policy>;

export const Listen = z.strictObject({ host: z.string().default('127.0.0.1'), port: z.int().min(0).max(65_535).default(0) });

/** What a federation must bring together: a kind of twin, from whom, and whether it can do without. */
const NeedRule = z.strictObject({
  kind: TermId,
  agencies: z.array(AgencyId).optional(),
  optional: z.boolean().default(false),
  /** the best candidate is enough, the others take its place when it is lost; all who serve it where absent */
  one: z.boolean().optional(),
  /** properties without which it is of no use */
  terms: z.array(TermId).optional(),
  /** questions a minute asked for, and fewer than which are of no use */
  ratePerMinute: z.int().positive().optional(),
  minRatePerMinute: z.int().positive().optional(),
  /** what may be lost of it, 0 to 1: by an adaptor, and by a kind that is close to it (0.2) or broader (0.5) */
  maxLoss: z.number().min(0).max(1).optional(),
  /** how old values may be, ISO 8601, and how exact they must be, of one */
  maxAge: Duration.optional(),
  minAccuracy: z.number().min(0).max(1).optional(),
  /** how soon, and for which share of the time, its owner must answer */
  serviceLevel: PromisedLevel.optional(),
});

export const FederationRule = z.strictObject({
  id: FederationId,
  name: LanguageMap,
  description: LanguageMap.optional(),
  purpose: TermId,
  /** types of agency twins among which members are looked for; all where absent */
  twinTypes: z.array(TermId).optional(),
  initiator: Authority,
  needs: z.array(NeedRule).min(1),
  area: z.union([Box, Geometry]).optional(),
  /** after that it is over; until it is released where absent */
  validUntil: Instant.optional(),
  /** persons and organizations of others for whom its initiator asks */
  onBehalfOf: z.array(z.string()).optional(),
  /** who wins where several agencies give a value of the same term */
  authoritative: z.record(z.string(), AgencyId).default({}),
  /** differences up to this are no conflict, by term */
  tolerance: z.record(z.string(), z.number().min(0)).default({}),
  /** one grid of slots, one unit a term, and clocks that agree, for all of its members */
  sync: SyncRules.optional(),
});
export type FederationRule = z.infer<typeof FederationRule>;

export const NodeFile = z.strictObject({
  agency: Authority,
  name: LanguageMap,
  roles: z.array(Role).min(1).default(['twin']),
  /** city domain of the agency twin */
  domain: TermId.prefault('city:domain'),
  /** what the agency twin stands for */
  twinType: TermId.prefault('city:AgencyTwin'),
  contact: z.string().optional(),
  /** of the city, IANA name: its page tells times as the clocks there show them; as the reader's own does where absent */
  timeZone: z.string().refine(isTimeZone, 'the IANA name of a time zone, as Europe/Berlin').optional(),
  listen: Listen.prefault({}),
  /** over which its data are offered, and messages are said to others: of what both speak, the WebSocket. Known by HTTP every node is */
  bindings: z.array(Binding).min(1).default(['http', 'websocket']),
  /** address of the registry's node; absent where this node has that role */
  registry: z.strictObject({ address: z.url(), keyThumbprint: z.string().optional() }).optional(),
  /** of a registry: the registries that it asks for whoever asks it; each must name the other */
  peers: z
    .array(z.strictObject({ address: z.url(), keyThumbprint: z.string().optional() }))
    .max(limits.registryPeersMax)
    .default([]),
  /** of a registry: agencies under a name, so that an entry may be visible to them alone */
  groups: z.record(GroupId, z.array(Authority)).default({}),
  /** the area for which this agency can answer */
  coverage: z.union([Box, Geometry]).optional(),
  dictionaries: z.array(z.string()).default([]),
  sources: z.array(Source).default([]),
  /** systems that keep their data where they are: who asks for them needs an adaptor */
  interfaces: z.array(FarInterface).default([]),
  /** what such systems compute or move for others: who invokes them needs an adaptor */
  farFunctions: z.array(FarFunction).default([]),
  /** what this agency computes for others */
  functions: z.array(z.enum(['shortestRoute', 'exposure'])).default([]),
  policy: Policy.prefault({ rules: [{}] }),
  leaseSeconds: z.int().positive().optional(),
  /** what counts how much where candidates of its federations are ranked */
  scoring: ScoreWeights.default(scoreWeights),
  /** of a registry: a twin is taken in only once somebody answered at its address with its key */
  verifyEndpoints: z.boolean().default(false),
  /** when this agency answers no questions, so that its data can be worked on */
  maintenance: z.array(Period).max(limits.needsMax).default([]),
  /** what the agency says of what it offers, beside what its sources show */
  offers: z.array(OfferRule).default([]),
  store: StoreSettings.prefault({}),
  attribution: z.array(z.string()).default([]),
  /** federations that this node starts */
  federations: z.array(FederationRule).default([]),
});
export type NodeFile = z.infer<typeof NodeFile>;

/** City file: several agencies and the federations to form, run in one process, each with its own port and its own store. */
export const CityFile = z.strictObject({
  city: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: LanguageMap,
  /** the authority of the node with the registry role */
  registry: Authority,
  /** terms beside the built-in `city` vocabulary */
  dictionaries: z.array(z.string()).default([]),
  nodes: z.array(z.union([NodeFile, z.strictObject({ file: z.string() })])).min(1),
  /** systems of agencies that are run beside the nodes; an interface names one as `broker:ID/path` */
  brokers: z.array(BrokerRule).default([]),
  federations: z.array(FederationRule).default([]),
  /** defaults of the variables of saved questions */
  variables: z.record(z.string(), z.unknown()).default({}),
  attribution: z.array(z.string()).default([]),
});
export type CityFile = z.infer<typeof CityFile>;
