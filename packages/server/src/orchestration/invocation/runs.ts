/**
 * Runs: what the owner of functions remembers of each run, also when its node was started again: whose it is, under which agreement it was granted, how it stands,
 * and whether its end is still to be told.
 */
import { AgreementId, FunctionRun, Instant, limits, moveRun, problem, UseMode, utf8Bytes } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { RecordStore } from '../../store/store.ts';
import type { Room } from '../room.ts';

const KeptRun = z.object({
  run: FunctionRun,
  owner: z.string(),
  featureId: z.string(),
  /** under which agreement it was granted, and to be used how */
  grant: z.object({ agreementId: AgreementId, mode: UseMode }),
  /** digest of what was asked */
  asked: z.string(),
  begunAt: Instant,
  /** how long it may take, where its asker said less than the bound */
  ms: z.number().optional(),
  /** the conversation in which its end is to be told to whose it is; absent where he waits for it, and once he knows */
  tells: z.string().optional(),
  /** the trace to which it belongs */
  trace: z.string().optional(),
  /** where a system of the agency works on it */
  job: z.string().optional(),
});
export type KeptRun = z.infer<typeof KeptRun>;

/** A run that may be under way: how it is stopped, and when it is over. */
export type Kept = KeptRun & { readonly stop: AbortController; carried: Promise<void> };

export const isEnded = ({ state }: Pick<FunctionRun, 'state'>): boolean => state !== 'QUEUED' && state !== 'RUNNING';

export type Runs = {
  readonly get: (runId: string) => Kept | undefined;
  /** Remembered from here on, and never forgotten before it ended. */
  readonly put: (kept: Kept) => void;
  readonly save: (kept: Kept) => void;
  /** Runs of before the node was started, in the records. */
  readonly before: () => readonly Kept[];
};

const noun = 'functionRun';

const parse = (value: unknown): Kept | undefined => {
  const { data } = KeptRun.safeParse(value);
  return data && { ...data, stop: new AbortController(), carried: Promise.resolve() };
};

/** The agreement under which a run was granted. */
export const agreementOfRun = (records: RecordStore, runId: string): string | undefined => parse(records.get(noun, runId))?.grant.agreementId;

/** What is larger than a message stays to be read until the node stops. */
const fitting = (run: FunctionRun): FunctionRun =>
  utf8Bytes(JSON.stringify(run)) > limits.controlMessageBytesMax ? { ...run, inputs: undefined, outputs: undefined } : run;

/** Ids in the records, those that were written longest ago first. */
const writtenOrder = ({ records }: Pick<Room, 'records'>): Set<string> => {
  const written = records.list(noun).map(({ id, value }) => ({ id, at: String(Object(value).at) }));
  return new Set(written.toSorted((a, b) => (a.at < b.at ? -1 : 1)).map(({ id }) => id));
};

/** Those under way are few, as many as may run at a time; of those that ended the last ones are remembered. */
export const createRuns = (room: Pick<Room, 'records' | 'deps'>): Runs => {
  const { records, deps } = room;
  const underWay = new Map<string, Kept>();
  const over = new LRUCache<string, Kept>({ max: limits.functionRunsRememberedMax });
  const written = writtenOrder(room);
  const forget = (id: string): void => {
    written.delete(id);
    records.remove(noun, id);
  };
  return {
    get: (runId) => underWay.get(runId) ?? over.get(runId) ?? parse(records.get(noun, runId)),
    put: (kept) => void underWay.set(kept.run.runId, kept),
    save: (kept) => {
      const { stop: _, carried: __, ...value } = kept;
      const { runId } = kept.run;
      if (isEnded(kept.run) && underWay.delete(runId)) over.set(runId, kept);
      records.put(noun, runId, { ...value, run: fitting(kept.run), at: deps.clock.now() });
      written.delete(runId);
      written.add(runId);
      const ended = [...written].filter((id) => !underWay.has(id));
      for (const oldest of ended.slice(0, Math.max(0, ended.length - limits.functionRunsRememberedMax))) forget(oldest);
    },
    before: () => records.list(noun).flatMap(({ value }) => parse(value) ?? []),
  };
};

/** What was under way here when the node stopped has come to nothing; what a system of the agency works on goes on. */
export const recoverRuns = (room: Pick<Room, 'deps'>, runs: Runs): readonly Kept[] => {
  const underWay = runs.before().filter(({ run }) => !isEnded(run));
  for (const kept of underWay.filter(({ job }) => job === undefined)) {
    const why = problem('functionFailed', { subject: kept.run.runId, found: 'the node stopped meanwhile' });
    runs.save({ ...kept, run: moveRun(kept.run, 'FAILED', { since: room.deps.clock.now(), problem: why }) });
  }
  return underWay.filter(({ job }) => job !== undefined);
};
