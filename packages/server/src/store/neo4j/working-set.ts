/**
 * Working set: what a batch has loaded of a store and what its commands have made of it so far. A batch that is refused as a whole is dropped with its layer.
 */
import { compareText, type Join, type Link, linkIdOf, type Sample, type TwinInput } from '@cityweave/core';
import { noPast, type Past } from '../neo4j-history/tails.ts';
import type { Kept } from './neo4j-rows.ts';

/** A twin as the batch knows it. */
export type TwinState = {
  readonly version: number;
  readonly kind: string;
  readonly createdAt: string;
  readonly object: string | null;
  readonly alts: string | null;
  /** the store has no node of it, or one that goes with the twin that had the id before */
  readonly fresh: boolean;
  readonly shaped: boolean;
  readonly body: string;
  readonly input: TwinInput;
  /** what is to be written; absent where the store has it already */
  readonly written?: Kept | undefined;
};

export type Ends = { readonly id: string; readonly src: string; readonly kind: string; readonly dst: string };
/** `written` where it is to be. */
export type LinkState = Ends & { readonly link: Link; readonly written: boolean };

export type ChangeRow = { readonly seq: number; readonly id: string; readonly op: string; readonly at: string; readonly link?: string; readonly kind?: string };
export type TermRow = { readonly kind: string; readonly term: string; readonly unit: string | null };

/** What is not there any more is there as null. */
type Layer<V> = Map<string, V | null>;
type LinkIndex = Map<string, Set<string>>;

export type WorkingSet = {
  readonly twins: Layer<TwinState>;
  /** by what ends and kind they have */
  readonly links: Layer<LinkState>;
  /** what ends and kind the links have that have or had an id, and those that start or end at a twin */
  readonly linksById: LinkIndex;
  readonly linksByEnd: LinkIndex;
  /** joins by the id that they start from */
  readonly joins: Map<string, ReadonlyMap<string, Join>>;
  /** what was said before of a twin or a link, by its id */
  readonly pasts: Map<string, Past>;
  /** of series what their chunks say of times that the batch speaks of, by their keys */
  readonly folded: Map<string, readonly Sample[]>;
  /** ends of the links of which something was said before, by their ids */
  readonly pastLinks: Map<string, Omit<Ends, 'id'>>;
  /** with which version it ended, by its id; of a link by that which is made of its ends */
  readonly gone: Map<string, number>;
  readonly cursors: Map<string, number>;
  readonly tally: Map<string, number>;
  readonly terms: Map<string, TermRow>;
  readonly changes: ChangeRow[];
  head: number;
  identityTouched: boolean;
};

export const emptySet = (head: number): WorkingSet => ({
  twins: new Map(),
  links: new Map(),
  linksById: new Map(),
  linksByEnd: new Map(),
  joins: new Map(),
  pasts: new Map(),
  folded: new Map(),
  pastLinks: new Map(),
  gone: new Map(),
  cursors: new Map(),
  tally: new Map(),
  terms: new Map(),
  changes: [],
  head,
  identityTouched: false,
});

/** The set that a batch works on: its own changes over what the batches before it have made. */
export type Working = { readonly below: WorkingSet; readonly own: WorkingSet };

export const layerOn = (below: WorkingSet): Working => ({ below, own: emptySet(below.head) });

const merge = <V>(into: Map<string, V>, from: ReadonlyMap<string, V>): void => {
  for (const [key, value] of from) into.set(key, value);
};

export const endsKey = ({ src, kind, dst }: Omit<Ends, 'id'>): string => JSON.stringify([src, kind, dst]);

const indexLink = ({ linksById, linksByEnd }: WorkingSet, state: LinkState): void => {
  const key = endsKey(state);
  const note = (index: LinkIndex, name: string): void => void index.set(name, (index.get(name) ?? new Set()).add(key));
  note(linksById, state.id);
  note(linksByEnd, state.src);
  note(linksByEnd, state.dst);
};

export const placeLink = (set: WorkingSet, state: LinkState): void => {
  set.links.set(endsKey(state), state);
  indexLink(set, state);
};

/** The batch was accepted: what it has made is what the next one finds. */
export const settle = ({ below, own }: Working): void => {
  for (const name of ['twins', 'links', 'joins', 'pasts', 'pastLinks', 'gone', 'cursors', 'terms'] as const) merge<unknown>(below[name], own[name]);
  for (const state of own.links.values()) if (state) indexLink(below, state);
  for (const [kind, more] of own.tally) below.tally.set(kind, (below.tally.get(kind) ?? 0) + more);
  for (const change of own.changes) below.changes.push(change);
  below.head = own.head;
  below.identityTouched ||= own.identityTouched;
};

const found = <V>(own: Layer<V>, below: Layer<V>, key: string): V | undefined => (own.has(key) ? own.get(key) : below.get(key)) ?? undefined;

export const twinIn = ({ own, below }: Working, id: string): TwinState | undefined => found(own.twins, below.twins, id);
export const joinsIn = ({ own, below }: Working, from: string): ReadonlyMap<string, Join> => own.joins.get(from) ?? below.joins.get(from) ?? new Map();
export const pastIn = ({ own, below }: Working, id: string): Past => own.pasts.get(id) ?? below.pasts.get(id) ?? noPast;
export const cursorIn = ({ own, below }: Working, peer: string): number | undefined => own.cursors.get(peer) ?? below.cursors.get(peer);

const linksIn = ({ own, below }: Working, index: 'linksById' | 'linksByEnd', name: string): readonly LinkState[] => {
  const keys = new Set([...(below[index].get(name) ?? []), ...(own[index].get(name) ?? [])]);
  return [...keys].flatMap((key) => found(own.links, below.links, key) ?? []);
};

export const linkBetween = ({ own, below }: Working, ends: string): LinkState | undefined => found(own.links, below.links, ends);
export const linksAt = (working: Working, twin: string): readonly LinkState[] => linksIn(working, 'linksByEnd', twin);

const isMadeOfEnds = ({ id, link: { from, kind, to } }: LinkState): boolean => id === linkIdOf(from, kind, to);

const compareEnds = (a: Ends, b: Ends): number => compareText(a.src, b.src) || compareText(a.kind, b.kind) || compareText(a.dst, b.dst);

/** Of several that have the id, one of which it is not made comes first, then the first by its ends. */
export const linkIn = (working: Working, id: string): LinkState | undefined =>
  linksIn(working, 'linksById', id)
    .filter((link) => link.id === id)
    .toSorted((a, b) => Number(isMadeOfEnds(a)) - Number(isMadeOfEnds(b)) || compareEnds(a, b))[0];
