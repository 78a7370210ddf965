/**
 * Past sieve: who may match a filter at a moment of the past: twins that pass now what is left of it, and those of which something else was said before.
 */
import { type TermId, TwinId } from '../../ground/id.ts';
import type { LinkTest, TwinFilter } from '../query.ts';
import { placeSeries, twinSeries } from './history.ts';

/** Nobody else can have matched; whether one did is judged on the twin as it was. */
export type PastSieve = {
  /** what a twin of which nothing else was ever said passes now, if it matched then */
  readonly present: TwinFilter;
  /** of the others those count of which something else was said in one of these series; in any, where absent */
  readonly series?: readonly string[] | undefined;
  /** of the others only these count: the filter names twins by their ids, which never change */
  readonly ids?: readonly TwinId[] | undefined;
};

/** A twin said no more then than it does now, if nothing else was ever said of it; links have a past of their own. */
const presentOf = ({ all, any, not: _not, linked: _linked, property, changedSince: _since, ...rest }: TwinFilter): TwinFilter => ({
  ...rest,
  ...(property && { property: property.filter(({ op }) => op !== 'exists') }),
  ...(all && { all: all.map(presentOf) }),
  ...(any && { any: any.map(presentOf) }),
});

/** Series that the filter looks at; undefined where it may be any. */
const seriesIn = ({ text, box, areas, property = [], all = [], any = [] }: TwinFilter): readonly string[] | undefined => {
  const inner = [...all, ...any].map(seriesIn);
  if (text !== undefined || inner.includes(undefined)) return undefined;
  return [...(box || areas ? [placeSeries] : []), ...property.map(({ term }) => term), ...inner.flatMap((some) => some ?? [])];
};

const twinIdsIn = ({ ids }: TwinFilter): readonly TwinId[] | undefined => {
  const named = ids?.flatMap((id) => TwinId.safeParse(id).data ?? []);
  return named && named.length === ids?.length ? named : undefined;
};

export const sieveOf = (filter: TwinFilter): PastSieve => {
  const present = presentOf(filter);
  const series = seriesIn(present);
  const ids = twinIdsIn(filter);
  return { present, ...(series && { series: [...new Set([twinSeries, ...series])] }), ...(ids && { ids }) };
};

const partsOf = ({ all = [], any = [], not }: TwinFilter): readonly TwinFilter[] => [...all, ...any, ...(not ? [not] : [])];

const testsIn = (filter: TwinFilter): readonly LinkTest[] => [...(filter.linked ?? []), ...partsOf(filter).flatMap(testsIn)];

/** Kinds of the links that the filter looks at, at whatever distance; undefined where it may be any. */
export const linkKindsOf = (filter: TwinFilter): readonly TermId[] | undefined => {
  const kinds = testsIn(filter).flatMap(({ kind, to }) => [kind, ...(to ? (linkKindsOf(to) ?? [undefined]) : [])]);
  const named = kinds.flatMap((kind) => kind ?? []);
  return named.length === kinds.length ? [...new Set(named)] : undefined;
};

/** How many links away from a twin the filter looks. */
export const hopsOf = (filter: TwinFilter): number => Math.max(0, ...testsIn(filter).map(({ to }) => 1 + (to ? hopsOf(to) : 0)));
