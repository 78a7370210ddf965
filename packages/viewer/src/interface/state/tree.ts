/**
 * Tree: federation, agency, kind, twin, as the lines that are open, each with its level and its place among its sisters.
 */
import type { Count, TwinRow } from '../../graphql/answers.ts';
import { emptyListing, type Listing } from './listing.ts';

export type Branch = { readonly listing: Listing; readonly state: 'asking' | 'more' | 'all' | 'refused' };

type Placed = { readonly key: string; readonly level: number; readonly size: number; readonly position: number; readonly parent: string | undefined };
export type Line = Placed &
  (
    | { readonly type: 'federation' | 'agency' | 'kind'; readonly label: string; readonly count: number | undefined; readonly open: boolean }
    | { readonly type: 'twin'; readonly twin: TwinRow }
    | { readonly type: 'more'; readonly branch: string; readonly state: Branch['state'] }
  );

export type Forest = {
  readonly name: string;
  readonly counts: readonly Count[];
  /** each twin once, whoever keeps it; undefined where that is not known */
  readonly total: number | undefined;
  readonly open: ReadonlySet<string>;
  /** twins that were read, by the key of their kind's line */
  readonly branches: ReadonlyMap<string, Branch>;
};

export const rootKey = 'federation';
const separator = '\u0000';
export const kindKey = (agency: string, kind: string): string => `${agency}${separator}${kind}`;
export const partsOfKey = (key: string): readonly [agency: string, kind: string | undefined] => {
  const [agency = '', kind] = key.split(separator);
  return [agency, kind];
};

const summed = (counts: readonly Count[]): number => counts.reduce((sum, { count }) => sum + count, 0);
const byLabel = (a: { readonly label: string }, b: { readonly label: string }): number => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);

const nothingRead: Branch = { listing: emptyListing, state: 'asking' };

const twinLines = ({ branches }: Forest, key: string, count: number): readonly Line[] => {
  const { listing, state } = branches.get(key) ?? nothingRead;
  const { rows } = listing;
  const size = Math.max(count, rows.length);
  const twins = rows.map((twin, at): Line => ({ type: 'twin', key: `${key}${separator}${twin.id}`, level: 4, size, position: at + 1, parent: key, twin }));
  if (state === 'all') return twins;
  return [...twins, { type: 'more', key: `${key}${separator}…`, level: 4, size, position: rows.length + 1, parent: key, branch: key, state }];
};

const kindLines = (forest: Forest, agency: string, counts: readonly Count[]): readonly Line[] => {
  const kinds = counts.map(({ kind, count }) => ({ label: kind.label, key: kindKey(agency, kind.id), count })).sort(byLabel);
  return kinds.flatMap(({ label, key, count }, at): readonly Line[] => {
    const open = forest.open.has(key);
    const line: Line = { ...{ type: 'kind', key, level: 3, size: kinds.length, position: at + 1, parent: agency }, label, count, open };
    return open ? [line, ...twinLines(forest, key, count)] : [line];
  });
};

/** What is read from above to below. */
export const toLines = (forest: Forest): readonly Line[] => {
  const agencies = [...Map.groupBy(forest.counts, ({ agency }) => agency.id)]
    .map(([key, own]) => ({ key, own, label: own[0]?.agency.name ?? key }))
    .sort(byLabel);
  const isOpen = forest.open.has(rootKey);
  const root: Line = {
    ...{ type: 'federation', key: rootKey, level: 1, size: 1, position: 1, parent: undefined },
    ...{ label: forest.name, count: forest.total, open: isOpen },
  };
  if (!isOpen) return [root];
  return [
    root,
    ...agencies.flatMap(({ key, own, label }, at): readonly Line[] => {
      const open = forest.open.has(key);
      const line: Line = { ...{ type: 'agency', key, level: 2, size: agencies.length, position: at + 1, parent: rootKey }, label, count: summed(own), open };
      return open ? [line, ...kindLines(forest, key, own)] : [line];
    }),
  ];
};
