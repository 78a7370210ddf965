/**
 * Difference: what a staged edition of a source changes in the store, found before anything is written. Rows and twins are paired by id, in id order;
 * what differs only by rounding, or only in ignored columns, is unchanged.
 */
import { setImmediate } from 'node:timers/promises';
import type { TwinId } from '@cityweave/core';
import type { Source } from '../source.ts';
import { contentOf, type DifferenceWork, samePlace, type Tally } from './compare.ts';
import { matchMoved } from './match.ts';
import { countNamed, inTransaction, type Staging, stagedRow, stagingLimits, textOf } from './staging.ts';

export type Difference = {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  /** all rows are new: they are listed nowhere but as named rows, until `listAdditions` is asked for */
  readonly fresh: boolean;
};

type Pair = { readonly id: TwinId; readonly row: number; readonly digest: string; readonly was: string | undefined };

/** Identity rests on more than a declared column: rows may have to look for the twin they were. */
export const needsMatching = ({ key }: Source): boolean => key.geometry || key.onDuplicate === 'ordinal';

export const findDifference = async (work: DifferenceWork): Promise<Difference> => {
  const tally: Tally = { added: 0, changed: 0, unchanged: 0, removed: 0 };
  const known = await loadKnown(work);
  if (known === 0) return { ...tally, added: countNamed(work.staging), fresh: true };
  const matching = needsMatching(work.source);
  await comparePairs(work, tally, matching);
  await collectGone(work, tally, matching);
  if (matching) await matchMoved(work, tally);
  return { ...tally, fresh: false };
};

const loadKnown = async ({ staging, store, source, signal }: DifferenceWork): Promise<number> => {
  let count = 0;
  let after: TwinId | undefined;
  while (!signal.aborted) {
    const page = await store.sourceState(source.id, { after, first: stagingLimits.batchRows });
    inTransaction(staging, () => {
      for (const { id, digest } of page) staging.run('addKnown').run(id, digest);
    });
    count += page.length;
    after = page.at(-1)?.id;
    if (page.length < stagingLimits.batchRows) break;
  }
  return count;
};

/** Lists rows after `from` as additions. Step by step, so that the thread is free in between. */
export const listAdditions = async (staging: Staging, from: string, signal: AbortSignal): Promise<void> => {
  for (let after = from; !signal.aborted; after = textOf(staging.run('lastChange').get()?.['id'])) {
    const { changes } = staging.run('addAll').run(after, stagingLimits.batchRows);
    if (changes === 0) return;
    await setImmediate();
  }
};

const nextPairs = (staging: Staging, after: string): readonly Pair[] =>
  staging
    .run('pairs')
    .all(after, stagingLimits.batchRows)
    .map((found) => ({
      id: textOf(found['id']) as TwinId, // branding: an id of a staged twin
      row: Number(found['row']),
      digest: textOf(found['digest']),
      was: typeof found['was'] === 'string' ? found['was'] : undefined,
    }));

/** Sorts every named row into added, unchanged, changed, or looking for its twin; one batch is one transaction and one read of the store. */
const comparePairs = async (work: DifferenceWork, tally: Tally, matching: boolean): Promise<void> => {
  let after = '';
  while (!work.signal.aborted) {
    const pairs = nextPairs(work.staging, after);
    if (pairs.length === 0) return;
    const near = await unmovedOf(work, pairs);
    inTransaction(work.staging, () => {
      for (const pair of pairs) settlePair(work.staging, { pair, same: pair.was === pair.digest || near.has(pair.id), matching, tally });
    });
    after = pairs.at(-1)?.id ?? after;
  }
};

type Settling = { readonly pair: Pair; readonly same: boolean; readonly matching: boolean; readonly tally: Tally };

const settlePair = (staging: Staging, { pair, same, matching, tally }: Settling): void => {
  if (same) tally.unchanged += 1;
  else if (matching) {
    staging.run('addLoose').run(pair.row, pair.id, pair.digest);
    if (pair.was !== undefined) staging.run('addLost').run(pair.id, pair.was, contentOf(pair.was), null, null);
  } else {
    staging.run('addChange').run(pair.id, pair.row, pair.was === undefined ? 'add' : 'change');
    if (pair.was === undefined) tally.added += 1;
    else tally.changed += 1;
  }
};

/** The pairs that differ in nothing but coordinates, and there by no more than the tolerance. */
const unmovedOf = async ({ staging, store, toleranceDegrees, signal }: DifferenceWork, pairs: readonly Pair[]): Promise<ReadonlySet<TwinId>> => {
  const asked = pairs.filter(({ digest, was }) => was !== undefined && was !== digest && contentOf(was) === contentOf(digest));
  if (asked.length === 0) return new Set();
  const twins = await store.get(
    asked.map(({ id }) => id),
    { signal },
  );
  const unmoved = asked.filter(({ id, row }) => {
    const current = twins.get(id);
    return current !== undefined && samePlace(current, stagedRow(staging, row).twin, toleranceDegrees);
  });
  return new Set(unmoved.map(({ id }) => id));
};

/** Twins of the source that no row names: gone, or looking for the row they became. */
const collectGone = async ({ staging, signal }: DifferenceWork, tally: Tally, matching: boolean): Promise<void> => {
  let after = '';
  while (!signal.aborted) {
    const page = staging.run('unnamed').all(after, stagingLimits.batchRows);
    if (page.length === 0) return;
    inTransaction(staging, () => {
      for (const found of page) {
        if (matching) staging.run('addLost').run(textOf(found['id']), textOf(found['digest']), contentOf(textOf(found['digest'])), null, null);
        else staging.run('addGone').run(textOf(found['id']));
      }
    });
    if (!matching) tally.removed += page.length;
    after = textOf(page.at(-1)?.['id']);
  }
};
