/**
 * Twin reads: twins by id and in pages, read near where little is asked for, else by a reader's thread, which leaves out what is known here.
 */
import type { Moment, PageKey, Twin, TwinId } from '@cityweave/core';
import type { Reads, ReadVerb } from '../sqlite/sqlite-read.ts';
import { trusted } from '../sqlite/sqlite-threads.ts';
import type { FindQuery, FoundPage, Waiting } from '../store.ts';
import type { KnownChanges, KnownTwins } from './known-twins.ts';
import type { NearReads } from './near.ts';

type Asking = Waiting & { readonly known?: KnownChanges | undefined };
export type Ask = <V extends ReadVerb>(verb: V, args: Parameters<Reads[V]>[1], waiting?: Asking) => Promise<ReturnType<Reads[V]>>;

export type Reader = {
  readonly ask: Ask;
  /** false where the store is closed or nobody waits: then `ask` says so */
  readonly isAsked: (waiting?: Waiting) => boolean;
  readonly near: NearReads;
  readonly known: KnownTwins;
};

// What is read was parsed before it was put in: the rows of our own file keep their types.

const byId = (twins: readonly Twin[]): ReadonlyMap<TwinId, Twin> => new Map(twins.map((twin) => [twin.id, twin]));

export const readTwins = async ({ ask, isAsked, near }: Reader, ids: readonly TwinId[], waiting?: Waiting): Promise<ReadonlyMap<TwinId, Twin>> => {
  const twins = (isAsked(waiting) ? near.twins(ids) : undefined) ?? trusted<readonly Twin[]>(JSON.parse(await ask('get', { ids }, waiting)));
  return byId(twins);
};

type Then = { readonly ids: readonly TwinId[]; readonly moment: Moment };

export const readStates = async ({ ask, isAsked, near }: Reader, asked: Then, waiting?: Waiting): Promise<ReadonlyMap<TwinId, Twin>> => {
  const { ids, moment } = asked;
  const twins = (isAsked(waiting) ? near.states(ids, moment) : undefined) ?? trusted<readonly Twin[]>(JSON.parse(await ask('stateAt', asked, waiting)));
  return byId(twins);
};

const pageWith = (twins: readonly Twin[] | undefined, { seq, next }: { readonly seq: number; readonly next: unknown }): FoundPage | undefined =>
  twins && { twins, seq, ...(next !== undefined && { next: trusted<PageKey>(next) }) };

/** Where a twin that a reader counted on is no longer known, the page is told whole. */
const presentPage = async ({ ask, isAsked, near, known }: Reader, query: FindQuery, waiting?: Waiting): Promise<FoundPage> => {
  const { filter = {}, order, first, after, backwards = false } = query;
  const asked = { filter, order, after, backwards, first };
  const here = isAsked(waiting) ? near.page(asked, known.changes) : undefined;
  const read = here && pageWith(known.together(here.twins), here);
  if (read) return read;
  const told = async (changes?: KnownChanges): Promise<FoundPage | undefined> => {
    const page = await ask('find', asked, { ...waiting, known: changes });
    return pageWith(known.twinsOf(page.twins), page);
  };
  return (await told(known.changes)) ?? trusted<FoundPage>(await told());
};

export const readPage = async (reader: Reader, { at, ...query }: FindQuery, waiting?: Waiting): Promise<FoundPage> =>
  at ? reader.ask('findThen', { ...query, filter: query.filter ?? {}, at }, waiting) : presentPage(reader, query, waiting);
