/**
 * Exchange data (T9), the member's side: answers a read within the agreement: granted kinds, area and terms, and nothing else.
 */
import {
  agencyOf,
  conjuncts,
  fail,
  type Geometry,
  type GrantedFeature,
  limits,
  mayShow,
  ok,
  problem,
  type QueryWithin,
  type Request,
  type Result,
  sameAs,
  type TermId,
  type Twin,
  type TwinFilter,
  type TwinId,
  type TwinPage,
  type TwinQuery,
  type TwinRow,
  type TwinsRead,
  toRefused,
  type UsableAgreement,
  type Withheld,
} from '@cityweave/core';
import { type Ending, endingSignal } from '../../deps.ts';
import type { AskedBy, Done } from '../../exchange/answer.ts';
import { agreementInForce, type Rates } from '../agreement-in-force.ts';
import { federations, memberships, type Room } from '../room.ts';
import { type Areas, withKnownAreas } from './sent-areas.ts';

/** What may be seen: everything of one's own, or what an agreement grants. */
type Sight = { readonly granted: readonly GrantedFeature[]; readonly area?: Geometry | undefined } | undefined;

const mentions = (filter: TwinFilter): readonly string[] => [
  ...(filter.property ?? []).map(({ term }) => term),
  ...[...(filter.all ?? []), ...(filter.any ?? []), ...(filter.not ? [filter.not] : []), ...(filter.linked ?? []).flatMap(({ to }) => to ?? [])].flatMap(
    mentions,
  ),
];

const grantOf = (sight: Sight, kind: TermId): GrantedFeature | undefined => sight?.granted.find((granted) => granted.kind === kind);

const withheldTerms = (room: Room, sight: Sight, terms: readonly string[]): readonly TermId[] =>
  sight === undefined ? [] : ([...new Set(sight.granted.flatMap((granted) => terms.filter((term) => !mayShow(term, granted, room.vocabulary()))))] as TermId[]); // branding: they come from filters and twins, whose terms are terms

/** A twin as the asker may see it: only the terms wanted, none that is withheld. */
const shown = ({ room, sight }: Pick<Reading, 'room' | 'sight'>, twin: Twin, terms: readonly string[] | undefined): Twin => {
  const granted = grantOf(sight, twin.kind);
  if (!terms && !(granted?.withheld ?? []).length) return twin;
  const visible = Object.entries(twin.values).filter(([term]) => (terms?.includes(term) ?? true) && (!granted || mayShow(term, granted, room.vocabulary())));
  return { ...twin, values: Object.fromEntries(visible) };
};

/** The filter within what is granted: its kinds narrowed, the granted area beside its own. */
const restrict = (filter: TwinFilter, sight: Sight): TwinFilter => {
  if (!sight) return filter;
  const granted = sight.granted.map(({ kind }) => kind);
  const kinds = filter.kinds ? granted.filter((kind) => filter.kinds?.includes(kind)) : granted;
  return { ...filter, kinds, ...(sight.area && { areas: [...(filter.areas ?? []), { relation: 'intersects', geometry: sight.area }] }) };
};

type Reading = { readonly room: Room; readonly sight: Sight; readonly signal: AbortSignal };

/** Own twins that represent the same objects: by id, by a sameAs link to one of the ids, by object of interest. */
const identityFilter = async ({ room, signal }: Reading, { ids, objects }: NonNullable<TwinQuery['identity']>): Promise<TwinFilter> => {
  const linked = ids.length > 0 && (await room.store.linkedTwins()) > 0;
  const links = linked ? await room.store.adjacent(ids, { kinds: [sameAs], direction: 'in', limit: limits.identityBatchMax * 4 }, { signal }) : [];
  const own = [...ids, ...links.map(({ from }) => from)].filter((id) => agencyOf(id) === room.self.agency);
  return { ids: [...new Set<string>([...own, ...objects])] };
};

