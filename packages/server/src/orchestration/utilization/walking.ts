/**
 * Walking: all twins of one source after the other, page by page, for what is made of a whole federation. Nobody waits for it, so every page has its own time.
 */
import {
  type AgencyId,
  type Federation,
  fail,
  type LanguageMap,
  limits,
  type Member,
  mayBeAsked,
  ok,
  type PageKey,
  type Problem,
  problem,
  type Result,
  type TwinFilter,
  type TwinQuery,
  type TwinRow,
} from '@cityweave/core';
import { endingSignal } from '../../deps.ts';
import { agreements, type Room } from '../room.ts';
import { type Deadline, type MemberPart, type MemberReads, ownSource, type SourceOfTwins } from './member-read.ts';

export type WalkQuery = {
  readonly filter?: TwinFilter;
  readonly terms: readonly string[];
  /** kinds whose shapes come along */
  readonly shapes?: readonly string[];
  /** the twins come without their footprints */
  readonly footprints?: false;
  /** kinds of links that lead from a twin and come along */
  readonly links?: readonly string[];
};

/** Rows of a page that carry shapes are large. */
const pageOfShapes = 100;

/** `cut`: it ended at `walkPagesMax`, where the source would have gone on. */
export type WalkEnd = Result<number> & { readonly cut?: true };

export type WalkedSource = {
  readonly agency: AgencyId;
  readonly name: LanguageMap;
  /** under which agreement what it tells stays as it is until its change sequence moves; undefined where time alone may change it */
  readonly steadyUnder: string | undefined;
  /** the source's change sequence now */
  readonly seq: (signal: AbortSignal) => Promise<Result<number>>;
  /** Rows in order of their ids; `take` is called for every page. The sequence is that of the first page: what changes meanwhile is seen by the next walk. */
  readonly walk: (query: WalkQuery, take: (rows: readonly TwinRow[]) => void, signal: AbortSignal) => Promise<WalkEnd>;
};

/** Runs with a time of its own that ends with the asker. */
const withTime = async <T>(room: Room, signal: AbortSignal, run: (deadline: Deadline) => Promise<T>): Promise<T> => {
  const until = room.deps.clock.monotonicMs() + limits.answerMaxMs;
  const ending = endingSignal(room.deps.timers, limits.answerMaxMs, signal);
  return run({ signal: ending.signal, leftMs: () => until - room.deps.clock.monotonicMs() }).finally(ending.done);
};

const tooManyPages = ({ agency }: SourceOfTwins): Problem =>
  problem('tooMany', { agency, subject: 'pages of one walk', accepted: 'a last page', limit: limits.walkPagesMax });

/** terms and kinds are those of the dictionary's own table */
const queryOf = ({ filter, terms, shapes, links, footprints }: WalkQuery, after: PageKey | undefined): TwinQuery => ({
  version: 1,
  ...(filter && { filter }),
  terms: terms as TwinQuery['terms'], // branding: as said above
  ...(shapes && { shapes: shapes as TwinQuery['shapes'] }), // branding: as above
  ...(links && { links: { kinds: links as NonNullable<TwinQuery['links']>['kinds'], direction: 'out' as const } }), // branding: as above
  ...(footprints === false && { footprints }),
  page: { first: shapes ? pageOfShapes : limits.pageMax, ...(after && { after }) },
});

type Walking = { readonly room: Room; readonly source: SourceOfTwins };

/** Pages, each in a time of its own. A source of an earlier version does not know how to leave footprints out: once it has refused that, it is asked with them. */
const createPageReader = ({ room, source }: Walking, signal: AbortSignal) => {
  let leavesOut = true;
  const read = (query: TwinQuery): Promise<Result<MemberPart>> => withTime(room, signal, (deadline) => source.read(query, deadline));
  return async (query: TwinQuery): Promise<Result<MemberPart>> => {
    const { footprints, ...whole } = query;
    if (footprints === undefined || !leavesOut) return read(whole);
    const answer = await read(query);
    if (answer.ok || answer.problem.kind !== 'badQuery') return answer;
    leavesOut = false;
    return read(whole);
  };
};

const walkSource = async (
  walking: Walking,
  asked: WalkQuery,
  { take, signal }: { readonly take: (rows: readonly TwinRow[]) => void; readonly signal: AbortSignal },
): Promise<WalkEnd> => {
  const readPage = createPageReader(walking, signal);
  let seq: number | undefined;
  let after: PageKey | undefined;
  let pages = 0;
  do {
    if (pages === limits.walkPagesMax) return { ...fail(tooManyPages(walking.source)), cut: true };
    const read: Result<MemberPart> = await readPage(queryOf(asked, after));
    if (!read.ok) return read;
    seq ??= read.value.page.seq;
    take(read.value.page.rows);
    after = read.value.page.next;
    pages += 1;
  } while (after !== undefined && !signal.aborted);
  return signal.aborted ? fail(problem('cancelled')) : ok(seq ?? 0);
};

const seqOf = async (room: Room, source: SourceOfTwins, signal: AbortSignal): Promise<Result<number>> => {
  const read = await withTime(room, signal, (deadline) => source.read({ version: 1, filter: { ids: [] }, terms: [], page: { first: 1 } }, deadline));
  return read.ok ? ok(read.value.page.seq) : read;
};

/** What is agreed to be no older than something is refused once it is; of a far system nobody knows whether it tells of every change. */
const steadyUnder = ({ records }: Room, { agreementId, bridge }: Member): string | undefined => {
  const features = agreements.load(records, agreementId)?.terms.features;
  return bridge || !features || features.some(({ maxAge }) => maxAge !== undefined) ? undefined : agreementId;
};

/** The node's own twins, and those of every member that takes part. */
export const walkedSources = (room: Room, reads: MemberReads, federation: Federation): readonly WalkedSource[] => {
  const members = federation.members.filter(mayBeAsked);
  const sources: readonly (Pick<WalkedSource, 'name' | 'steadyUnder'> & { readonly source: SourceOfTwins })[] = [
    { source: ownSource(room, federation), name: room.self.name, steadyUnder: room.self.agency },
    ...members.map((member) => ({
      source: reads.sourceOf(federation, member),
      name: member.name ?? { en: member.agency },
      steadyUnder: steadyUnder(room, member),
    })),
  ];
  return sources.map(({ source, ...told }) => ({
    agency: source.agency,
    ...told,
    seq: (signal) => seqOf(room, source, signal),
    walk: (query, take, signal) => walkSource({ room, source }, query, { take, signal }),
  }));
};
