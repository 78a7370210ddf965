/**
 * Pages of the own twins: a filter of the question as the store's, relations to other own twins resolved first.
 */
import {
  areasFilter,
  expandKinds,
  type FederatedFilter,
  limits,
  ok,
  pageKeyOf,
  placeOf,
  type Relation,
  type Result,
  relationsOf,
  type TwinFilter,
  withAreas,
} from '@cityweave/core';
import { type BadInput, badInput, createFaults } from '../fault.ts';
import type { Context } from '../room.ts';
import { decodeKey, encodeKey, type Page, type PageArgs, parsePage } from '../schema/page.ts';
import type { TwinPageNode } from '../schema/shapes.ts';
import { type AskArgs, toOrder } from './asking.ts';
import { toFilter } from './filter.ts';
import { type Bounded, withinBound } from './within-bound.ts';

/** The places of an inner set of own twins, walked to its end. */
const placesOf = async (context: Bounded, relation: Relation): Promise<TwinFilter> => {
  const { room, signal } = context;
  const filter = await ownFilter(context, relation.to);
  const places: NonNullable<ReturnType<typeof placeOf>>[] = [];
  for await (const twins of room.store.stream({ filter, chunk: limits.pageMax }, { signal })) places.push(...twins.flatMap((twin) => placeOf(twin) ?? []));
  return areasFilter(relation, places);
};

/** The filter as the store knows it: kinds with their narrower ones, relations as areas. */
export const ownFilter = async (context: Bounded, filter: FederatedFilter): Promise<TwinFilter> => {
  const relations = [...new Set(relationsOf(filter))];
  const resolved = new Map(await Promise.all(relations.map(async (relation) => [relation, await placesOf(context, relation)] as const)));
  return expandKinds(
    withAreas(filter, (relation) => resolved.get(relation) ?? { any: [] }),
    context.room.vocabulary(),
  );
};

const parsed = <T>(result: Result<T, BadInput>): T | Promise<never> => (result.ok ? result.value : Promise.reject(badInput(result.problem)));

type Args = PageArgs & Pick<AskArgs, 'filter' | 'orderBy'>;

const find = async (context: Context, args: Args, page: Page): Promise<TwinPageNode> => {
  const faults = createFaults();
  const given = toFilter(args.filter, faults, context.room.vocabulary());
  const order = toOrder(args.orderBy, given?.text, faults);
  const fault = faults.first();
  if (fault) return Promise.reject(badInput(fault));
  const after = await parsed(page.from === undefined ? ok(undefined) : decodeKey(page.backwards ? 'before' : 'after', page.from));
  const { filter, found } = await withinBound(context, async (bounded) => {
    const own = await ownFilter(bounded, given);
    const { store } = bounded.room;
    const query = { filter: own, order, first: page.size, after, backwards: page.backwards };
    return { filter: own, found: await store.find(query, { signal: bounded.signal }) };
  });
  const twins = page.backwards ? [...found.twins].reverse() : found.twins;
  const edges = twins.map((twin) => ({ cursor: encodeKey(pageKeyOf(twin, order)), node: { twin } }));
  const [more, before] = [found.next !== undefined, after !== undefined];
  const [hasNextPage, hasPreviousPage] = page.backwards ? [before, more] : [more, before];
  return {
    edges,
    pageInfo: { hasNextPage, hasPreviousPage, startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor },
    count: () => withinBound(context, ({ room, signal }) => room.store.count(filter, { signal })),
  };
};

export const findPage = async (context: Context, args: Args): Promise<TwinPageNode> => find(context, args, await parsed(parsePage(args)));
