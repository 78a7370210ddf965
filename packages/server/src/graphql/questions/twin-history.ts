/**
 * Twin history: what an agency said of a property of a twin before, each value with the time when it was true and the time when it was learnt.
 */
import {
  fail,
  type HistoryQuery,
  type Instant,
  type Moment,
  msOfDuration,
  ok,
  type Result,
  type Sample,
  SampleKey,
  type SamplePage,
  type TermId,
  TwinId,
  type Value,
} from '@cityweave/core';
import { type BadInput, createFaults } from '../fault.ts';
import type { Context } from '../room.ts';
import type { PageNode } from '../schema/connection.ts';
import { decodeCursorOf, encodeKey, orBadInput } from '../schema/page.ts';
import type { Objects, TwinNode } from '../schema/shapes.ts';
import { parseSize } from './asking.ts';
import { parseTerm } from './filter.ts';
import { ownEnds } from './link-ends.ts';

export type ValueNode = Objects['Value'];

type HistoryArgs = {
  readonly term: string;
  readonly from?: HistoryQuery['from'] | null | undefined;
  readonly to?: HistoryQuery['to'] | null | undefined;
  readonly knownAt?: HistoryQuery['known'] | null | undefined;
  readonly every?: string | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
};

const toQuery = ({ term, from, to, knownAt, every, first, after }: HistoryArgs): Result<HistoryQuery, BadInput> => {
  const faults = createFaults();
  const everyMs = every ? msOfDuration(every) : undefined;
  if (every && !everyMs) faults.note({ argument: 'every', found: every, accepted: 'a duration longer than nothing, as PT15M' });
  parseTerm(term, 'term', faults);
  const size = parseSize(first, faults);
  const fault = faults.first();
  if (fault) return fail(fault);
  const key = decodeCursorOf(SampleKey, 'after', after ?? undefined);
  if (!key.ok) return key;
  return ok({
    series: term,
    first: size,
    ...(from && { from }),
    ...(to && { to }),
    ...(knownAt && { known: knownAt }),
    ...(everyMs && { everyMs }),
    ...(key.value && { after: key.value }),
  });
};

/** That a property was gone is told as a value that is missing. */
const valueOf = ({ observedAt, recordedAt, said }: Sample, { twin }: TwinNode): Value => ({
  value: null,
  flag: 'MISSING',
  source: twin.agency,
  ...said,
  observedAt,
  recordedAt,
});

const pageOf = (node: TwinNode, { samples, next }: SamplePage, after: string | null | undefined): PageNode<ValueNode> => {
  const edges = samples.map((sample) => ({
    // branding: asked for by its term
    node: { term: sample.series as TermId, value: valueOf(sample, node) },
    cursor: encodeKey({ series: sample.series, observedAt: sample.observedAt, recordedAt: sample.recordedAt }),
  }));
  const place = { hasNextPage: next !== undefined, hasPreviousPage: typeof after === 'string', startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor };
  return { edges, pageInfo: place };
};

export const historyOf = async (node: TwinNode, args: HistoryArgs, context: Context): Promise<PageNode<ValueNode> | undefined> => {
  const query = await orBadInput(toQuery(args));
  const told = await (node.found?.ends ?? ownEnds(context)).history(node.twin.id, query);
  return told && pageOf(node, told, args.after);
};

/** A moment of the past; undefined where neither time is given. What is not said is now. */
export const momentOf = (
  { room }: Context,
  { asOf, knownAt }: { readonly asOf?: Instant | null | undefined; readonly knownAt?: Instant | null | undefined },
): Moment | undefined => {
  const now = room.deps.clock.now();
  return asOf || knownAt ? { valid: asOf ?? now, known: knownAt ?? now } : undefined;
};

/** An own twin as it was, by any identifier that it has now, or by its id where it is gone. */
export const pastOwn = async ({ room, signal }: Context, identifier: string, at: Moment): Promise<TwinNode | undefined> => {
  const known = (await room.store.resolve([identifier], { limit: 1 }, { signal })).get(identifier)?.[0] ?? TwinId.safeParse(identifier).data;
  const twin = known && (await room.store.stateAt([known], at, { signal })).get(known);
  return twin && { twin, at };
};
