/**
 * DiscoveryQuery: what is asked of a registry (6.7 of the model): meaning, purpose, place, time, quality, bridgeability, and a page; and what it means.
 */
import { z } from 'zod';
import { relationOf } from '../../federation/forming/meaning.ts';
import { TermId, TwinId } from '../../ground/id.ts';
import { openObject } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { type Geometry, Position, ToldGeometry } from '../../ground/place/place.ts';
import { intersects, within as liesWithin, metresApart } from '../../ground/place/relations.ts';
import { problem, shorten } from '../../ground/problem.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import { type DigitalTwin, Period, periodsMeet } from '../../twin/digital-twin.ts';
import { type FeatureInformation, OfferDirection } from '../../twin/feature-information.ts';
import type { Vocabulary } from '../../twin/semantic-dictionary.ts';
import { AttributePath, Condition, holds, isBounded } from './condition.ts';

export const Expansion = z.enum(['synonyms', 'narrower', 'close', 'broader']);
export type Expansion = z.infer<typeof Expansion>;

/** Protocols and formats that the asker speaks; with `allowAdaptation`, also what an adaptor of the registry makes of them. */
export const Bridgeable = openObject({
  protocols: z.array(z.string()).max(limits.needsMax),
  formats: z.array(z.string()).max(limits.needsMax),
  allowAdaptation: z.boolean().default(false),
});
export type Bridgeable = z.infer<typeof Bridgeable>;

/** How a query went from registry to registry: those that it came through, and how many more may be asked. */
export const Forwarding = openObject({
  path: z.array(TwinId).max(limits.registryHopsMax + 1),
  hops: z.int().min(0).max(limits.registryHopsMax),
  onBehalfOf: z.string().optional(),
});
export type Forwarding = z.infer<typeof Forwarding>;

/** The forms in which a query may be written. */
export const queryForms = ['discovery/1'] as const;

/** A query in another form is refused as that, whatever it says. */
export const checkQueryForm = ({ queryForm }: { readonly queryForm?: unknown }): Result<true> =>
  queryForm === undefined || queryForms.some((form) => form === queryForm)
    ? ok(true)
    : fail(problem('unsupportedQueryForm', { found: shorten(queryForm), accepted: queryForms.join(', ') }));

export const DiscoveryQuery = openObject({
  queryForm: z.enum(queryForms).optional(),
  /** kinds wanted; a registered kind fits where it is one of these, or what `expand` says: a synonym, a narrower term, one that is close, a broader term; the first two where absent */
  kinds: z.array(TermId).max(limits.needsMax).optional(),
  expand: z.array(Expansion).optional(),
  /** of features: those that are offered, or those that are sought; what is offered where absent */
  direction: OfferDirection.optional(),
  domain: TermId.optional(),
  purpose: TermId.optional(),
  /** coverage must lie wholly within it: whoever names no coverage does not */
  within: ToldGeometry.optional(),
  /** coverage must have something in common with it, were it a point */
  touches: ToldGeometry.optional(),
  /** coverage must come as near as `radius`, in metres */
  near: openObject({ type: z.literal('Point'), coordinates: Position, radius: z.number().min(0) }).optional(),
  /** it must be usable at some time within */
  during: Period.optional(),
  where: Condition.refine(isBounded, `at most ${limits.filterDepthMax} deep and ${limits.filterNodesMax} parts in all`).optional(),
  bridgeable: Bridgeable.optional(),
  /** by an attribute, then by id; by id alone where absent */
  sort: openObject({ path: AttributePath, descending: z.boolean().default(false) }).optional(),
  limit: z.int().min(1).max(limits.discoverPageMax).default(limits.discoverPageDefault),
  cursor: z
    .string()
    .max(limits.keyCharactersMax + limits.idCharactersMax + 2)
    .optional(),
  /** the search that `cursor` goes on with */
  queryId: z.string().max(limits.idCharactersMax).optional(),
  forwarding: Forwarding.optional(),
  /** of each entry nothing but these attributes, by their paths; entries are whole where absent */
  fields: z.array(AttributePath).min(1).max(limits.discoveryFieldsMax).optional(),
});
export type DiscoveryQuery = z.infer<typeof DiscoveryQuery>;

/** What one end speaks, and what an adaptor turns into what. */
export type Spoken = { readonly protocol: string; readonly format: string };
export type Bridges = (from: Spoken, to: Spoken) => boolean;

