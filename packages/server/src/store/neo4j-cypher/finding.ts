/**
 * Finding: what a search in Cypher is made with, and what comes of it.
 */
import type { LinkTest, Order, PageKey, TwinFilter } from '@cityweave/core';
import type { Asking } from './filter.ts';
import type { Cypher, Space } from './space.ts';

export type Finding = { readonly space: Space; readonly filter: TwinFilter; readonly ends: Asking['ends'] };

export type FindShape = { readonly order: Order | undefined; readonly after: PageKey | undefined; readonly backwards: boolean };

/** What is given back of a twin, and the tests of links in the order of their flags. */
export type Found = { readonly cypher: Cypher; readonly exact: boolean; readonly flags: readonly LinkTest[] };

export const asked = ({ space, ends }: Finding): Asking => ({ space, params: {}, ends });

/** As one row, with the head of the log as it was before. */
export const headed = ({ register }: Space, found: string, columns: string): string =>
  `MATCH (h:${register}) WHERE h.key = 'head' WITH h.seq AS seq CALL (seq) { ${found} } RETURN seq, ${columns}`;

export const isById = ({ order }: FindShape): boolean => (order?.by ?? 'id') === 'id';

/** Towards the end of the ids, or towards their beginning. */
export const isDown = ({ order, backwards }: FindShape): boolean => (order?.descending ?? false) !== backwards;
