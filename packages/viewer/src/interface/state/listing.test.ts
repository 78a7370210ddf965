import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TwinRow } from '../../graphql/answers.ts';
import { emptyListing, type Listing, placeBefore, toldAfter } from './listing.ts';

const twin = (id: string, agency = 'a'): TwinRow => ({
  ...{ id, name: id, kind: { id: 'k', label: 'k' }, properties: [] },
  ...{ position: null, address: null },
  representations: [{ agency: { id: agency, name: agency } }],
});

/** What agencies say that keep these twins in the order of their ids; a cursor is the last id of a page. */
const tell = (kept: readonly string[], after: string | undefined, first: number) => {
  const rest = kept.toSorted().filter((id) => after === undefined || id > after);
  const nodes = rest.slice(0, first).map((id) => twin(id));
  return { nodes, pageInfo: { hasNextPage: rest.length > first, endCursor: nodes.at(-1)?.id ?? null }, untold: [] };
};

const idsOf = ({ rows }: Listing): readonly string[] => rows.map(({ id }) => id);

/** Of each page only what fits is told. */
const readAll = (listing: Listing, kept: readonly string[], fits = (_: string) => true): Listing => {
  if (!listing.hasMore) return listing;
  const page = tell(kept, listing.next, 3);
  return readAll(toldAfter(listing, listing.next, { ...page, nodes: page.nodes.filter(({ id }) => fits(id)) }), kept, fits);
};

describe('a list of twins', () => {
  const some = fc.uniqueArray(fc.string({ unit: fc.constantFrom(...'abcdef'), minLength: 1, maxLength: 3 }), { maxLength: 30 });

  it('read page by page has every twin once, in order', () => {
    fc.assert(
      fc.property(some, (kept) => {
        expect(idsOf(readAll(emptyListing, kept))).toEqual(kept.toSorted());
      }),
    );
  });

  it('goes on where few of a page fit, or none', () => {
    const fits = (id: string): boolean => id.includes('a');
    fc.assert(
      fc.property(some, (kept) => {
        expect(idsOf(readAll(emptyListing, kept, fits))).toEqual(kept.toSorted().filter(fits));
      }),
    );
  });

  it('is, where it is told anew, what is kept by now: who came stands in its place, who went is gone, and no twin stands twice', () => {
    fc.assert(
      fc.property(some, some, fc.nat(), (before, kept, place) => {
        const listing = readAll(emptyListing, before);
        const { from, after } = placeBefore(listing, place % (before.length + 1));
        const anew = toldAfter(listing, after, tell(kept, after, 60));
        expect(idsOf(anew)).toEqual([...before.toSorted().slice(0, from), ...kept.toSorted().filter((id) => after === undefined || id > after)]);
        expect(anew.hasMore).toBe(false);
      }),
    );
  });

  it('told anew for a stretch keeps what stands behind it', () => {
    const listing = readAll(emptyListing, ['b', 'd', 'f', 'h', 'j']);
    expect(idsOf(toldAfter(listing, undefined, tell(['a', 'b', 'c', 'd', 'f', 'h', 'j'], undefined, 4)))).toEqual(['a', 'b', 'c', 'd', 'f', 'h', 'j']);
  });

  it('keeps the twins of who could not be asked, behind those that they stood behind', () => {
    const listing = toldAfter(emptyListing, undefined, { ...tell([], undefined, 9), nodes: [twin('a'), twin('b', 'silent'), twin('c'), twin('d', 'silent')] });
    expect(idsOf(toldAfter(listing, undefined, { ...tell(['a', 'c', 'e'], undefined, 9), untold: ['silent'] }))).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(idsOf(toldAfter(listing, undefined, tell(['a', 'c'], undefined, 9)))).toEqual(['a', 'c']);
  });

  it('takes nothing that was told after a place that is gone meanwhile', () => {
    const listing = readAll(emptyListing, ['a', 'b']);
    expect(toldAfter(listing, 'z', tell(['c'], undefined, 9))).toBe(listing);
  });
});
