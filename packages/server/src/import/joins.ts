/**
 * Joins: declared keys of other twins become links. Keys of other agencies are asked over the exchange, keys of the own agency in the store;
 * what finds no partner stays listed as UNRESOLVED, and is tried again when either side changes.
 */
import {
  type AgencyId,
  type Instant,
  type Join,
  type JoinKey,
  type JoinState,
  joinKeyOf,
  type Link,
  limits,
  linkIdOf,
  ok,
  type Problem,
  type Result,
  type TwinId,
} from '@cityweave/core';
import type { Clock } from '../deps.ts';
import type { Command, TwinStore, Waiting } from '../store/store.ts';
import type { StagedTwin } from './record.ts';

/** Asks an agency which of its twins have these alternative identifiers; what is not in the answer is not known there. */
export type AskIdentifiers = (agency: AgencyId, scheme: string, values: readonly string[]) => Promise<Result<Identified, Problem>>;

/** The partners of each key; a register may have one street in many pieces. Of the keys that are `beyond` there are more than are told. */
export type Identified = { readonly partners: ReadonlyMap<string, readonly TwinId[]>; readonly beyond?: ReadonlySet<string> };

export type SettleOptions = {
  readonly clock: Clock;
  /** the agency whose store this is, and who says so in the links */
  readonly own: AgencyId;
  /** only joins to these; all others where absent */
  readonly agencies?: readonly AgencyId[] | undefined;
  /** tries resolved ones too: the other side has changed */
  readonly again?: boolean | undefined;
  /** only joins by one of these schemes, and those never tried */
  readonly schemes?: ReadonlySet<string> | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type SettleCounts = {
  readonly resolved: number;
  readonly unresolved: number;
  /** could not be asked now, by agency and why; they stay as they are */
  readonly waiting: number;
  readonly problems: ReadonlyMap<AgencyId, Problem>;
};

/** Links that one row declared, each way: more of them are not taken away where a new edition no longer declares them. */
export const declaredLinksMax = 100 * limits.twinsPerIdentifierMax;

type Declared = ReadonlyMap<TwinId, readonly Link[]>;

/** Joins looked at together. Many share a key, so that fewer keys than joins are asked. */
const pageJoins = 1_000;

type Run = {
  readonly store: TwinStore;
  readonly ask: AskIdentifiers;
  readonly options: SettleOptions;
  readonly at: Instant;
  /** joins that lost their partner in this run: they are tried once, though they are unresolved now */
  readonly lost: Set<string>;
  readonly wanted: (join: Join) => boolean;
  readonly counts: { resolved: number; unresolved: number; waiting: number };
  readonly problems: Map<AgencyId, Problem>;
};

/** Joins to other agencies: pending and unresolved ones, in bounded batches. An agency that does not answer is not asked again in this run. */
export const resolveJoins = (store: TwinStore, ask: AskIdentifiers, options: SettleOptions): Promise<SettleCounts> => {
  const asked = options.agencies && new Set(options.agencies);
  return settleAll({ store, ask, options, wanted: ({ agency }) => agency !== options.own && (!asked || asked.has(agency)) });
};

/** Joins inside the agency, by identifier. Several twins may carry one identifier (the segments of a street): all are linked. */
export const settleLocalJoins = (store: TwinStore, options: SettleOptions): Promise<SettleCounts> => {
  // one of those found may be the twin itself, and one more tells that there are more
  const limit = limits.twinsPerIdentifierMax + 2;
  const ask: AskIdentifiers = async (_, scheme, values) => ok({ partners: await store.resolve(values, { scheme, limit }, { signal: options.signal }) });
  return settleAll({ store, ask, options: { ...options, agencies: [options.own] }, wanted: ({ agency }) => agency === options.own });
};

const settleAll = async (start: Pick<Run, 'store' | 'ask' | 'options' | 'wanted'>): Promise<SettleCounts> => {
  const run: Run = { ...start, at: start.options.clock.now(), lost: new Set(), counts: { resolved: 0, unresolved: 0, waiting: 0 }, problems: new Map() };
  const states: readonly JoinState[] = [...(run.options.again ? (['RESOLVED'] as const) : []), 'UNRESOLVED', 'PENDING'];
  for (const state of states) for (const agency of run.options.agencies ?? [undefined]) await settleState(run, state, agency);
  return { ...run.counts, problems: run.problems };
};

const settleState = async (run: Run, state: JoinState, agency: AgencyId | undefined): Promise<void> => {
  let after: JoinKey | undefined;
  do {
    const page = await run.store.joins({ state, agency, first: pageJoins, after });
    const due = page.joins.filter((join) => isDue(run, join));
    for (const group of groupsOf(due)) await settleGroup(run, group);
    after = page.next;
  } while (after !== undefined && !run.options.signal?.aborted);
};

const isDue = (run: Run, join: Join): boolean => {
  const { schemes } = run.options;
  const touched = !schemes || join.state === 'PENDING' || schemes.has(schemeOf(join));
  return run.wanted(join) && touched && !run.lost.has(keyOf(join));
};

const keyOf = (join: Join): string => JSON.stringify(joinKeyOf(join));

/** Joins of one question: the same agency and the same scheme. */
const groupsOf = (joins: readonly Join[]): readonly (readonly Join[])[] => {
  const groups = new Map<string, Join[]>();
  for (const join of joins) {
    const name = `${join.agency} ${schemeOf(join)}`;
    const group = groups.get(name);
    if (group) group.push(join);
    else groups.set(name, [join]);
  }
  return [...groups.values()];
};

const settleGroup = async (run: Run, group: readonly Join[]): Promise<void> => {
  const [first] = group;
  if (!first) return;
  const found = await askAll(run, first, [...new Set(group.map(({ value }) => value))]);
  if (found) await settleAnswer(run, group, found);
  else run.counts.waiting += group.length;
};

/** Asked by as many keys as one message takes; undefined where the agency does not answer. */
const askAll = async (run: Run, of: Join, values: readonly string[]): Promise<Required<Identified> | undefined> => {
  const partners = new Map<string, readonly TwinId[]>();
  const beyond = new Set<string>();
  for (let from = 0; from < values.length; from += limits.identityBatchMax) {
    if (run.problems.has(of.agency)) return undefined;
    const answer = await run.ask(of.agency, schemeOf(of), values.slice(from, from + limits.identityBatchMax));
    if (!answer.ok) {
      run.problems.set(of.agency, answer.problem);
      return undefined;
    }
    for (const [value, some] of answer.value.partners) partners.set(value, some);
    for (const value of answer.value.beyond ?? []) beyond.add(value);
  }
  return { partners, beyond };
};

const settleAnswer = async (run: Run, group: readonly Join[], found: Required<Identified>): Promise<void> => {
  const present = await linksNow(run, group);
  let batch: Command[] = [];
  const send = async () => {
    if (batch.length > 0) await run.store.apply(batch, { at: run.at, signal: run.options.signal });
    batch = [];
  };
  for (const join of group) {
    const all = (found.partners.get(join.value) ?? []).filter((id) => id !== join.from);
    const partners = all.slice(0, limits.twinsPerIdentifierMax);
    const isCut = partners.length < all.length || found.beyond.has(join.value);
    if (join.state === 'RESOLVED' && partners.length === 0) run.lost.add(keyOf(join));
    run.counts[partners.length > 0 ? 'resolved' : 'unresolved'] += 1;
    const commands = commandsOf(run, { join, partners, isCut, links: present.get(join.from) ?? [] });
    if (batch.length + commands.length > limits.commandsMax) await send();
    batch.push(...commands);
  }
  await send();
};

/** The links that rows of twins declared, by key or in the file of a source, by the twin that declared them. */
export const declaredLinks = async (store: TwinStore, ids: readonly TwinId[], asked: Waiting & { readonly file?: string }): Promise<Declared> => {
  const { file, ...waiting } = asked;
  const [out, inward] = await Promise.all([
    store.adjacent(ids, { direction: 'out', limit: declaredLinksMax, evidence: [`${evidenceSign.out}[`, ...(file === undefined ? [] : [file])] }, waiting),
    store.adjacent(ids, { direction: 'in', limit: declaredLinksMax, evidence: [evidenceSign.in] }, waiting),
  ]);
  const mine = file === undefined ? out : out.filter(({ evidence = '' }) => evidence === file || evidence.startsWith(evidenceSign.out));
  const byTwin = new Map(Map.groupBy(mine, ({ from }) => from));
  for (const [to, links] of Map.groupBy(inward, (link) => link.to)) byTwin.set(to, [...(byTwin.get(to) ?? []), ...links]);
  return byTwin;
};

/** The links that joins have made so far. Joins never tried have none. */
const linksNow = async (run: Run, group: readonly Join[]): Promise<Declared> => {
  const ids = [...new Set(group.filter(({ state }) => state === 'RESOLVED').map(({ from }) => from))];
  return ids.length === 0 ? new Map() : declaredLinks(run.store, ids, { signal: run.options.signal });
};

type Settling = { readonly join: Join; readonly partners: readonly TwinId[] /** there are more */; readonly isCut: boolean; readonly links: readonly Link[] };

/** The join and its links change together; nothing is written where nothing changed. */
const commandsOf = (run: Run, { join, partners, isCut, links }: Settling): readonly Command[] => {
  const evidence = evidenceOf(join);
  const wanted = partners.map((partner) => linkOf(join, partner, { own: run.options.own, at: run.at }));
  const present = links.filter((link) => link.evidence === evidence && link.kind === join.kind);
  const stale = present.filter(({ id }) => !wanted.some((link) => link.id === id));
  const missing = wanted.filter(({ id }) => !present.some((link) => link.id === id));
  const [to] = partners;
  const state: JoinState = to ? 'RESOLVED' : 'UNRESOLVED';
  const isSame = state === join.state && join.to === to && isCut === (join.partnersBeyond === true);
  if (stale.length === 0 && missing.length === 0 && isSame) return [];
  const settled: Join = { ...joinKeyOf(join), state, triedAt: run.at, ...(to && { to }), ...(isCut && { partnersBeyond: true }) };
  return [
    { op: 'settleJoin', join: settled },
    ...stale.map(({ id }): Command => ({ op: 'deleteLink', id })),
    ...missing.map((link): Command => ({ op: 'putLink', link })),
  ];
};

const linkOf = (join: Join, partner: TwinId, by: { readonly own: AgencyId; readonly at: Instant }): Link => {
  const [from, to] = isInverse(join.scheme) ? [partner, join.from] : [join.from, partner];
  return { id: linkIdOf(from, join.kind, to), kind: join.kind, from, to, source: by.own, recordedAt: by.at, evidence: evidenceOf(join) };
};

/** A scheme that begins with `^` turns the link round: the partner is where it starts. */
const inverseSign = '^';
const isInverse = (scheme: string): boolean => scheme.startsWith(inverseSign);
const schemeOf = ({ scheme }: Join): string => (isInverse(scheme) ? scheme.slice(inverseSign.length) : scheme);

/** A link to a twin of the same agency that is known only by an identifier waits as a join, so that it survives whichever file comes first. */
export const toLocalJoin = (from: TwinId, own: AgencyId, { kind, scheme, value, direction }: StagedTwin['localJoins'][number]): Join => ({
  from,
  kind,
  agency: own,
  scheme: direction === 'in' ? `${inverseSign}${scheme}` : scheme,
  value,
  state: 'PENDING',
});

const evidenceSign = { out: 'by key ', in: 'by key of the other end ' } as const;

/** What a link made of a join rests on: whose key, by which scheme, which value. */
export const evidenceOf = ({ agency, scheme, value }: Pick<Join, 'agency' | 'scheme' | 'value'>): string =>
  `${isInverse(scheme) ? evidenceSign.in : evidenceSign.out}${JSON.stringify([agency, scheme, value])}`;