const rowsOf = async ({ room, sight, signal }: Reading, twins: readonly Twin[], query: TwinQuery): Promise<readonly TwinRow[]> => {
  const ids = twins.map(({ id }) => id);
  const linked = ids.length > 0 && (await room.store.linkedTwins()) > 0;
  const same = linked ? await room.store.adjacent(ids, { kinds: [sameAs], direction: 'out', limit: ids.length * 8 }, { signal }) : [];
  const links = query.links
    ? await room.store.adjacent(ids, { kinds: query.links.kinds, direction: query.links.direction, limit: limits.linksPerTwinAnswerMax * 4 }, { signal })
    : [];
  const targets = new Map<TwinId, TwinId[]>();
  for (const { from, to } of same) targets.set(from, [...(targets.get(from) ?? []), to]);
  return twins.map((twin) => {
    const own = links.filter(({ from, to }) => from === twin.id || to === twin.id);
    const sames = targets.get(twin.id);
    return { twin: shown({ room, sight }, twin, query.terms), ...(sames && { sameAs: sames }), ...(query.links && { links: own }) };
  });
};

const wantsRows = ({ page, summary, count }: TwinQuery): boolean => page !== undefined || (summary === undefined && count === undefined);

/** The query answered from the own store, as far as one may see. */
export const readTwins = async (reading: Reading, query: TwinQuery): Promise<TwinPage> => {
  const { room, sight, signal } = reading;
  const asked = query.identity ? await identityFilter(reading, query.identity) : query.filter;
  const filter = restrict(asked ?? {}, sight);
  const first = query.page?.first ?? limits.pageDefault;
  const found = wantsRows(query)
    ? await room.store.find({ filter, order: query.order, first, after: query.page?.after }, { signal })
    : { twins: [], seq: (await room.store.health()).headSeq };
  const rows = await rowsOf(reading, found.twins, query);
  const count = query.count ? await room.store.count(filter, { signal }) : undefined;
  const groups = query.summary ? await room.store.summarise(filter, query.summary, { signal }) : undefined;
  const [identities, linked] = await Promise.all([room.store.identities(), room.store.linkedTwins()]);
  return {
    version: 1,
    rows: [...rows],
    ...('next' in found && found.next && { next: found.next }),
    seq: found.seq,
    identities,
    linked,
    ...(count !== undefined && { count }),
    ...(groups && { groups: [...groups] }),
  };
};

const emptyPage = (seq: number): TwinPage => ({ version: 1, rows: [], seq, identities: 0 });

/** Whether a fellow member asks: one federation that is formed, here or there started, has both. */
const isFellow = (room: Room, sender: string): boolean =>
  federations
    .all(room.records)
    .some(({ state, members }) => ['ACTIVE', 'DEGRADED'].includes(state) && members.some(({ twinId, formed }) => formed && twinId === sender)) ||
  memberships
    .all(room.records)
    .some(
      ({ formed, released, initiator, federation }) =>
        formed && !released && (initiator === sender || federation.members.some(({ twinId }) => twinId === sender)),
    );

const reply = (room: Room, [first, ...more]: readonly [TwinsRead, ...TwinsRead[]]): Done<'digitalTwin.read.exchangeData'> => {
  const named = (attributes: TwinsRead) => ({ kind: 'exchangeData' as const, id: `urn:uuid:${room.deps.ids.uuid()}`, attributes });
  return ok({ reply: { parameters: {}, objects: [named(first), ...more.map(named)] } });
};

const identify = async (
  room: Room,
  asked: NonNullable<Request<'digitalTwin.read.exchangeData'>['parameters']['identify']>,
  signal: AbortSignal,
): Promise<Done<'digitalTwin.read.exchangeData'>> => {
  const found = await room.store.resolve(asked.values, { scheme: asked.scheme, signal });
  const { headSeq } = await room.store.health();
  const identified = Object.fromEntries([...found].map(([value, ids]) => [value, [...ids]]));
  return reply(room, [{ identified, seq: headSeq }]);
};

const withheldOf = ({ room, sight }: Pick<Reading, 'room' | 'sight'>, page: TwinPage, terms: readonly string[] | undefined): Withheld | undefined => {
  const offered = terms ?? [...new Set(page.rows.flatMap(({ twin }) => Object.keys(twin.values)))];
  const kept = terms
    ? withheldTerms(room, sight, offered)
    : [...new Set((sight?.granted ?? []).flatMap(({ withheld = [], kind }) => (page.rows.some(({ twin }) => twin.kind === kind) ? withheld : [])))];
  return kept.length > 0 ? { terms: [...kept] } : undefined;
};

const endingOf = ({ deps }: Room, by: AskedBy, budgetMs: number | undefined): Ending =>
  endingSignal(deps.timers, Math.min(budgetMs ?? limits.answerMaxMs, limits.answerMaxMs), by.signal);

