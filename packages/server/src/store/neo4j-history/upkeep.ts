/**
 * Upkeep of history: all pasts, some at a time in the order of their keys, each step a transaction of its own: writes that wait come in between.
 */
import type { Connection } from '../neo4j/connection.ts';
import { lock, type Run } from '../neo4j/save.ts';
import { putPasts } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import type { Space } from '../neo4j-cypher/space.ts';
import { dropChunks, dropPasts, nextPasts, putChunks } from '../neo4j-cypher/upkeep.ts';
import type { Waiting } from '../store.ts';
import type { ChunkRow } from './samples.ts';
import { decodePast, type Past, rowOfPast } from './tails.ts';

/** Tails of a twin or a link, by its id. */
export type Kept = { readonly id: string; readonly past: Past };
export type Step = { readonly run: Run; readonly space: Space; readonly before: number };
/** Samples that a step has dealt with, and how many of the pasts given to it are done. */
export type Stepped = { readonly samples: number; readonly done: number };

/** What a step leaves: pasts that became others, chunks that go and chunks that come. */
export type Left = { readonly pasts: readonly Kept[]; readonly gone: readonly object[]; readonly made: readonly ChunkRow[] };

export const leave = async ({ run, space }: Step, { pasts, gone, made }: Left): Promise<void> => {
  const empty = pasts.filter(({ past }) => past.size === 0).map(({ id }) => id);
  const rows = pasts.filter(({ past }) => past.size > 0).map(({ id, past }) => rowOfPast(id, past));
  await Promise.all([
    empty.length > 0 && run(dropPasts(space, empty)),
    rows.length > 0 && run(putPasts(space, rows)),
    gone.length > 0 && run(dropChunks(space, gone)),
    made.length > 0 && run(putChunks(space, made)),
  ]);
};

type Walk = { readonly connection: Connection; readonly space: Space };

const pastsPerStep = 200;

/** Samples dealt with. */
export const walkPasts = async (
  { connection, space }: Walk,
  each: (step: Omit<Step, 'before'>, kept: readonly Kept[]) => Promise<Stepped>,
  waiting?: Waiting,
): Promise<number> => {
  let samples = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after;
    const [kept, stepped] = await connection.write(async (run) => {
      await lock(run, space);
      const rows = await run(nextPasts(space, { after: from, limit: whole(pastsPerStep) }));
      const found = rows.map(({ id, doc }): Kept => ({ id: String(id), past: decodePast(String(doc)) }));
      return [found, found.length === 0 ? { samples: 0, done: 0 } : await each({ run, space }, found)] as const;
    }, waiting);
    samples += stepped.samples;
    const isLast = stepped.done === kept.length && kept.length < pastsPerStep;
    after = isLast ? undefined : (kept[stepped.done - 1]?.id ?? from);
  }
  return samples;
};
