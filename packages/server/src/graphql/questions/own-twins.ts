/**
 * Own twins of one request: reads of many fields become one question to the store.
 */
import { cutLinks, type Direction, type Link, limits, type TermId, type Twin, TwinId } from '@cityweave/core';
import DataLoader from 'dataloader';
import type { TwinStore } from '../../store/store.ts';

export type LinksAsked = { readonly id: TwinId; readonly kinds: readonly TermId[] | undefined; readonly direction: Direction };

export type OwnTwins = {
  readonly twin: (id: TwinId) => Promise<Twin | undefined>;
  /** by any identifier it is known by */
  readonly known: (identifier: string) => Promise<Twin | undefined>;
  readonly links: (asked: LinksAsked) => Promise<OwnLinks>;
};

export type OwnLinks = { readonly links: readonly Link[] /** it has more than are told */; readonly isCut: boolean };

const touches = ({ from, to }: Link, { id, direction }: LinksAsked): boolean => (direction !== 'in' && from === id) || (direction !== 'out' && to === id);

const shapeOf = ({ kinds, direction }: LinksAsked): string => `${direction} ${kinds ? [...kinds].sort().join(' ') : '*'}`;

const askLinks = async (store: TwinStore, signal: AbortSignal, asked: readonly LinksAsked[]): Promise<readonly OwnLinks[]> => {
  const groups = Map.groupBy(asked, shapeOf);
  const found = await Promise.all(
    [...groups].map(async ([shape, group]) => {
      const { kinds, direction } = group[0] ?? { kinds: undefined, direction: 'out' as const };
      const ids = group.map(({ id }) => id);
      const limit = limits.linksPerTwinAnswerMax;
      return [shape, cutLinks(await store.adjacent(ids, { kinds, direction, limit: limit + 1 }, { signal }), { ids, direction, limit })] as const;
    }),
  );
  const told = new Map(found);
  return asked.map((one) => {
    const { links = [], beyond } = told.get(shapeOf(one)) ?? {};
    return { links: links.filter((link) => touches(link, one)), isCut: beyond?.has(one.id) === true };
  });
};

export const createOwnTwins = (store: TwinStore, signal: AbortSignal): OwnTwins => {
  const twins = new DataLoader<TwinId, Twin | undefined>(async (ids) => {
    const found = await store.get(ids, { signal });
    return ids.map((id) => found.get(id));
  });
  const identifiers = new DataLoader<string, TwinId | undefined>(async (asked) => {
    const found = await store.resolve(asked, { limit: 1 }, { signal });
    return asked.map((identifier) => found.get(identifier)?.[0]);
  });
  const links = new DataLoader<LinksAsked, OwnLinks, string>((asked) => askLinks(store, signal, asked), {
    cacheKeyFn: (one) => `${one.id} ${shapeOf(one)}`,
  });
  const direct = async (identifier: string): Promise<Twin | undefined> => {
    const id = TwinId.safeParse(identifier);
    return id.success ? twins.load(id.data) : undefined;
  };
  return {
    twin: (id) => twins.load(id),
    known: async (identifier) => {
      const found = await direct(identifier);
      if (found) return found;
      const id = await identifiers.load(identifier);
      return id && twins.load(id);
    },
    links: (asked) => links.load(asked),
  };
};