export type Sight = { readonly vocabulary: Vocabulary; readonly bridges: Bridges };

const isSynonym = (kind: string, wanted: string, vocabulary: Vocabulary): boolean =>
  (vocabulary.term(kind)?.sameAs ?? []).includes(wanted as TermId) || (vocabulary.term(wanted)?.sameAs ?? []).includes(kind as TermId); // branding: compared as texts only

/** Up the wider terms of `kind`, each once. */
const isNarrower = (kind: string, wanted: string, vocabulary: Vocabulary): boolean => {
  const seen = new Set([kind]);
  for (const term of seen) for (const wider of vocabulary.term(term)?.broader ?? []) seen.add(wider);
  return seen.has(wanted);
};

/** Whether a kind is one that is wanted, as far as the query lets its meaning reach. */
const meansOne = (
  kind: TermId,
  wanted: TermId,
  { expand = ['synonyms', 'narrower'], vocabulary }: Pick<DiscoveryQuery, 'expand'> & Pick<Sight, 'vocabulary'>,
): boolean => {
  if (kind === wanted) return true;
  const [synonyms, narrower] = [expand.includes('synonyms'), expand.includes('narrower')];
  if (synonyms && narrower && vocabulary.isA(kind, wanted)) return true;
  if ((synonyms && isSynonym(kind, wanted, vocabulary)) || (narrower && isNarrower(kind, wanted, vocabulary))) return true;
  const relation = relationOf(kind, wanted, vocabulary);
  return (relation === 'close' || relation === 'broader') && expand.includes(relation);
};

const isPlaced = (coverage: Geometry | undefined, { within, touches, near }: DiscoveryQuery): boolean => {
  if (coverage === undefined) return within === undefined;
  if (within !== undefined && !liesWithin(coverage, within)) return false;
  if (touches !== undefined && !intersects(coverage, touches)) return false;
  return near === undefined || metresApart(coverage, { type: 'Point', coordinates: near.coordinates }) <= near.radius;
};

const speaksWith = (bindings: readonly Spoken[], wanted: Bridgeable, bridges: Bridges): boolean => {
  const mine = wanted.protocols.flatMap((protocol) => wanted.formats.map((format): Spoken => ({ protocol, format })));
  const direct = bindings.some(({ protocol, format }) => wanted.protocols.includes(protocol) && wanted.formats.includes(format));
  return direct || (wanted.allowAdaptation && bindings.some((binding) => mine.some((own) => bridges(own, binding))));
};

const isFor = (purpose: TermId | undefined, allowed: readonly TermId[] | undefined, vocabulary: Vocabulary): boolean =>
  purpose === undefined || allowed === undefined || allowed.some((one) => vocabulary.isA(purpose, one));

/** Whether a registered feature is one that is asked for. Meaning, place, time, terms of use and bindings all must fit. */
export const featureFits = (query: DiscoveryQuery, feature: FeatureInformation, { vocabulary, bridges }: Sight): boolean =>
  feature.direction === (query.direction ?? 'provides') &&
  (query.kinds === undefined || query.kinds.some((kind) => meansOne(feature.semanticType, kind, { ...query, vocabulary }))) &&
  isFor(query.purpose, feature.policy.purposes, vocabulary) &&
  isPlaced(feature.coverage.space, query) &&
  (query.during === undefined || feature.coverage.time === undefined || periodsMeet(feature.coverage.time, query.during)) &&
  (query.bridgeable === undefined || speaksWith(feature.bindings, query.bridgeable, bridges)) &&
  (query.where === undefined || holds(query.where, feature, vocabulary));

/** Whether a registered twin is one that is asked for; `kinds` are those of the features that the asker may see of it. */
export const twinFits = (query: DiscoveryQuery, twin: DigitalTwin, { vocabulary, bridges, kinds }: Sight & { readonly kinds: readonly TermId[] }): boolean =>
  (query.domain === undefined || vocabulary.isA(twin.domain, query.domain)) &&
  isPlaced(twin.coverage, query) &&
  (query.kinds === undefined || query.kinds.some((wanted) => kinds.some((kind) => meansOne(kind, wanted, { ...query, vocabulary })))) &&
  (query.during === undefined || twin.schedule === undefined || twin.schedule.some((open) => query.during !== undefined && periodsMeet(open, query.during))) &&
  (query.bridgeable === undefined || speaksWith(twin.endpoints, query.bridgeable, bridges)) &&
  (query.where === undefined || holds(query.where, twin, vocabulary));
