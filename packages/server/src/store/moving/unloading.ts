/**
 * Unloading: everything that a store keeps, part after part, as another store takes it.
 */
import type { SampleKey } from '@cityweave/core';
import type { TwinStore } from '../store.ts';
import type { Moved, Unloadable } from './moved.ts';

const pageRows = 500;

async function* partOf<P extends keyof Unloadable>(store: TwinStore, part: P): AsyncGenerator<readonly Unloadable[P][]> {
  let after: string | undefined;
  do {
    const page = await store.unload(part, { after, first: pageRows });
    yield page.rows;
    after = page.next;
  } while (after !== undefined);
}

async function* joinsOf(store: TwinStore): AsyncGenerator<readonly Moved[]> {
  let after: Awaited<ReturnType<TwinStore['joins']>>['next'];
  do {
    const page = await store.joins({ first: pageRows, after });
    yield page.joins.map((join): Moved => ({ part: 'join', join }));
    after = page.next;
  } while (after !== undefined);
}

async function* samplesOf(store: TwinStore, { id, series }: Unloadable['series']): AsyncGenerator<readonly Moved[]> {
  let after: SampleKey | undefined;
  do {
    const page = await store.history(id, { series, first: pageRows, after });
    yield [{ part: 'samples', id, samples: page.samples }];
    after = page.next;
  } while (after !== undefined);
}

const lastChange = async (store: TwinStore): Promise<readonly Moved[]> => {
  const { changes } = await store.changes((await store.head()) - 1, { limit: 1 });
  return changes.map((change): Moved => ({ part: 'change', change }));
};

/** In pages; twins before their samples. A store that is written meanwhile may be told of at different times. */
export async function* movedRows(store: TwinStore): AsyncGenerator<readonly Moved[]> {
  for (const part of ['twin', 'link', 'term', 'import', 'cursor'] as const) yield* partOf(store, part);
  yield* joinsOf(store);
  for await (const page of partOf(store, 'series')) for (const one of page) yield* samplesOf(store, one);
  yield* partOf(store, 'gone');
  yield await lastChange(store);
}
