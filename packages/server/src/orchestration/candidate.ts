/**
 * Candidate feature information (CFIM-FE, Y.4489 10.3.4): asks the registry in two steps, keeps and ranks what it finds.
 */
import {
  type Candidate,
  Expansion,
  type Feature,
  type FederationId,
  fail,
  type Geometry,
  limits,
  type Need,
  ok,
  ownFormOf,
  type Period,
  type Problem,
  problem,
  type RegisteredTwin,
  type Result,
  rankCandidates,
  type TermId,
  type TwinId,
  type TwinStatus,
  wholeOf,
} from '@cityweave/core';
import type { Peer } from '../exchange/peer.ts';
import { type FoundAdaptor, tryAdaptations } from './bridging/trying.ts';
import { trustIn } from './partner-trust.ts';
import type { Room } from './room.ts';

export type Wanted = {
  readonly needs: readonly Need[];
  readonly purpose?: TermId | undefined;
  readonly area?: Geometry | undefined;
  /** among twins of these types; of all where absent */
  readonly twinTypes?: readonly TermId[] | undefined;
  /** when: from now on where absent */
  readonly period?: Period | undefined;
  readonly federationId?: FederationId | undefined;
};

/** Where a search goes on: behind which entry, and as which search. */
type Place = { readonly next: string | null; readonly queryId?: string | undefined };
type Page<T> = { readonly found: readonly T[]; readonly place: Place };

const smallerBy = 4;

type Walking<T> = { readonly registry: Peer; readonly most: number; readonly ask: (place: Place, limit: number) => Promise<Result<Page<T>>> };

const stuck = ({ registry }: Pick<Walking<unknown>, 'registry'>, found: string): Problem =>
  problem('malformed', { subject: `page of ${registry.id}`, found, accepted: 'entries on every page but the last, and a place further on behind it' });

/** Page by page, each of which leads on; a registry whose page does not fit into a message is asked for smaller ones. */
const walk = async <T>({ registry, most, ask }: Walking<T>): Promise<Result<readonly T[]>> => {
  const found: T[] = [];
  let [place, limit, isOpen]: [Place, number, boolean] = [{ next: null }, limits.discoverPageMax, true];
  while (isOpen && found.length < most) {
    const page = await ask(place, limit);
    if (page.ok) {
      const { next } = page.value.place;
      if (next !== null && page.value.found.length === 0) return fail(stuck({ registry }, 'a page of no entry that goes on'));
      if (next !== null && next === place.next) return fail(stuck({ registry }, 'a page that goes on where it began'));
      found.push(...page.value.found);
      place = page.value.place;
      isOpen = next !== null;
    } else if (page.problem.kind === 'tooLarge' && limit > 1) limit = Math.max(1, Math.floor(limit / smallerBy));
    else return page;
  }
  return ok(found);
};

const queryOf = ({ needs, purpose, area, period }: Wanted, { next, queryId }: Place) => ({
  kinds: needs.map(({ kind }) => kind),
  // what may be lost of a need may be lost by another kind as well
  ...(needs.some(({ maxLoss = 0 }) => maxLoss > 0) && { expand: [...Expansion.options] }),
  ...(purpose && { purpose }),
  ...(area && { touches: area }),
  ...(period && { during: period }),
  ...(next !== null && { cursor: next, queryId }),
});

/** The service of a purpose begins with the types of twins that fit it. */
const ofTypes = ({ twinTypes }: Wanted) => (twinTypes ? { where: { any: twinTypes.map((value) => ({ path: 'twinType', op: 'isA' as const, value })) } } : {});

/** First step: the twins that fit. */
const discoverTwins = (room: Room, registry: Peer, wanted: Wanted): Promise<Result<readonly RegisteredTwin[]>> =>
  walk({
    ...{ registry, most: limits.membersMax },
    ask: async (place, limit) => {
      const parameters = { ...queryOf(wanted, place), ...ofTypes(wanted), limit };
      const asked = await room.ask(registry, 'registry.discover.digitalTwin', { parameters, objects: [] }, { signal: room.signal });
      if (!asked.ok) return asked;
      const found = wholeOf(asked.value.objects).map(({ id, revision = 0, attributes }) => ({ id, revision, attributes }));
      return ok({ found, place: asked.value.parameters });
    },
  });

type FoundFeature = Pick<Candidate, 'feature' | 'queryId'>;
type FeaturesIn = { readonly wanted: Wanted; readonly twins: readonly TwinId[] };

/** Second step: their features. */
const discoverFeatures = (room: Room, registry: Peer, { wanted, twins }: FeaturesIn): Promise<Result<readonly FoundFeature[]>> =>
  walk({
    ...{ registry, most: limits.candidatesMax },
    ask: async (place, limit) => {
      const parameters = { ...queryOf(wanted, place), twins: [...twins], limit };
      const asked = await room.ask(registry, 'registry.discover.feature', { parameters, objects: [] }, { signal: room.signal });
      if (!asked.ok) return asked;
      const { queryId } = asked.value.parameters;
      const found = wholeOf(asked.value.objects).map(({ id, attributes }) => ({ feature: { id, attributes }, queryId }));
      return ok({ found, place: asked.value.parameters });
    },
  });

/** Adaptors are only asked for where something is to be converted. */
const discoverAdaptors = async (room: Room, registry: Peer, found: readonly { readonly feature: Feature }[]): Promise<readonly FoundAdaptor[]> => {
  if (!found.some(({ feature }) => ownFormOf(feature))) return [];
  const asked = await room.ask(registry, 'registry.discover.communicationAdaptor', { parameters: {}, objects: [] }, { signal: room.signal });
  return asked.ok ? asked.value.objects.map(({ id, attributes }) => ({ id, attributes })) : [];
};

/** How those who were found say that they stand, as far as that is known. */
export type Standing = (ranked: readonly Candidate[]) => Promise<ReadonlyMap<TwinId, TwinStatus>>;

/** What the registry knows that fits a need, ranked, with what stands in the way of each. */
export const discoverCandidates = async (room: Room, asked: Wanted, standing: Standing = async () => new Map()): Promise<Result<readonly Candidate[]>> => {
  const now = room.deps.clock.now();
  const wanted: Wanted = { ...asked, period: asked.period ?? { from: now } };
  const registry = await room.registry();
  if (!registry) return fail(problem('unreachable', { subject: 'registry' }));
  const twins = await discoverTwins(room, registry, wanted);
  if (!twins.ok) return twins;
  if (twins.value.length === 0) return ok([]);
  const features = await discoverFeatures(room, registry, { wanted, twins: twins.value.map(({ id }) => id) });
  if (!features.ok) return features;
  const byId = new Map(twins.value.map((twin) => [twin.id, twin]));
  const found = features.value.flatMap(({ feature, queryId }) => {
    const twin = byId.get(feature.attributes.twinId);
    return twin ? [{ feature, queryId, twin, registryId: registry.id as TwinId }] : []; // branding: a registry is reached as the twin of its agency
  });
  const adaptors = await discoverAdaptors(room, registry, found);
  const tried = await tryAdaptations(
    room,
    found.map(({ feature }) => feature),
    adaptors,
  );
  const between = { adaptors: adaptors.map(({ attributes }) => attributes), tried };
  const own = { bindings: room.node.bindings, vocabulary: room.vocabulary(), now, trust: trustIn(room), weights: room.node.scoring };
  const ranking = { ...wanted, ...between, ...own };
  const ranked = rankCandidates(found, ranking);
  const status = await standing(ranked);
  return ok(status.size === 0 ? ranked : rankCandidates(found, { ...ranking, status: (twin) => status.get(twin) }));
};
