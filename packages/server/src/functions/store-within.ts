/**
 * Store within an area: what a function reads for somebody whose agreement names an area: twins outside of it are not there.
 */
import type { Geometry, TwinFilter } from '@cityweave/core';
import type { TwinStore } from '../store/store.ts';
import type { GrantedStore } from './function.ts';

export const storeWithin = (store: TwinStore, area: Geometry | undefined): GrantedStore => {
  if (!area) return store;
  const within = (filter: TwinFilter = {}): TwinFilter => ({ all: [filter, { areas: [{ relation: 'intersects', geometry: area }] }] });
  return {
    stream: ({ filter, ...asked }, options) => store.stream({ ...asked, filter: within(filter) }, options),
    count: (filter, options) => store.count(within(filter), options),
    adjacent: store.adjacent,
  };
};
