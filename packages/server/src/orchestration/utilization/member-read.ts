/**
 * One member's part of a question: asked over its link within what is left of the deadline, with areas sent once and named afterwards.
 */
import {
  type AgencyId,
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
  type TwinFilter,
  type TwinPage,
  type TwinQuery,
  type Withheld,
} from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import type { Links } from '../communication-status.ts';
import { peerOf } from '../move.ts';
import type { Room } from '../room.ts';
import { clipToBox, digestOfArea, readTwins } from './exchange-data.ts';

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

const takeAreas = (filter: TwinFilter, coverage: Geometry | undefined, found: Map<string, Geometry>): TwinFilter => ({
  ...filter,
  ...(filter.areas && {
    areas: filter.areas.map(({ geometry, ...test }) => {
      if (!geometry) return test;
      const clipped = clipToBox(geometry, coverage);
      const digest = digestOfArea(clipped);
      found.set(digest, clipped);
      return { ...test, digest };
    }),
  }),
  ...(filter.all && { all: filter.all.map((part) => takeAreas(part, coverage, found)) }),
  ...(filter.any && { any: filter.any.map((part) => takeAreas(part, coverage, found)) }),
  ...(filter.not && { not: takeAreas(filter.not, coverage, found) }),
});

type Asking = {
  readonly room: Room;
  readonly links: Links;
  readonly federation: Federation;
  readonly member: Member;
  readonly remembered: Remembered;
  readonly sending: Map<string, Promise<void>>;
};

type Posing = { readonly query: TwinQuery; readonly areas: ReadonlyMap<string, Geometry>; readonly deadline: Deadline };

const ask = async ({ room, links, federation, member }: Asking, { query, areas, deadline }: Posing): Promise<Result<MemberPart>> => {
  const budgetMs = Math.max(limits.deadlineMinMs, deadline.leftMs() - limits.deadlineMarginMs);
  const from = room.deps.clock.monotonicMs();
  const parameters = {
    federationId: federation.id,
    agreementId: member.agreementId,
    budgetMs,
    query,
    ...(areas.size > 0 && { areas: Object.fromEntries(areas) }),
  };
  const asked = await room.ask(
    peerOf(member),
    'digitalTwin.read.exchangeData',
    { parameters, objects: [] },
    { timeoutMs: Number.POSITIVE_INFINITY, signal: deadline.signal, federationId: federation.id },
  );
  links.used(peerOf(member), { outcome: asked, ms: room.deps.clock.monotonicMs() - from });
  if (!asked.ok) return asked;
  const { page, withheld } = asked.value.objects[0].attributes;
  return page ? ok({ page, withheld }) : fail(problem('malformed', { agency: member.agency, accepted: 'a page of twins' }));
};

/** Waits for areas that another question is sending to this member now, so that each goes over the line once. */
const areasUnderWay = async ({ sending }: Asking, digests: Iterable<string>): Promise<void> => {
  await Promise.all([...digests].flatMap((digest) => sending.get(digest) ?? []));
};

const askWithAreas = async (asking: Asking, query: TwinQuery, deadline: Deadline): Promise<Result<MemberPart>> => {
  const { remembered, sending } = asking;
  const areas = new Map<string, Geometry>();
  const filter = query.filter && takeAreas(query.filter, asking.member.coverage, areas);
  await areasUnderWay(asking, areas.keys());
  const unsent = new Map([...areas].filter(([digest]) => !remembered.has(digest)));
  const named: TwinQuery = { ...query, ...(filter && { filter }) };
  const asked = ask(asking, { query: named, areas: unsent, deadline });
  const settled = asked.then(
    () => undefined,
    () => undefined,
  );
  for (const digest of unsent.keys()) sending.set(digest, settled);
  const first = await asked;
  const answer = !first.ok && first.problem.kind === 'unknownArea' ? await ask(asking, { query: named, areas, deadline }) : first;
  if (answer.ok) for (const digest of areas.keys()) remembered.set(digest, true);
  for (const digest of unsent.keys()) if (sending.get(digest) === settled) sending.delete(digest);
  return answer;
};

export type MemberReads = { readonly sourceOf: (federation: Federation, member: Member) => SourceOfTwins };

export const createMemberReads = (room: Room, links: Links): MemberReads => {
  const remembered = new Map<string, Remembered>();
  const sending = new Map<string, Map<string, Promise<void>>>();
  const rememberedBy = (id: string): Remembered => {
    const known = remembered.get(id) ?? new LRUCache<string, true>({ max: limits.areasRememberedMax });
    remembered.set(id, known);
    return known;
  };
  const sendingTo = (id: string): Map<string, Promise<void>> => {
    const known = sending.get(id) ?? new Map<string, Promise<void>>();
    sending.set(id, known);
    return known;
  };
  return {
    sourceOf: (federation, member) => ({
      agency: member.agency,
      read: (query, deadline) =>
        askWithAreas({ room, links, federation, member, remembered: rememberedBy(member.twinId), sending: sendingTo(member.twinId) }, query, deadline),
      interruption: () => {
        const interrupted = links.interruption(member.twinId);
        const status = links.status(member.twinId);
        return interrupted && { problem: interrupted, since: status?.since, nextProbeAt: status?.nextProbeAt };
      },
    }),
  };
};

/** The node's own part comes from its own store, whatever becomes of the others. */
export const ownSource = (room: Room): SourceOfTwins => ({
  agency: room.self.agency,
  read: async (query, { signal }) => ok({ page: await readTwins({ room, sight: undefined, signal }, query) }),
  interruption: () => undefined,
});

export const oldestOf = (page: TwinPage): SourceReport['oldest'] =>
  page.rows.reduce<SourceReport['oldest']>((oldest, { twin }) => {
    const observed = oldestObservation(twin);
    return oldest === undefined || observed < oldest ? observed : oldest;
  }, undefined);
