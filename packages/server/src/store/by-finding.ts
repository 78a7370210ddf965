/**
 * By finding: the verbs that every store has by its pages, the same on every engine.
 */
import { type PageKey, relevanceOf } from '@cityweave/core';
import type { FindQuery, TwinStore } from './store.ts';

type Find = TwinStore['find'];

const streamOf = (find: Find): TwinStore['stream'] =>
  async function* ({ chunk, ...query }, waiting) {
    let after: PageKey | undefined;
    do {
      const page = await find({ ...query, first: chunk, after } satisfies FindQuery, waiting);
      if (page.twins.length > 0) yield page.twins;
      after = page.next;
    } while (after !== undefined);
  };

const searchBy =
  (find: Find): TwinStore['search'] =>
  async (text, { kinds, limit }, waiting) => {
    const { twins } = await find({ filter: { text, kinds }, order: { by: { text }, descending: false }, first: limit }, waiting);
    return twins.map((twin) => ({ twin, relevance: relevanceOf(twin, text) }));
  };

export const byFinding = (find: Find): Pick<TwinStore, 'stream' | 'search'> => ({ stream: streamOf(find), search: searchBy(find) });
