/**
 * Write: a group of batches in one transaction: lock, load, decide, save. Tried again without harm: a mark of the attempt is saved with the data.
 */

import type { Space } from '../neo4j-cypher/space.ts';
import type { Outcome } from '../store.ts';
import type { Connection } from './connection.ts';
import { type Batch, decide } from './decide.ts';
import { before, load, save } from './save.ts';
import { layerOn, settle, type TermRow, type WorkingSet } from './working-set.ts';

export type Written = {
  readonly outcomes: readonly (readonly Outcome[])[];
  readonly head: number;
  readonly identityTouched: boolean;
  readonly terms: readonly string[];
};

export type Writer = {
  readonly connection: Connection;
  readonly space: Space;
  /** this process, by an id of its own */
  readonly writer: string;
  /** terms that the store is known to have noted */
  readonly noted: ReadonlySet<string>;
};

const decideAll = (set: WorkingSet, batches: readonly Batch[]): readonly (readonly Outcome[])[] =>
  batches.map((batch) => {
    const working = layerOn(set);
    const outcomes = decide(working, batch);
    if (!(batch.atomic && outcomes.some((outcome) => !outcome.ok))) settle(working);
    return outcomes;
  });

const unnoted = (set: WorkingSet, noted: ReadonlySet<string>): Map<string, TermRow> => new Map([...set.terms].filter(([key]) => !noted.has(key)));

/**
 * Nothing is told before it is durable. A connection that is lost at the commit leaves open whether it was made:
 * the next attempt finds the mark of the last one where it was, and tells what that one came to.
 */
export const writeGroup = ({ connection, space, writer, noted }: Writer, group: number, batches: readonly Batch[]): Promise<Written> => {
  const attempts = new Map<string, Written>();
  return connection.write(async (run) => {
    const { set, mark: last } = await load(run, { space, writer }, batches);
    const done = typeof last === 'string' ? attempts.get(last) : undefined;
    if (done) return done;
    const was = before(set);
    const outcomes = decideAll(set, batches);
    const mark = `${group}.${attempts.size}`;
    const written = { outcomes, head: set.head, identityTouched: set.identityTouched, terms: [...set.terms.keys()] };
    attempts.set(mark, written);
    await save(run, { space, set: { ...set, terms: unnoted(set, noted) }, was, marking: { writer, mark, at: batches[0]?.at ?? '' } });
    return written;
  });
};