const sightOf = ({ agreement, features }: UsableAgreement): Sight => ({ granted: features, area: agreement.terms.area });

/** An order tells of the values that make it: the place of a twin, and the key of the next page. */
const orderedBy = ({ order }: TwinQuery): readonly string[] => (typeof order?.by === 'object' ? [order.by.term] : []);

type Pages = { readonly room: Room; readonly areas: Areas; readonly rates: Rates };

type Under = { readonly used: UsableAgreement; readonly areas: Readonly<Record<string, Geometry>>; readonly signal: AbortSignal };

const readUnder = async ({ room, areas }: Pages, { used, areas: sent, signal }: Under, query: TwinQuery): Promise<Result<TwinsRead>> => {
  const { agreement } = used;
  const sight = sightOf(used);
  const filter = withKnownAreas(areas, query.filter ?? {}, sent);
  if (!filter.ok) return filter;
  const hidden = withheldTerms(room, sight, [...conjuncts(filter.value).flatMap(mentions), ...orderedBy(query)]);
  if (hidden.length > 0) {
    const { headSeq } = await room.store.health();
    return ok({ page: emptyPage(headSeq), agreementId: agreement.id, withheld: { terms: [...hidden] }, seq: headSeq });
  }
  const page = await readTwins({ room, sight, signal }, { ...query, filter: filter.value });
  const withheld = withheldOf({ room, sight }, page, query.terms);
  return ok({ page, agreementId: agreement.id, seq: page.seq, ...(withheld && { withheld }) });
};

type Parameters = Request<'digitalTwin.read.exchangeData'>['parameters'];

/** Beyond its budget nobody waits for an answer, and the store is told to stop. */
const within = async <T>(
  room: Room,
  by: AskedBy,
  given: { readonly budgetMs: number | undefined; readonly run: (signal: AbortSignal) => Promise<Result<T>> },
) => {
  const { signal, done } = endingOf(room, by, given.budgetMs);
  const stopped = (cause: unknown): Promise<Result<T>> => (signal.aborted ? Promise.resolve(fail(problem('timedOut'))) : Promise.reject(cause));
  return given.run(signal).then(undefined, stopped).finally(done);
};

/** Several questions of one asker: each has its own time, and its own refusal. */
const answerEach = async (
  pages: Pages,
  { queries, ...under }: Omit<Under, 'signal'> & { readonly queries: readonly QueryWithin[] },
  by: AskedBy,
): Promise<readonly TwinsRead[]> => {
  const { headSeq } = await pages.room.store.health();
  const answer = async ({ query, budgetMs }: QueryWithin): Promise<TwinsRead> => {
    const read = await within(pages.room, by, { budgetMs, run: (signal) => readUnder(pages, { ...under, signal }, query) });
    return read.ok ? read.value : { refused: toRefused(read.problem), seq: headSeq };
  };
  return Promise.all(queries.map(answer));
};

const answerWithin = async (pages: Pages, parameters: Parameters, by: AskedBy): Promise<Done<'digitalTwin.read.exchangeData'>> => {
  const { room } = pages;
  const { identify: asked, agreementId, federationId, query, queries = [], areas = {}, budgetMs } = parameters;
  if (asked)
    return isFellow(room, by.sender)
      ? within(room, by, { budgetMs, run: (signal) => identify(room, asked, signal) })
      : fail(problem('notMember', { subject: by.sender }));
  const used = agreementInForce(room, { id: agreementId, mode: 'read', federationId }, by);
  if (!used.ok) return used;
  const taken = pages.rates.take(used.value, Math.max(1, queries.length));
  if (!taken.ok) return taken;
  const under = { used: used.value, areas };
  if (query) {
    const read = await within(room, by, { budgetMs, run: (signal) => readUnder(pages, { ...under, signal }, query) });
    return read.ok ? reply(room, [read.value]) : read;
  }
  const [first, ...more] = await answerEach(pages, { ...under, queries }, by);
  return first ? reply(room, [first, ...more]) : fail(problem('badQuery', { accepted: 'a query, queries, or identify' }));
};

/** T9. */
export const answerRead = (pages: Pages, request: Request<'digitalTwin.read.exchangeData'>, by: AskedBy): Promise<Done<'digitalTwin.read.exchangeData'>> =>
  answerWithin(pages, request.parameters, by);
