/**
 * One member's part of a question: asked over its link within what is left of the deadline, with areas sent once and named afterwards.
 */
import {
  type AgencyId,
  checkGrid,
  type Federation,
  fail,
  type Geometry,
  limits,
  type Member,
  ok,
  oldestObservation,
  type Problem,
  problem,
  type Result,
  type SourceReport,
  type TwinPage,
  type TwinQuery,
  type Withheld,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { answered } from '../../store/unanswered.ts';
import type { Links } from '../communication-status.ts';
import { peerOf } from '../forming/saying.ts';
import type { Room } from '../room.ts';
import { readTwins } from './exchange-data.ts';
import { takeAreas } from './sent-areas.ts';
import { budgetOf, createSharedReads, isShareable, partOf, type Send, type SharedReads } from './shared-read.ts';

/** One answer's time: it ends at the deadline, or when the asker goes away. */
export type Deadline = { readonly signal: AbortSignal; readonly leftMs: () => number };

export type MemberPart = { readonly page: TwinPage; readonly withheld?: Withheld | undefined };

/** A source of twins: this node's own store, or a member over its link. */
export type SourceOfTwins = {
  readonly agency: AgencyId;
  readonly read: (query: TwinQuery, deadline: Deadline) => Promise<Result<MemberPart>>;
  /** what an interrupted link says at once */
  readonly interruption: () =>
    | { readonly problem: Problem; readonly since?: SourceReport['since']; readonly nextProbeAt?: SourceReport['nextProbeAt'] }
    | undefined;
};

/** Which areas a member is known to remember; wrong only costs one repetition. */
type Remembered = LRUCache<string, true>;

/** The line to one member in one federation. */
type Line = {
  /** as it stands now: it may have moved, or agreed anew */
  latest: { readonly federation: Federation; readonly member: Member };
  readonly remembered: Remembered;
  readonly sending: Map<string, Promise<void>>;
  readonly send: Send;
  readonly shared: SharedReads;
};

type Posing = { readonly query: TwinQuery; readonly areas: ReadonlyMap<string, Geometry>; readonly deadline: Deadline };

const sendTo =
  (room: Room, links: Links, latest: () => Line['latest']): Send =>
  async (asked, signal) => {
    const { federation, member } = latest();
    const from = room.deps.clock.monotonicMs();
    const outcome = await room.ask(
      peerOf(member, 'data'),
      'digitalTwin.read.exchangeData',
      { parameters: { federationId: federation.id, agreementId: member.agreementId, ...asked }, objects: [] },
      { timeoutMs: Number.POSITIVE_INFINITY, signal, federationId: federation.id },
    );
    links.used(peerOf(member, 'data'), { outcome, ms: room.deps.clock.monotonicMs() - from, federationId: federation.id });
    return outcome.ok ? ok(outcome.value.objects.map(({ attributes }) => attributes)) : outcome;
  };

const ask = async ({ send, latest }: Line, { query, areas, deadline }: Posing): Promise<Result<MemberPart>> => {
  const sent = areas.size > 0 && { areas: Object.fromEntries(areas) };
  const asked = await send({ query, budgetMs: budgetOf(deadline), ...sent }, deadline.signal);
  return asked.ok ? partOf(latest.member.agency, query, asked.value[0]) : asked;
};

/** Waits for areas that another question is sending to this member now, so that each goes over the line once. */
const areasUnderWay = async ({ sending }: Line, digests: Iterable<string>): Promise<void> => {
  await Promise.all([...digests].flatMap((digest) => sending.get(digest) ?? []));
};

const askWithAreas = async (line: Line, query: TwinQuery, deadline: Deadline): Promise<Result<MemberPart>> => {
  const { remembered, sending } = line;
  // over a bridge areas go as they are: an adaptor remembers nothing of what it passed on
  if (line.latest.member.bridge) return ask(line, { query, areas: new Map(), deadline });
  const areas = new Map<string, Geometry>();
  const filter = query.filter && takeAreas(query.filter, line.latest.member.coverage, areas);
  await areasUnderWay(line, areas.keys());
  const unsent = new Map([...areas].filter(([digest]) => !remembered.has(digest)));
  const named: TwinQuery = { ...query, ...(filter && { filter }) };
  const asked = ask(line, { query: named, areas: unsent, deadline });
  const settled = asked.then(
    () => undefined,
    () => undefined,
  );
  for (const digest of unsent.keys()) sending.set(digest, settled);
  const first = await asked;
  const answer = !first.ok && first.problem.kind === 'unknownArea' ? await ask(line, { query: named, areas, deadline }) : first;
  if (answer.ok) for (const digest of areas.keys()) remembered.set(digest, true);
  for (const digest of unsent.keys()) if (sending.get(digest) === settled) sending.delete(digest);
  return answer;
};

export type MemberReads = { readonly sourceOf: (federation: Federation, member: Member) => SourceOfTwins };

const openLine = (room: Room, links: Links, latest: Line['latest']): Line => {
  const send = sendTo(room, links, () => line.latest);
  const line: Line = {
    latest,
    remembered: new LRUCache<string, true>({ max: limits.areasRememberedMax }),
    sending: new Map(),
    send,
    shared: createSharedReads({ agency: latest.member.agency, timers: room.deps.timers, send }),
  };
  return line;
};

/** What a far system had before is not asked for, and what it has now would be no answer. */
const noPastOverBridge = problem('badQuery', { subject: 'at', accepted: 'the present, of a member that takes part over a bridge' });

export const createMemberReads = (room: Room, links: Links): MemberReads => {
  const lines = new Map<string, Line>();
  const lineTo = (federation: Federation, member: Member): Line => {
    const key = `${federation.id} ${member.twinId}`;
    const line = lines.get(key) ?? openLine(room, links, { federation, member });
    line.latest = { federation, member };
    lines.set(key, line);
    return line;
  };
  return {
    sourceOf: (federation, member) => ({
      agency: member.agency,
      read: (query, deadline) => {
        const line = lineTo(federation, member);
        if (query.at && member.bridge) return Promise.resolve(fail(noPastOverBridge));
        const onGrid = member.bridge ? checkSlots(room, federation, query) : ok(true);
        if (!onGrid.ok) return Promise.resolve(onGrid);
        return isShareable(query) && !(query.history && member.bridge) ? line.shared(query, deadline) : askWithAreas(line, query, deadline);
      },
      interruption: () => {
        const interrupted = links.interruption(member.twinId, federation.sync?.clockToleranceMs);
        const status = links.status(member.twinId);
        const since = status?.state === 'INTERRUPTED' ? status.since : undefined;
        return interrupted && { problem: interrupted, since, nextProbeAt: status?.nextProbeAt };
      },
    }),
  };
};

/** Members look at the grid themselves; what they do not see, the own twins and those behind an adaptor, is looked at here. */
const checkSlots = (room: Room, { sync }: Federation, { align, history }: TwinQuery): Result<unknown> =>
  align ? checkGrid(align, { series: history?.series, rules: sync, vocabulary: room.vocabulary() }) : ok(true);

/** The node's own part comes from its own store, whatever becomes of the others; and theirs whatever becomes of it. */
export const ownSource = (room: Room, federation: Federation): SourceOfTwins => ({
  agency: room.self.agency,
  read: async (query, { signal }) => {
    const onGrid = checkSlots(room, federation, query);
    if (!onGrid.ok) return onGrid;
    const page = await answered(readTwins({ room, sight: undefined, signal }, query));
    return page.ok ? ok({ page: page.value }) : page;
  },
  interruption: () => undefined,
});

export const oldestOf = (page: TwinPage): SourceReport['oldest'] =>
  page.rows.reduce<SourceReport['oldest']>((oldest, { twin }) => {
    const observed = oldestObservation(twin);
    return oldest === undefined || (observed !== undefined && observed < oldest) ? observed : oldest;
  }, undefined);
