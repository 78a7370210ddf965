/**
 * Store within: what a function reads for somebody: twins of other kinds, or outside of an agreed area, are not there, and links are told only of twins that it read.
 */
import type { Geometry, TermId, Twin, TwinFilter, TwinId } from '@cityweave/core';
import type { StreamQuery, TwinStore } from '../store/store.ts';
import type { GrantedStore } from './function.ts';

/** Kinds as they stand, without their narrower terms; no area where none was agreed. */
export type Granted = { readonly kinds: readonly TermId[]; readonly area?: Geometry | undefined };

const narrowing = ({ kinds, area }: Granted): TwinFilter => ({ kinds, ...(area && { areas: [{ relation: 'intersects', geometry: area }] }) });

export const storeWithin = (store: TwinStore, granted: Granted): GrantedStore => {
  const within = (filter: TwinFilter = {}): TwinFilter => ({ all: [filter, narrowing(granted)] });
  const read = new Set<TwinId>();
  const stream = async function* ({ filter, ...asked }: StreamQuery, options?: Parameters<TwinStore['stream']>[1]): AsyncGenerator<readonly Twin[]> {
    for await (const twins of store.stream({ ...asked, filter: within(filter) }, options)) {
      for (const { id } of twins) read.add(id);
      yield twins;
    }
  };
  return {
    stream,
    count: (filter, options) => store.count(within(filter), options),
    adjacent: (ids, ...asked) =>
      store.adjacent(
        ids.filter((id) => read.has(id)),
        ...asked,
      ),
  };
};
