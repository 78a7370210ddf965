/**
 * Questions by name: identifiers, links, joins, kinds, groups, asked of a reader and given back as the port wants them.
 */
import {
  assert,
  compareGroups,
  type Facets,
  type Group,
  groupKey,
  isOverview,
  type Join,
  type JoinKey,
  type JoinState,
  joinKeyOf,
  type TwinId,
} from '@cityweave/core';
import { trusted } from '../sqlite/sqlite-threads.ts';
import type { TwinStore, Waiting } from '../store.ts';
import type { Ask } from './twin-reads.ts';

// Everything below gives back what was parsed before it was put in: the rows of our own file keep their types.

type Counted = { readonly facets: Facets; readonly twins: number };

const countedOf = ({ twins, ...facets }: Record<string, unknown>): Counted => ({
  facets: trusted(Object.fromEntries(Object.entries(facets).filter(([, value]) => value !== null))),
  twins: Number(twins),
});

/** A kind that was asked for and matches nothing is told too: none of twelve is an answer. */
export const summarise =
  (ask: Ask): TwinStore['summarise'] =>
  async (filter, by, waiting) => {
    if (waiting?.at) return ask('summariseThen', { filter, by, at: waiting.at }, waiting);
    const { matching, all } = await ask('summarise', { filter, by }, waiting);
    const counts = new Map(matching.map(countedOf).map(({ facets, twins }) => [groupKey(facets), twins]));
    const groups = all.map(countedOf).map(({ facets, twins: of }): Group => ({ ...facets, count: counts.get(groupKey(facets)) ?? 0, of }));
    return groups.filter(({ count }) => count > 0 || filter.kinds !== undefined).toSorted(compareGroups);
  };

export const cells =
  (ask: Ask): TwinStore['cells'] =>
  async ({ box, level, filter = {} }, waiting) => {
    assert(isOverview(box, level), 'an overview has no more cells than it may');
    const rows = await ask('cells', { box, level, filter: { box, all: [filter] } }, waiting);
    return rows.map(({ col, row, twins }) => ({ column: Number(col), row: Number(row), count: Number(twins) }));
  };

export const resolve =
  (ask: Ask): TwinStore['resolve'] =>
  async (identifiers, { scheme, limit }, waiting) =>
    new Map(trusted<readonly (readonly [string, readonly TwinId[]])[]>(await ask('resolve', { identifiers, scheme, limit }, waiting)));

export const traverse =
  (ask: Ask): TwinStore['traverse'] =>
  (ids, { kinds, direction, depth, limit }, waiting) =>
    ask('traverse', { ids, kinds, direction, depth, limit }, waiting);

export const adjacent =
  (ask: Ask): TwinStore['adjacent'] =>
  (ids, { kinds, direction, limit, evidence }, waiting) =>
    ask('adjacent', { ids, kinds, direction, limit, evidence }, waiting);

export const linksAt =
  (ask: Ask): TwinStore['linksAt'] =>
  (ids, { kinds, direction, limit, moment }, waiting) =>
    ask('linksAt', { ids, kinds, direction, limit, moment }, waiting);

const toJoin = ({ src, kind, agency, scheme, value, state, dst, tried_at, beyond }: Record<string, unknown>): Join =>
  trusted({
    ...{ from: src, kind, agency, scheme, value, state },
    ...(dst === null ? {} : { to: dst }),
    ...(beyond === 1 && { partnersBeyond: true }),
    ...(tried_at === null ? {} : { triedAt: tried_at }),
  });

const afterJoin = (key: JoinKey | undefined): readonly string[] => (key ? [key.from, key.kind, key.agency, key.scheme, key.value] : ['', '', '', '', '']);

export const joins =
  (ask: Ask): TwinStore['joins'] =>
  async ({ state, agency, first, after }, waiting) => {
    const rows = await ask('joins', { state, agency, first: first + 1, after: afterJoin(after) }, waiting);
    const found = rows.slice(0, first).map(toJoin);
    const last = found.at(-1);
    return { joins: found, ...(rows.length > first && last && { next: joinKeyOf(last) }) };
  };

export const countJoins = async (ask: Ask, waiting?: Waiting): Promise<Record<JoinState, number>> => {
  const counts: Record<JoinState, number> = { PENDING: 0, RESOLVED: 0, UNRESOLVED: 0 };
  for (const { state, joins: count } of await ask('countJoins', {}, waiting)) counts[trusted<JoinState>(state)] = Number(count);
  return counts;
};

export const readKinds = async (ask: Ask): ReturnType<TwinStore['kinds']> => {
  const found = await ask('kinds', {});
  const terms = Map.groupBy(found.terms, ({ kind }) => kind);
  const termsOf = (kind: unknown) => (terms.get(trusted(kind)) ?? []).map(({ term, unit }) => (unit === null ? { term } : { term, unit }));
  return trusted(found.kinds.map(({ kind, twins }) => ({ kind, count: Number(twins), terms: termsOf(kind) })));
};
