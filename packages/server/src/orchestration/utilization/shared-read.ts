/**
 * Shared reads: small questions that wait for the same member go together in one message, each with its own time and its own answer.
 * The first goes at once; what comes while `readsUnderWayMax` messages are under way waits for the next one, and no longer than `readWaitMs`.
 */
import {
  type AgencyId,
  checkPage,
  fail,
  limits,
  ok,
  type Problem,
  problem,
  problemOfRefused,
  type QueryWithin,
  type Request,
  type Result,
  type TwinFilter,
  type TwinQuery,
  type TwinsRead,
} from '@cityweave/core';
import type { Timers } from '../../deps.ts';
import { traced, traceNow } from '../../trace.ts';
import type { Deadline, MemberPart } from './member-read.ts';

type Parameters = Request<'digitalTwin.read.exchangeData'>['parameters'];

/** One T9 message to the member and what it answered, one part a question. */
export type Send = (asked: Pick<Parameters, 'query' | 'queries' | 'areas' | 'budgetMs'>, signal: AbortSignal) => Promise<Result<readonly TwinsRead[]>>;

const byIdentifier: ReadonlySet<string> = new Set(['ids', 'kinds', 'agencies'] satisfies readonly (keyof TwinFilter)[]);

/** Found by identifiers, without areas and links: quick for whoever answers, so that none waits long for another's. */
export const isShareable = ({ filter = {}, identity, links, summary }: TwinQuery): boolean =>
  links === undefined &&
  summary === undefined &&
  (identity !== undefined || (filter.ids !== undefined && Object.entries(filter).every(([name, part]) => part === undefined || byIdentifier.has(name))));

type Waiting = {
  readonly query: TwinQuery;
  readonly deadline: Deadline;
  readonly trace: string | undefined;
  readonly tell: (part: Result<MemberPart>) => void;
};

export type SharedReads = (query: TwinQuery, deadline: Deadline) => Promise<Result<MemberPart>>;

type Line = { readonly agency: AgencyId; readonly timers: Timers; readonly send: Send };

/** What remains for a member, less a margin for the way and the merge. */
export const budgetOf = ({ leftMs }: Deadline): number => Math.max(limits.deadlineMinMs, leftMs() - limits.deadlineMarginMs);

/** What a member answered to a question, where it is the page that was asked for. */
export const partOf = (agency: AgencyId, query: TwinQuery, read: TwinsRead | undefined): Result<MemberPart> => {
  if (read?.refused) return fail(problemOfRefused(read.refused));
  if (!read?.page) return fail(problem('malformed', { agency, accepted: 'a page of twins for every query' }));
  const page = checkPage(agency, query, read.page);
  return page.ok ? ok({ page: page.value, withheld: read.withheld }) : page;
};

/** Ends when everybody who waits for the message has gone. */
const signalOfAll = (waiting: readonly Waiting[]): AbortSignal => {
  const gone = new AbortController();
  let left = waiting.length;
  const leave = (): void => {
    left -= 1;
    if (left === 0) gone.abort(waiting[0]?.deadline.signal.reason);
  };
  for (const { deadline } of waiting) {
    if (deadline.signal.aborted) leave();
    else deadline.signal.addEventListener('abort', leave, { once: true });
  }
  return gone.signal;
};

const queriesOf = (waiting: readonly Waiting[]): readonly [QueryWithin, ...QueryWithin[]] | undefined => {
  const [first, ...more] = waiting.map(({ query, deadline }): QueryWithin => ({ query, budgetMs: budgetOf(deadline) }));
  return first && [first, ...more];
};

const tellAll = (waiting: readonly Waiting[], of: (query: TwinQuery, at: number) => Result<MemberPart>): void => {
  for (const [at, { query, tell }] of waiting.entries()) tell(of(query, at));
};

/** One message for all of them; where their answers are too large for one, each is asked alone. */
const askTogether = async (line: Line, waiting: readonly Waiting[]): Promise<void> => {
  const queries = queriesOf(waiting);
  if (!queries) return;
  const [{ query, budgetMs }, ...more] = queries;
  const signal = signalOfAll(waiting);
  const asked = await line.send(more.length === 0 ? { query, budgetMs } : { queries: [...queries] }, signal);
  const failed = (given: Problem) => () => fail(given);
  if (asked.ok) return tellAll(waiting, (of, at) => partOf(line.agency, of, asked.value[at]));
  if (more.length === 0 || asked.problem.kind !== 'tooLarge') return tellAll(waiting, failed(asked.problem));
  await Promise.all(waiting.map((one) => askTogether(line, [one])));
};

/** The line to one member under one agreement. What goes together is said under the trace of the first. */
export const createSharedReads = (line: Line): SharedReads => {
  let underWay = 0;
  let waiting: Waiting[] = [];
  let cancel: (() => void) | undefined;
  const send = (): void => {
    cancel?.();
    cancel = undefined;
    const taken = waiting.splice(0, limits.queriesPerReadMax).filter(({ deadline }) => !deadline.signal.aborted);
    if (taken.length > 0) {
      underWay += 1;
      void traced(taken[0]?.trace, () => askTogether(line, taken)).finally(() => {
        underWay -= 1;
        if (waiting.length > 0) send();
      });
    }
    if (waiting.length > 0) cancel = line.timers.after(limits.readWaitMs, send);
  };
  return (query, deadline) =>
    new Promise((tell) => {
      waiting = [...waiting, { query, deadline, trace: traceNow(), tell }];
      if (underWay < limits.readsUnderWayMax) send();
      else cancel ??= line.timers.after(limits.readWaitMs, send);
    });
};
