/**
 * Asking a federation: arguments as a question, the answer as nodes. What a question does not need is not asked for.
 */
import { compareText, type Federation, limits, type Moment, msOfDuration, type Order, type PageKey, type TermId, type Vocabulary } from '@cityweave/core';
import { encodeCursor } from '../../orchestration/utilization/federated-cursor.ts';
import type { FederatedAnswer, FederatedQuestion } from '../../orchestration/utilization/federated-twin.ts';
import { badInput, createFaults, type Faults, settled } from '../fault.ts';
import type { Context } from '../room.ts';
import type { FederatedPageNode, FederatedTwinNode } from '../schema/shapes.ts';
import { type FilterGiven, parseTerm, toFilter } from './filter.ts';
import { federatedEnds } from './link-ends.ts';
import type { Needed } from './selection.ts';

export type OrderGiven = {
  readonly by?: 'id' | 'name' | 'kind' | 'updatedAt' | 'relevance' | null | undefined;
  readonly term?: string | null | undefined;
  readonly descending?: boolean | null | undefined;
};

export type AskArgs = {
  readonly filter?: FilterGiven | null | undefined;
  readonly orderBy?: OrderGiven | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly deadline?: string | null | undefined;
  readonly at?: Moment | undefined;
};

/** `text` is what the filter looks for: without it nothing is relevant. */
export const toOrder = (given: OrderGiven | null | undefined, text: string | undefined, faults: Faults): Order | undefined => {
  if (!given) return undefined;
  if (given.by === 'relevance' && text === undefined) return faults.note({ argument: 'orderBy', found: given, accepted: 'RELEVANCE with filter.text' });
  if (given.by && given.term) return faults.note({ argument: 'orderBy', found: given, accepted: 'by or term, not both' });
  const term = given.term ? parseTerm(given.term, 'orderBy.term', faults) : undefined;
  const by = given.by === 'relevance' ? { text: text ?? '' } : (given.by ?? 'id');
  return { by: term ? { term } : by, descending: given.descending ?? false };
};

/** Milliseconds of an answer's whole time. */
export const parseDeadline = (given: string | null | undefined, faults: Faults): number => {
  const ms = given === null || given === undefined ? limits.deadlineDefaultMs : msOfDuration(given);
  if (ms !== undefined && ms >= limits.deadlineMinMs && ms <= limits.deadlineMaxMs) return ms;
  faults.note({
    argument: 'deadline',
    found: given,
    accepted: `PT${limits.deadlineMinMs / 1000}S to PT${limits.deadlineMaxMs / 1000}S`,
    limit: limits.deadlineMaxMs,
  });
  return limits.deadlineDefaultMs;
};

export const parseSize = (first: number | null | undefined, faults: Faults): number => {
  const size = first ?? limits.pageDefault;
  if (Number.isInteger(size) && size >= 0 && size <= limits.pageMax) return size;
  faults.note({ argument: 'first', found: first, accepted: `0 to ${limits.pageMax}`, limit: limits.pageMax });
  return limits.pageDefault;
};

/** What the order looks at must come along. */
const termsWith = (needed: Needed, order: Order | undefined): readonly TermId[] | undefined =>
  needed.terms && typeof order?.by === 'object' && 'term' in order.by ? [...new Set([...needed.terms, order.by.term])] : needed.terms;

type Asked = { readonly question: FederatedQuestion; readonly deadlineMs: number };

type Asking = FederatedAsk & { readonly vocabulary: Vocabulary };

export const toQuestion = ({ args, needed, vocabulary }: Asking, faults: Faults): Asked => {
  const filter = toFilter(args.filter, faults, vocabulary);
  const order = toOrder(args.orderBy, filter?.text, faults);
  const terms = termsWith(needed, order);
  const question: FederatedQuestion = {
    filter,
    first: parseSize(args.first, faults),
    ...(order && { order }),
    ...(terms && { terms }),
    ...(args.after && { after: args.after }),
    ...(needed.links && { links: needed.links }),
    ...(needed.count && { count: true }),
    ...(args.at && { at: args.at }),
  };
  return { question, deadlineMs: parseDeadline(args.deadline, faults) };
};

/** Every planned member goes on behind the same place of the common order. */
const cursorOf = ({ plan }: FederatedAnswer, key: PageKey): string => encodeCursor(new Map(plan.map(({ agency }) => [agency, key])));

export type Answering = {
  readonly context: Context;
  readonly federation: Federation;
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly at?: Moment | undefined;
};

export const nodesOf = (answer: FederatedAnswer, { context, federation, startedMs, deadlineMs, at }: Answering): readonly FederatedTwinNode[] => {
  const leftMs = () => deadlineMs - (context.room.deps.clock.monotonicMs() - startedMs);
  const ends = federatedEnds(context, { federation, leftMs, at });
  return answer.rows.map((row) => ({ row, rules: answer.rules, ends, at }));
};

export type FederatedAsk = { readonly args: AskArgs; readonly needed: Needed };

/** One page of a federation's twins. */
export const askPage = async (context: Context, federation: Federation, { args, needed }: FederatedAsk): Promise<FederatedPageNode> => {
  const { room, signal } = context;
  const faults = createFaults();
  const { question, deadlineMs } = toQuestion({ args, needed, vocabulary: room.vocabulary() }, faults);
  const fault = faults.first();
  if (fault) return Promise.reject(badInput(fault));
  const startedMs = room.deps.clock.monotonicMs();
  const answer = await settled(await room.orchestration.ask(federation, question, { deadlineMs, signal }));
  const nodes = nodesOf(answer, { context, federation, startedMs, deadlineMs, at: args.at });
  const { sources, plan, next, total } = answer;
  return { nodes, sources, plan, next, total, isFirst: !args.after, cursorOf: ({ row }) => cursorOf(answer, row.key) };
};

/** One object by any of its identifiers. */
export const askOne = async (
  context: Context,
  federation: Federation,
  {
    id,
    deadline,
    at,
    needed,
  }: { readonly id: string; readonly deadline: string | null | undefined; readonly at?: Moment | undefined; readonly needed: Needed },
) => {
  const page = await askPage(context, federation, { args: { filter: { ids: [id] }, deadline, at, first: limits.identityBatchMax }, needed });
  const [twin] = [...page.nodes].sort((a, b) => rank(a, id) - rank(b, id) || compareText(a.row.twin.id, b.row.twin.id));
  return { twin, sources: page.sources, plan: page.plan };
};

/** The id itself before an alternative identifier that several may share. */
const rank = ({ row }: FederatedTwinNode, id: string): number => (row.twin.id === id ? 0 : row.twin.representations.some((one) => one.id === id) ? 1 : 2);
