/**
 * Upkeep of history: all series, some at a time in the order of their keys, each step a transaction of its own: writes that wait come in between.
 */
import { type Instant, msOfInstant } from '@cityweave/core';
import type { Connection } from '../neo4j/connection.ts';
import { trusted } from '../neo4j/neo4j-rows.ts';
import type { Run } from '../neo4j/save.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import type { Space } from '../neo4j-cypher/space.ts';
import { nextSeries } from '../neo4j-cypher/upkeep.ts';
import { lockHead } from '../neo4j-cypher/write.ts';

/** A series by its key, its name, when its last sample was said, and how many chunks were made of it. */
export type Named = { readonly key: string; readonly name: string; readonly observed: number; readonly recorded: number; readonly chunks: number };
export type Step = { readonly run: Run; readonly space: Space; readonly before: number };
/** Samples that a step has dealt with, and how many of the series given to it are done. */
export type Stepped = { readonly samples: number; readonly done: number };

type Walk = { readonly connection: Connection; readonly space: Space; readonly before: Instant | undefined };

const seriesPerStep = 200;

/** Samples dealt with. */
export const walkSeries = async ({ connection, space, before }: Walk, each: (step: Step, named: readonly Named[]) => Promise<Stepped>): Promise<number> => {
  if (before === undefined) return 0;
  let samples = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const from: string = after;
    const [named, stepped] = await connection.write(async (run) => {
      await run(lockHead(space));
      const found = trusted<readonly Named[]>(await run(nextSeries(space, { after: from, limit: whole(seriesPerStep) })));
      return [found, found.length === 0 ? { samples: 0, done: 0 } : await each({ run, space, before: msOfInstant(before) }, found)] as const;
    });
    samples += stepped.samples;
    const isLast = stepped.done === named.length && named.length < seriesPerStep;
    after = isLast ? undefined : (named[stepped.done - 1]?.key ?? from);
  }
  return samples;
};
