/**
 * The query between agencies: filter, terms, order, page and summary in one versioned JSON form, declared here once.
 * GraphQL filters are translated into it, stores answer it, T9 carries it. An operator that is not in this file is refused.
 */
import { z } from 'zod';
import { AgencyId, LinkId, ObjectOfInterestId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { Json, nestedDeeperThan } from '../ground/json.ts';
import { limits } from '../ground/limits.ts';
import { verticesOf } from '../ground/place/parts.ts';
import { Box, Geometry, SpatialRelation } from '../ground/place/place.ts';
import { type Problem, problem, problemOfIssues, shorten } from '../ground/problem.ts';
import { fail, ok, type Result } from '../ground/result.ts';
import { Direction, Link } from './link.ts';
import { Facet, Group } from './overview/group.ts';
import { HistoryQuery, Moment, SamplePage } from './past/history.ts';
import { Alignment, SlotValue } from './past/slots.ts';
import { Shape, Twin } from './twin.ts';

export const queryVersion = 1;

export const TestOperator = z.enum(['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'exists', 'contains', 'prefix', 'flagged']);
export type TestOperator = z.infer<typeof TestOperator>;

/** A test of one property. With a unit, values are converted before they are compared; a twin without the term fails all but `exists: false`. `flagged` asks how the value came about: by one of a list of flags. */
export const PropertyTest = z.object({ term: TermId, op: TestOperator, value: Json.optional(), unit: z.string().optional() });
export type PropertyTest = z.infer<typeof PropertyTest>;

/** SHA-256 of the canonical JSON of a geometry, in hexadecimal: names an area that was sent before. */
export const AreaDigest = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in hexadecimal');

/** An area and how a twin's place relates to it. Sent once with its geometry, afterwards by digest alone. */
export const AreaTest = z.object({
  relation: SpatialRelation,
  geometry: Geometry.optional(),
  digest: AreaDigest.optional(),
  /** for nearerThan, geodesic */
  metres: z.number().positive().optional(),
});
export type AreaTest = z.infer<typeof AreaTest>;

export type LinkTest = {
  readonly kind?: TermId | undefined;
  /** of any kind but this one */
  readonly except?: TermId | undefined;
  readonly direction: Direction;
  readonly to?: TwinFilter | undefined;
};

export type TwinFilter = {
  /** by any identifier the twin is known by: its id, an alternative one, its object of interest */
  readonly ids?: readonly string[] | undefined;
  readonly agencies?: readonly AgencyId[] | undefined;
  /** each includes its narrower terms */
  readonly kinds?: readonly TermId[] | undefined;
  /** every word appears in the name, an identifier or a text value */
  readonly text?: string | undefined;
  readonly box?: Box | undefined;
  /** all of them */
  readonly areas?: readonly AreaTest[] | undefined;
  /** all of them */
  readonly property?: readonly PropertyTest[] | undefined;
  /** all of them */
  readonly linked?: readonly LinkTest[] | undefined;
  readonly changedSince?: Instant | undefined;
  readonly all?: readonly TwinFilter[] | undefined;
  readonly any?: readonly TwinFilter[] | undefined;
  readonly not?: TwinFilter | undefined;
};

export const LinkTest: z.ZodType<LinkTest> = z.strictObject({
  kind: TermId.optional(),
  except: TermId.optional(),
  direction: Direction.default('out'),
  to: z.lazy(() => TwinFilter).optional(),
});

/** All members given must hold; an empty filter holds for every twin. */
export const TwinFilter: z.ZodType<TwinFilter> = z.strictObject({
  ids: z.array(z.string().max(limits.idCharactersMax)).max(limits.filterIdsMax).optional(),
  agencies: z.array(AgencyId).max(limits.membersMax).optional(),
  kinds: z.array(TermId).max(limits.filterKindsMax).optional(),
  text: z.string().max(limits.filterTextCharactersMax).optional(),
  box: Box.optional(),
  areas: z.array(AreaTest).max(limits.filterNodesMax).optional(),
  property: z.array(PropertyTest).max(limits.filterNodesMax).optional(),
  linked: z.array(LinkTest).max(limits.filterNodesMax).optional(),
  changedSince: Instant.optional(),
  all: z
    .array(z.lazy(() => TwinFilter))
    .max(limits.filterNodesMax)
    .optional(),
  any: z
    .array(z.lazy(() => TwinFilter))
    .max(limits.filterNodesMax)
    .optional(),
  not: z.lazy(() => TwinFilter).optional(),
});

/** Twins of one object: those with these ids, those that a sameAs link joins to them, those with these objects of interest. */
export const IdentityTest = z.object({
  ids: z.array(TwinId).max(limits.identityBatchMax),
  objects: z.array(ObjectOfInterestId).max(limits.identityBatchMax),
});
export type IdentityTest = z.infer<typeof IdentityTest>;

export const OrderKey = z.enum(['id', 'name', 'kind', 'updatedAt']);
/**
 * Every order ends in the id by code point. `term` orders by that property's number or text; twins without it come last. `text` orders by how
 * well it names a twin (`relevanceOf`), best first.
 */
const OrderBy = z.union([OrderKey, z.strictObject({ term: TermId }), z.strictObject({ text: z.string().max(limits.filterTextCharactersMax) })]);
export const Order = z.object({ by: OrderBy, descending: z.boolean().default(false) });
export type Order = z.infer<typeof Order>;

/** The position after which a page begins: the order value and the id of the last twin seen. */
export const PageKey = z.object({ value: z.union([z.string(), z.number(), z.null()]), id: TwinId });
export type PageKey = z.infer<typeof PageKey>;

export const TwinQuery = z.strictObject({
  version: z.literal(queryVersion),
  filter: TwinFilter.optional(),
  /** asks for the representations of these objects, whatever the filter says of other members */
  identity: IdentityTest.optional(),
  /** the properties wanted; all where absent */
  terms: z.array(TermId).max(limits.filterKindsMax).optional(),
  order: Order.optional(),
  page: z.object({ first: z.int().min(0).max(limits.pageMax), after: PageKey.optional() }).optional(),
  /** counts the twins that match, by these facets */
  summary: z.array(Facet).max(3).optional(),
  /** links of the twins of the page to send along */
  links: z.object({ kinds: z.array(TermId).optional(), direction: Direction }).optional(),
  /** kinds, each with its narrower terms, whose twins come with the surfaces of their finest shape */
  shapes: z.array(TermId).max(limits.filterKindsMax).optional(),
  /** the twins come without their footprints, which may be most of what there is to say */
  footprints: z.literal(false).optional(),
  /** asks for the number of all that match, beside the page */
  count: z.boolean().optional(),
  /** asks for the twins as they were, those that matched then, with the links that there were */
  at: Moment.optional(),
  /** a part of the history of each twin of the page, which is of `historyTwinsMax` at most */
  history: HistoryQuery.optional(),
  /** the series of the history in a grid of slots, from its `from` to its `to` */
  align: Alignment.optional(),
});
export type TwinQuery = z.infer<typeof TwinQuery>;

/** A row of an answer: the twin, the twins of others that it is said to be the same as, and, where it was asked for and fits, its finest shape. */
export const TwinRow = z.object({
  twin: Twin,
  sameAs: z.array(TwinId).optional(),
  links: z.array(Link).optional(),
  /** it has more links of those asked for than are told */
  linksBeyond: z.literal(true).optional(),
  shape: Shape.optional(),
  history: SamplePage.optional(),
  slots: z.array(SlotValue).max(limits.slotsMax).optional(),
  /** the period has more slots than are told */
  slotsBeyond: z.literal(true).optional(),
});
export type TwinRow = z.infer<typeof TwinRow>;

/** One member's part of an answer. */
export const TwinPage = z.object({
  version: z.literal(queryVersion),
  rows: z.array(TwinRow),
  /** where the next page begins; absent where this was the last */
  next: PageKey.optional(),
  /** the member's change sequence at the time of the answer */
  seq: z.int().min(0),
  count: z.int().min(0).optional(),
  groups: z.array(Group).optional(),
  /** how many of this member's twins take part in a sameAs link or name an object of interest; 0 lets the asker skip a question */
  identities: z.int().min(0),
  /** how many of them take part in a sameAs link; 0 lets the asker skip a question about ids. Absent: not told */
  linked: z.int().min(0).optional(),
});
export type TwinPage = z.infer<typeof TwinPage>;

/** One change of the log of a store. */
export const Change = z.object({
  seq: z.int().min(1),
  id: TwinId,
  op: z.enum(['put', 'delete', 'link', 'unlink']),
  at: Instant,
  link: LinkId.optional(),
  /** of a twin that is gone, or of another kind since: what it was, as nothing else tells it any more */
  kind: TermId.optional(),
});
export type Change = z.infer<typeof Change>;

/** Whether a change is of a twin of these kinds: of the kind that it has `now`, or had until then. What nobody knows the kind of any more may be of any. */
export const isOfKinds = ({ op, kind: then }: Change, now: TermId | undefined, kinds: ReadonlySet<TermId>): boolean => {
  const known = (op === 'put' ? [then, now] : [then ?? now]).filter((kind) => kind !== undefined);
  return known.length === 0 || known.some((kind) => kinds.has(kind));
};

type Size = { nodes: number; depth: number; vertices: number };

const measure = (filter: TwinFilter, depth: number, size: Size): void => {
  size.nodes += 1;
  size.depth = Math.max(size.depth, depth);
  for (const { geometry } of filter.areas ?? []) size.vertices += geometry ? verticesOf(geometry) : 0;
  if (size.depth > limits.filterDepthMax || size.nodes > limits.filterNodesMax) return;
  const inner = [...(filter.all ?? []), ...(filter.any ?? []), ...(filter.not ? [filter.not] : []), ...(filter.linked ?? []).flatMap(({ to }) => to ?? [])];
  for (const part of inner) measure(part, depth + 1, size);
};

/** Refuses a filter nested deeper, made of more parts or with larger areas than allowed. */
export const checkFilterSize = (filter: TwinFilter): Result<TwinFilter, Problem> => {
  const size: Size = { nodes: 0, depth: 0, vertices: 0 };
  measure(filter, 1, size);
  if (size.depth > limits.filterDepthMax) return fail(problem('badQuery', { subject: 'depth of the filter', limit: limits.filterDepthMax }));
  if (size.nodes > limits.filterNodesMax) return fail(problem('badQuery', { subject: 'parts of the filter', limit: limits.filterNodesMax }));
  if (size.vertices > limits.areaVerticesMax) return fail(problem('badQuery', { subject: 'vertices of the areas', limit: limits.areaVerticesMax }));
  return ok(filter);
};

/** History is told of few twins, and in slots of one series alone. */
export const checkPast = (query: TwinQuery): Result<TwinQuery, Problem> => {
  const { history, page } = query;
  const twins = page?.first ?? limits.pageDefault;
  if (history && twins > limits.historyTwinsMax)
    return fail(
      problem('badQuery', {
        subject: 'history',
        found: `a page of ${twins}`,
        accepted: `a page of ${limits.historyTwinsMax} twins`,
        limit: limits.historyTwinsMax,
      }),
    );
  if (query.align && !(history?.series && history.from && history.to))
    return fail(problem('badQuery', { subject: 'align', accepted: 'a history of one series, from and to' }));
  return ok(query);
};

/** A version that this node does not know is refused before anything else is looked at, naming what it knows. */
export const checkQueryVersion = (raw: unknown): Result<true, Problem> => {
  const version = typeof raw === 'object' && raw !== null && 'version' in raw ? raw.version : undefined;
  if (version === queryVersion) return ok(true);
  return fail(problem('unsupportedVersion', { subject: 'query', found: shorten(version), accepted: `version ${queryVersion}` }));
};

/** More than a filter within a filter and the geometry in the innermost one take. */
const jsonLevelsPerFilter = 8;

/** A query from the wire. A version or an operator that this node does not know is refused, naming what it knows. */
export const parseQuery = (raw: unknown): Result<TwinQuery, Problem> => {
  const versioned = checkQueryVersion(raw);
  if (!versioned.ok) return versioned;
  if (nestedDeeperThan(raw, jsonLevelsPerFilter * limits.filterDepthMax))
    return fail(problem('badQuery', { subject: 'depth of the filter', limit: limits.filterDepthMax }));
  const parsed = TwinQuery.safeParse(raw);
  if (!parsed.success) return fail(problemOfIssues('badQuery', parsed.error, { where: `query version ${queryVersion}` }));
  const sized = checkFilterSize(parsed.data.filter ?? {});
  return sized.ok ? checkPast(parsed.data) : sized;
};
