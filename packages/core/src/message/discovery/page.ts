/**
 * Pages of entries: in the order that a query asks for, from a cursor on, as many as one message tells of.
 */
import { compareText } from '../../ground/id.ts';
import { utf8Bytes } from '../../ground/json.ts';
import { limits } from '../../ground/limits.ts';
import { valuesAt } from './condition.ts';
import type { DiscoveryQuery } from './discovery-query.ts';

type Sortable = { readonly id: string; readonly attributes: unknown };
type Key = { readonly value: string | number | null; readonly id: string };

const keyOf = ({ id, attributes }: Sortable, { sort }: Pick<DiscoveryQuery, 'sort'>): Key => {
  const [value] = sort ? valuesAt(attributes, sort.path) : [];
  if (typeof value === 'string') return { value: value.slice(0, limits.keyCharactersMax), id };
  return { value: typeof value === 'number' ? value : null, id };
};

/** Numbers before texts before nothing; nothing comes last whichever way it is sorted. */
const compareKeys = (a: Key, b: Key, descending: boolean): number => {
  const rank = ({ value }: Key): number => (typeof value === 'number' ? 0 : value === null ? 2 : 1);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const difference = typeof a.value === 'number' && typeof b.value === 'number' ? a.value - b.value : compareText(String(a.value), String(b.value));
  return (descending ? -difference : difference) || compareText(a.id, b.id);
};

/** `n` or `s` and the value, a line's end, the id; the id alone where the value is nothing. */
const parseCursor = (cursor: string): Key => {
  const at = cursor.lastIndexOf('\n');
  const [text, id] = [cursor.slice(1, Math.max(at, 1)), cursor.slice(at + 1)];
  return { value: at < 0 ? null : cursor.startsWith('n') ? Number(text) : text, id };
};

const cursorOf = ({ value, id }: Key): string => (value === null ? id : `${typeof value === 'number' ? 'n' : 's'}${value}\n${id}`);

/** The cursor behind an item. */
export const cursorBehind = (item: Sortable, query: Pick<DiscoveryQuery, 'sort'>): string => cursorOf(keyOf(item, query));

export type Paged<T> = { readonly total: number; readonly next: string | null; readonly items: readonly T[] };

const keyedInOrder = <T extends Sortable>(all: readonly T[], query: Pick<DiscoveryQuery, 'sort'>) => {
  const descending = query.sort?.descending ?? false;
  const compare = (a: Key, b: Key): number => compareKeys(a, b, descending);
  return { compare, keyed: all.map((item) => ({ item, key: keyOf(item, query) })).sort((a, b) => compare(a.key, b.key)) };
};

/** In the order that a query asks for. */
export const inOrder = <T extends Sortable>(all: readonly T[], query: Pick<DiscoveryQuery, 'sort'>): readonly T[] =>
  keyedInOrder(all, query).keyed.map(({ item }) => item);

/** The first ones, as many as one message tells of: `limit`, and `discoverPageBytesMax` in all; one at least, so that a walk goes on. */
export const fittingMessage = <T>(items: readonly T[], limit: number): readonly T[] => {
  const first = items.slice(0, limit);
  let bytes = 0;
  const beyond = first.findIndex((item, at) => {
    bytes += utf8Bytes(JSON.stringify(item));
    return at > 0 && bytes > limits.discoverPageBytesMax;
  });
  return beyond < 0 ? first : first.slice(0, beyond);
};

/** In the order asked for; the cursor is the place of the last one seen, so that a page stays right when entries come and go. */
export const pageOf = <T extends Sortable>(all: readonly T[], query: Pick<DiscoveryQuery, 'sort' | 'limit' | 'cursor'>): Paged<T> => {
  const { compare, keyed } = keyedInOrder(all, query);
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  const rest = after ? keyed.filter(({ key }) => compare(key, after) > 0) : keyed;
  const items = fittingMessage(
    rest.map(({ item }) => item),
    query.limit,
  );
  const last = items.at(-1);
  return { total: all.length, next: rest.length > items.length && last ? cursorBehind(last, query) : null, items };
};
