/**
 * Listing: the beginning of a list of twins as far as it was read, and how it stays what the agencies say while they change it: from a known place on, it is told anew.
 */
import type { TwinPage, TwinRow } from '../../graphql/answers.ts';

/** A place in a list: behind the row with that id stands what is read after the cursor. */
type Place = { readonly id: string; readonly after: string };

export type Listing = {
  readonly rows: readonly TwinRow[];
  readonly places: readonly Place[];
  readonly hasMore: boolean;
  /** the cursor after which there is more; there may be few rows before it, or none */
  readonly next?: string | undefined;
};

export const emptyListing: Listing = { rows: [], places: [], hasMore: true };

type Told = Pick<TwinPage, 'nodes' | 'pageInfo'> & {
  /** agencies that may have more than they told */
  readonly untold: readonly string[];
};

const placeAtEnd = ({ nodes, pageInfo: { endCursor } }: Told): readonly Place[] => {
  const id = nodes.at(-1)?.id;
  return id === undefined || endCursor === null ? [] : [{ id, after: endCursor }];
};

/** The last known place before a row, and how many rows stand before it; at the very beginning there is no cursor. */
export const placeBefore = ({ rows, places }: Listing, index: number): { readonly from: number; readonly after?: string } => {
  const known = new Map(places.map(({ id, after }) => [id, after]));
  for (let from = Math.min(index, rows.length); from > 0; from -= 1) {
    const after = known.get(rows[from - 1]?.id ?? '');
    if (after !== undefined) return { from, after };
  }
  return { from: 0 };
};

/** With those of the rows before of whose agencies not all was told, each behind the one that it stood behind. */
const withUntold = (before: readonly TwinRow[], told: readonly TwinRow[], untold: readonly string[]): readonly TwinRow[] => {
  const [ids, kept] = [new Set(told.map(({ id }) => id)), new Map<string, TwinRow[]>()];
  let behind = '';
  for (const row of before) {
    if (ids.has(row.id)) behind = row.id;
    else if (row.representations.every(({ agency }) => untold.includes(agency.id))) kept.set(behind, [...(kept.get(behind) ?? []), row]);
  }
  return [...(kept.get('') ?? []), ...told.flatMap((row) => [row, ...(kept.get(row.id) ?? [])])];
};

/** How many rows stand before what is read after that cursor. */
const rowsBefore = ({ rows, places, next }: Listing, after: string | undefined): number | undefined => {
  if (after === undefined) return 0;
  if (after === next) return rows.length;
  const place = places.find((known) => known.after === after);
  return rows.findIndex(({ id }) => id === place?.id) + 1 || undefined;
};

/** What was told after a cursor, or from the beginning, takes the place of what stood there, as far as it goes; nothing does where the cursor's place is gone meanwhile. */
export const toldAfter = (listing: Listing, after: string | undefined, told: Told): Listing => {
  const { rows, places, hasMore, next } = listing;
  const { hasNextPage, endCursor } = told.pageInfo;
  const from = rowsBefore(listing, after);
  if (from === undefined) return listing;
  const ids = new Set(told.nodes.map(({ id }) => id));
  const before = rows.slice(from);
  const end = hasNextPage ? before.findLastIndex(({ id }) => ids.has(id)) + 1 : before.length;
  const stretch = withUntold(before.slice(0, end), told.nodes, told.untold);
  const anew = new Set(stretch.map(({ id }) => id));
  return {
    rows: [...rows.slice(0, from).filter(({ id }) => !anew.has(id)), ...stretch, ...before.slice(end)],
    places: [...places.filter(({ id }) => !anew.has(id)), ...placeAtEnd(told)],
    ...(end < before.length ? { hasMore, next } : { hasMore: hasNextPage, next: endCursor ?? undefined }),
  };
};
