/**
 * Exchange data (T9), the member's side: answers a read within the agreement: granted kinds, area and terms, and nothing else.
 */
import {
  agencyOf,
  checkGrid,
  checkLevel,
  cutLinks,
  type FederationId,
  fail,
  finestSurfaces,
  type Geometry,
  type Link,
  limits,
  ok,
  problem,
  type QueryWithin,
  type Request,
  type Result,
  type Shape,
  sameAs,
  statusTerm,
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
import type { FoundPage } from '../../store/store.ts';
import { agreementInForce, checkWay, type Rates } from '../agreement-in-force.ts';
import type { FarRecords } from '../bridging/far-records.ts';
import { offerOfKind } from '../feature-information.ts';
import { isFellow } from '../fellow.ts';
import { checkOpen } from '../maintenance.ts';
import { memberships, type Room } from '../room.ts';
import { withHistory } from './past.ts';
import { type Areas, withKnownAreas } from './sent-areas.ts';
import { mentions, type Reading, restrict, type Sight, shown, withheldTerms } from './sight.ts';

type LinksAsked = NonNullable<TwinQuery['links']> & Pick<TwinQuery, 'at'> & { readonly limit: number };

/** Links as they are, or as they were. */
const linksThen = ({ room, signal }: Reading, ids: readonly TwinId[], { at, ...asked }: LinksAsked): Promise<readonly Link[]> =>
  at ? room.store.linksAt(ids, { ...asked, moment: at }, { signal }) : room.store.adjacent(ids, asked, { signal });

/** Most have none now, and need not be looked through; of what there was nothing is counted. */
const sameAsLinks = async (reading: Reading, ids: readonly TwinId[], asked: Omit<LinksAsked, 'kinds'>): Promise<readonly Link[]> =>
  ids.length > 0 && (asked.at || (await reading.room.store.linkedTwins()) > 0) ? linksThen(reading, ids, { ...asked, kinds: [sameAs] }) : [];

/** Own twins that represent the same objects: by id, by a sameAs link to one of the ids, by object of interest. */
const identityFilter = async (reading: Reading, { ids, objects }: NonNullable<TwinQuery['identity']>, at: TwinQuery['at']): Promise<TwinFilter> => {
  const { room } = reading;
  const links = await sameAsLinks(reading, ids, { direction: 'in', limit: 4, at });
  const own = [...ids, ...links.map(({ from }) => from)].filter((id) => agencyOf(id) === room.self.agency);
  return { ids: [...new Set<string>([...own, ...objects])] };
};

/** The finest shapes of the twins of these kinds, in order, until a page would grow too large. */
const shapesOf = async ({ room, signal }: Reading, twins: readonly Twin[], kinds: TwinQuery['shapes']): Promise<ReadonlyMap<TwinId, Shape>> => {
  const found = new Map<TwinId, Shape>();
  const asked = twins.filter(({ shaped, kind }) => shaped && kinds?.some((wanted) => room.vocabulary().isA(kind, wanted)));
  if (asked.length === 0) return found;
  const stored = await room.store.shapes(
    asked.map(({ id }) => id),
    { signal },
  );
  let bytes = 0;
  for (const [id, shapes] of stored) {
    const shape = finestSurfaces(shapes);
    const more = shape ? Buffer.byteLength(JSON.stringify(shape)) : 0;
    if (!shape || bytes + more > limits.shapesBytesMax) continue;
    bytes += more;
    found.set(id, shape);
  }
  return found;
};

/** Links of many twins are shared out evenly: a hub takes nothing from its neighbours. */
export const linksOfEach = (twins: number): number => Math.min(limits.linksPerTwinAnswerMax, Math.floor(limits.linksPerAnswerMax / twins));

const rowsOf = async ({ room, sight, signal }: Reading, twins: readonly Twin[], query: TwinQuery): Promise<readonly TwinRow[]> => {
  const ids = twins.map(({ id }) => id);
  const { at } = query;
  const same = await sameAsLinks({ room, sight, signal }, ids, { direction: 'out', limit: 8, at });
  const limit = linksOfEach(ids.length);
  const told = query.links && cutLinks(await linksThen({ room, sight, signal }, ids, { ...query.links, limit: limit + 1, at }), { ids, ...query.links, limit });
  const shapes = await shapesOf({ room, sight, signal }, twins, query.shapes);
  const targets = new Map<TwinId, TwinId[]>();
  for (const { from, to } of same) targets.set(from, [...(targets.get(from) ?? []), to]);
  return twins.map((twin) => {
    const links = told && {
      links: told.links.filter(({ from, to }) => from === twin.id || to === twin.id),
      ...(told.beyond.has(twin.id) && { linksBeyond: true as const }),
    };
    const [sames, shape] = [targets.get(twin.id), shapes.get(twin.id)];
    return { twin: shown({ room, sight }, twin, query), ...(sames && { sameAs: sames }), ...links, ...(shape && { shape }) };
  });
};

const twinsOf = async ({ room, signal }: Reading, query: TwinQuery, filter: TwinFilter): Promise<FoundPage> => {
  const { order, page, at } = query;
  if (!wantsRows(query)) return { twins: [], seq: await room.store.head() };
  return room.store.find({ filter, order, at, first: page?.first ?? limits.pageDefault, after: page?.after }, { signal });
};

const wantsRows = ({ page, summary, count }: TwinQuery): boolean => page !== undefined || (summary === undefined && count === undefined);

/** The query answered from the own store, as far as one may see. */
export const readTwins = async (reading: Reading, query: TwinQuery): Promise<TwinPage> => {
  const { room, sight, signal } = reading;
  const { at } = query;
  const asked = query.identity ? await identityFilter(reading, query.identity, at) : query.filter;
  const filter = restrict(asked ?? {}, sight);
  const found = await twinsOf(reading, query, filter);
  const rows = await withHistory(reading, query, await rowsOf(reading, found.twins, query));
  const count = query.count ? await room.store.count(filter, { signal, at }) : undefined;
  const groups = query.summary ? await room.store.summarise(filter, query.summary, { signal, at }) : undefined;
  const [identities, linked] = await Promise.all([room.store.identities(), room.store.linkedTwins()]);
  return {
    version: 1,
    rows: [...rows],
    ...(found.next && { next: found.next }),
    seq: found.seq,
    identities,
    linked,
    ...(count !== undefined && { count }),
    ...(groups && { groups: [...groups] }),
  };
};

const emptyPage = (seq: number): TwinPage => ({ version: 1, rows: [], seq, identities: 0 });

const reply = (room: Room, [first, ...more]: readonly [TwinsRead, ...TwinsRead[]]): Done<'digitalTwin.read.exchangeData'> => {
  const named = (attributes: TwinsRead) => ({ kind: 'exchangeData' as const, id: `urn:uuid:${room.deps.ids.uuid()}`, attributes });
  return ok({ reply: { parameters: {}, objects: [named(first), ...more.map(named)] } });
};

const identify = async (
  { room, far }: Pick<Pages, 'room' | 'far'>,
  asked: NonNullable<Request<'digitalTwin.read.exchangeData'>['parameters']['identify']>,
  signal: AbortSignal,
): Promise<Done<'digitalTwin.read.exchangeData'>> => {
  if (room.node.interfaces.length > 0) {
    const told = await far.identify(asked, signal);
    return told.ok ? reply(room, [told.value]) : told;
  }
  const most = limits.twinsPerIdentifierMax;
  const found = await room.store.resolve(asked.values, { scheme: asked.scheme, limit: most + 1 }, { signal });
  const headSeq = await room.store.head();
  const identified = Object.fromEntries([...found].map(([value, ids]) => [value, ids.slice(0, most)]));
  const beyond = [...found].flatMap(([value, ids]) => (ids.length > most ? [value] : []));
  return reply(room, [{ identified, ...(beyond.length > 0 && { identifiedBeyond: beyond }), seq: headSeq }]);
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

/** An order tells of the values that make it: the place of a twin, and the key of the next page. History tells of its series, a summary of what it counts by. */
const toldBy = ({ order, history, summary }: TwinQuery): readonly string[] => [
  ...(typeof order?.by === 'object' && 'term' in order.by ? [order.by.term] : []),
  ...(summary?.includes('status') ? [statusTerm] : []),
  ...(history?.series === undefined ? [] : [history.series]),
];

type Pages = { readonly room: Room; readonly areas: Areas; readonly rates: Rates; readonly far: FarRecords };

type Under = { readonly used: UsableAgreement; readonly areas: Readonly<Record<string, Geometry>>; readonly signal: AbortSignal };

/** What is not transformed data is told apart from it. */
const stagesOf = (room: Room, { rows }: TwinPage): Pick<TwinsRead, 'stages'> => {
  if (room.node.offers.length === 0) return {};
  const kinds = [...new Set(rows.map(({ twin }) => twin.kind))];
  const told = kinds.flatMap((kind) => ((stage) => (stage && stage !== 'transformed' ? [[kind, stage] as const] : []))(offerOfKind(room, kind)?.stage));
  return told.length > 0 ? { stages: Object.fromEntries(told) } : {};
};

/** Whether what is told of each feature is as new and as good as was agreed. */
const levelOf = (room: Room, { features: granted }: UsableAgreement, { rows }: TwinPage): Result<true> => {
  for (const feature of granted) {
    if (feature.maxAge === undefined && feature.minAccuracy === undefined) continue;
    const times = rows
      .filter(({ twin }) => twin.kind === feature.kind)
      .flatMap(({ twin }) => [twin.provenance.observedAt, ...Object.values(twin.values).flatMap(({ observedAt }) => observedAt ?? [])]);
    const held = { newest: times.toSorted().at(-1), accuracy: offerOfKind(room, feature.kind)?.quality?.accuracy };
    const checked = checkLevel(feature, held, room.deps.clock.now());
    if (!checked.ok) return checked;
  }
  return ok(true);
};

/** Slots that are asked for must be those of the federation, as T6 told it, in a unit that the property can have. */
const checkSlots = (room: Room, id: FederationId, { align, history }: TwinQuery): Result<true> => {
  if (!align) return ok(true);
  const rules = memberships.load(room.records, id)?.federation.sync;
  return checkGrid(align, { series: history?.series, rules, vocabulary: room.vocabulary() });
};

const readUnder = async ({ room, areas }: Pages, { used, areas: sent, signal }: Under, query: TwinQuery): Promise<Result<TwinsRead>> => {
  const { agreement } = used;
  const sight = sightOf(used);
  const filter = withKnownAreas(areas, query.filter ?? {}, sent);
  if (!filter.ok) return filter;
  const hidden = withheldTerms(room, sight, [...mentions(filter.value), ...toldBy(query)]);
  if (hidden.length > 0) {
    const headSeq = await room.store.head();
    return ok({ page: emptyPage(headSeq), agreementId: agreement.id, withheld: { terms: [...hidden] }, seq: headSeq });
  }
  const onGrid = checkSlots(room, agreement.terms.federationId, query);
  if (!onGrid.ok) return onGrid;
  const page = await readTwins({ room, sight, signal }, { ...query, filter: filter.value });
  const level = query.at ? ok(true) : levelOf(room, used, page);
  if (!level.ok) return level;
  const withheld = withheldOf({ room, sight }, page, query.terms);
  return ok({ page, agreementId: agreement.id, seq: page.seq, ...(withheld && { withheld }), ...stagesOf(room, page) });
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
  const headSeq = await pages.room.store.head();
  const answer = async ({ query, budgetMs }: QueryWithin): Promise<TwinsRead> => {
    const read = await within(pages.room, by, { budgetMs, run: (signal) => readUnder(pages, { ...under, signal }, query) });
    return read.ok ? read.value : { refused: toRefused(read.problem), seq: headSeq };
  };
  return Promise.all(queries.map(answer));
};

const answerWithin = async (pages: Pages, parameters: Parameters, by: AskedBy): Promise<Done<'digitalTwin.read.exchangeData'>> => {
  const { room } = pages;
  const { identify: asked, agreementId, federationId, query, queries = [], areas = {}, budgetMs } = parameters;
  if (asked) {
    const open = checkOpen(room);
    if (!open.ok) return open;
    if (!isFellow(room, by.sender, federationId)) return fail(problem('notMember', { subject: by.sender }));
    return within(room, by, { budgetMs, run: (signal) => identify(pages, asked, signal) });
  }
  const used = agreementInForce(room, { id: agreementId, mode: 'read', federationId }, by);
  if (!used.ok) return used;
  const across = checkWay(room, agreementId, by);
  if (!across.ok) return across;
  const taken = pages.rates.take(used.value, Math.max(1, queries.length));
  if (!taken.ok) return taken;
  if (by.via !== undefined) {
    const read = await within(room, by, { budgetMs, run: (signal) => pages.far.read(used.value, query, signal) });
    return read.ok ? reply(room, [read.value]) : read;
  }
  const under = { used: used.value, areas };
  if (query) {
    const read = await within(room, by, { budgetMs, run: (signal) => readUnder(pages, { ...under, signal }, query) });
    return read.ok ? reply(room, [read.value]) : read;
  }
  const [first, ...more] = await answerEach(pages, { ...under, queries }, by);
  return first ? reply(room, [first, ...more]) : fail(problem('badQuery', { accepted: 'a query, queries, or identify' }));
};

/** T9. What was still being read as the agreement ended, or was suspended, is told to nobody. */
export const answerRead = async (
  pages: Pages,
  { parameters }: Request<'digitalTwin.read.exchangeData'>,
  by: AskedBy,
): Promise<Done<'digitalTwin.read.exchangeData'>> => {
  const told = await answerWithin(pages, parameters, by);
  if (!told.ok || parameters.identify) return told;
  const still = agreementInForce(pages.room, { id: parameters.agreementId, mode: 'read', federationId: parameters.federationId }, by);
  return still.ok ? told : still;
};
