/**
 * Write: a group of batches in one transaction: lock, load, decide, save. Tried again without harm: a mark of the attempt is saved with the data.
 */

import type { Space } from '../neo4j-cypher/space.ts';
import type { Outcome } from '../store.ts';
import type { Connection } from './connection.ts';
import { type Batch, decide } from './decide.ts';
import { before, load, type Run, save, type Wanted, wantedBy } from './save.ts';
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

type Committing = { readonly run: Run; readonly set: WorkingSet; readonly mark: string };

/**
 * Work under the lock, in one transaction that is tried again where that may help. A connection that is lost at the commit leaves open whether it was made:
 * the next attempt finds the mark of the last one where it was, and tells what that one came to. `name` is one that this writer never used before.
 */
export const commitOnce = <T>(
  { connection, space, writer }: Writer,
  { name, wanted }: { readonly name: string; readonly wanted: Wanted },
  work: (committing: Committing) => Promise<T>,
): Promise<T> => {
  const attempts = new Map<string, { readonly value: T }>();
  return connection.write(async (run) => {
    const { set, mark: last } = await load(run, { space, writer }, wanted);
    const done = typeof last === 'string' ? attempts.get(last) : undefined;
    if (done) return done.value;
    const mark = `${name}.${attempts.size}`;
    const value = await work({ run, set, mark });
    attempts.set(mark, { value });
    return value;
  });
};

/** Nothing is told before it is durable. */
export const writeGroup = (to: Writer, group: number, batches: readonly Batch[]): Promise<Written> =>
  commitOnce(to, { name: `${group}`, wanted: wantedBy(batches) }, async ({ run, set, mark }) => {
    const { space, writer, noted } = to;
    const was = before(set);
    const outcomes = decideAll(set, batches);
    await save(run, { space, set: { ...set, terms: unnoted(set, noted) }, was, marking: { writer, mark, at: batches[0]?.at ?? '' } });
    return { outcomes, head: set.head, identityTouched: set.identityTouched, terms: [...set.terms.keys()] };
  });
