/**
 * Said before: what chunks already hold of the times that patches speak of, loaded before it is decided what they say anew.
 */
import { type Instant, msOfInstant, type Sample, type TwinId } from '@cityweave/core';
import { joinSamples } from '../history/joined.ts';
import type { Batch } from '../neo4j/decide.ts';
import type { Run } from '../neo4j/save.ts';
import type { WorkingSet } from '../neo4j/working-set.ts';
import { chunksOver } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import type { Space } from '../neo4j-cypher/space.ts';
import type { Command } from '../store.ts';
import { samplesInChunk, seriesKey } from './samples.ts';

/** Times, in milliseconds, of which something is said of a series. */
export type SaidThen = { readonly id: TwinId; readonly series: string; readonly times: readonly number[] };

const saidIn = (command: Command, at: Instant): readonly SaidThen[] => {
  if (command.op !== 'patchTwin') return [];
  const { id, values, samples = {} } = command;
  return [...new Set([...Object.keys(values), ...Object.keys(samples)])].map((series) => {
    const given = [...(samples[series] ?? []), ...(values[series] ? [values[series]] : [])];
    return { id, series, times: given.map(({ observedAt = at }) => msOfInstant(observedAt)) };
  });
};

export const saidBy = (batches: readonly Batch[]): readonly SaidThen[] =>
  batches.flatMap(({ commands, at }) => commands.flatMap((command) => saidIn(command, at)));

type Sought = { readonly series: string; readonly times: Set<number> };

/** Of most series nothing is sought: what is said of them is later than all that is in their chunks. */
const soughtBy = ({ pasts }: WorkingSet, said: readonly SaidThen[]): ReadonlyMap<string, Sought> => {
  const sought = new Map<string, Sought>();
  for (const { id, series, times } of said) {
    const tail = pasts.get(id)?.get(series);
    const early = tail && tail.chunks > 0 ? times.filter((time) => time <= tail.until) : [];
    if (early.length === 0) continue;
    const key = seriesKey(id, series);
    sought.set(key, { series, times: new Set([...(sought.get(key)?.times ?? []), ...early]) });
  }
  return sought;
};

/** Of samples that are one that of the chunk made last stays. */
export const loadSaid = async (run: Run, { space, set }: { readonly space: Space; readonly set: WorkingSet }, said: readonly SaidThen[]): Promise<void> => {
  const sought = soughtBy(set, said);
  if (sought.size === 0) return;
  const spans = [...sought].map(([key, { times }]) => ({ key, from: whole(Math.min(...times)), to: whole(Math.max(...times)) }));
  for (const row of await run(chunksOver(space, spans))) {
    const key = String(row['key']);
    const { series, times } = sought.get(key) ?? { series: '', times: new Set<number>() };
    set.folded.set(key, joinSamples(set.folded.get(key) ?? [], samplesInChunk(series, row, times)));
  }
};

/** Those of some times. */
export const foldedAt = ({ folded }: WorkingSet, key: string, times: ReadonlySet<Instant>): readonly Sample[] =>
  (folded.get(key) ?? []).filter(({ observedAt }) => times.has(observedAt));
