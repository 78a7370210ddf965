/**
 * Import thread: reads one file, adapts its records and stages them, off the main thread. It knows no store: what it leaves behind is the staging file.
 */
import type { MessagePort } from 'node:worker_threads';
import { type Authority, type Instant, type Problem, problem, shorten } from '@cityweave/core';
import { checkDeclared, checkTwin } from '../store/keepable.ts';
import { stagingSql } from '../store/sqlite/sql-staging.ts';
import { type Adaptation, createAdaptation } from './adapt/adapt.ts';
import { declaredOf } from './difference/declared.ts';
import { closeStaging, createStaging, nameRows, type Staging, stageRow, stagingLimits } from './difference/staging.ts';
import { readerOf } from './readers.ts';
import type { ReaderItem, Refusal } from './record.ts';
import { reportLimits } from './report.ts';
import type { Source } from './source.ts';

/** Everything a thread needs; copied into it. */
export type StageTask = {
  readonly path: string;
  readonly source: Source;
  readonly authority: Authority;
  readonly stagingPath: string;
  /** when the data was true where the source does not say: when the file was last changed */
  readonly fileChangedAt: Instant;
  readonly recordedAt: Instant;
  /** the file by name and version, never by path */
  readonly origin: string;
  /** told how many records are staged, now and then */
  readonly progress: MessagePort;
};

export type StagedFile = {
  readonly rows: number;
  readonly refused: number;
  /** the first of them */
  readonly refusals: readonly Refusal[];
  readonly duplicates: number;
  readonly leftOut: number;
  readonly warnings: readonly string[];
  readonly toleranceDegrees: number;
};

export type StageOutcome = { readonly ok: false; readonly problem: Problem } | { readonly ok: true; readonly staged: StagedFile };

type Tally = { rows: number; refused: number; leftOut: number; readonly refusals: Refusal[]; adaptation: Adaptation | undefined };

export const stageFile = async (task: StageTask): Promise<StageOutcome> => {
  const staging = createStaging(task.stagingPath);
  try {
    return await stageInto(staging, task);
  } catch (error) {
    return { ok: false, problem: problem('unavailable', { subject: 'staging', found: shorten(error instanceof Error ? error.message : error) }) };
  } finally {
    closeStaging(staging);
    task.progress.close();
  }
};

const stageInto = async (staging: Staging, task: StageTask): Promise<StageOutcome> => {
  const tally: Tally = { rows: 0, refused: 0, leftOut: 0, refusals: [], adaptation: undefined };
  const fault = await stageItems(staging, task, tally);
  if (fault) return { ok: false, problem: fault };
  const duplicates = nameRows(staging, tally.rows, task.source.key.onDuplicate);
  return {
    ok: true,
    staged: {
      rows: tally.rows,
      refused: tally.refused + duplicates.refused,
      refusals: [...tally.refusals, ...duplicates.refusals].slice(0, reportLimits.refusalsListedMax),
      duplicates: duplicates.count,
      leftOut: tally.leftOut,
      warnings: tally.adaptation?.warnings() ?? [],
      toleranceDegrees: tally.adaptation?.toleranceDegrees ?? task.source.key.tolerance,
    },
  };
};

/** Rows go in by batches, each one transaction. The fault of the file, where it has one, ends it. */
const stageItems = async (staging: Staging, task: StageTask, tally: Tally): Promise<Problem | undefined> => {
  const reader = readerOf(task.source.format);
  if (!reader) return problem('unsupportedFormat', { subject: task.source.id, found: task.source.format });
  const { db } = staging;
  db.exec(stagingSql.begin);
  // The thread is ended from outside when nobody waits for it any more.
  for await (const item of reader(task.path, task.source, new AbortController().signal)) {
    const fault = stageItem(staging, { task, tally, item });
    if (fault) return fault;
    if (item.type !== 'record' || tally.rows % stagingLimits.batchRows !== 0) continue;
    db.exec(stagingSql.commit);
    db.exec(stagingSql.begin);
    task.progress.postMessage(tally.rows);
  }
  db.exec(stagingSql.commit);
  return undefined;
};

type Step = { readonly task: StageTask; readonly tally: Tally; readonly item: ReaderItem };

const stageItem = (staging: Staging, { task, tally, item }: Step): Problem | undefined => {
  switch (item.type) {
    case 'fault':
      return item.problem;
    case 'refused':
      return refuse(tally, item.refusal);
    case 'header':
      return prepareAdaptation(task, tally, item);
    case 'record': {
      const unknown = tally.adaptation ? undefined : prepareAdaptation(task, tally, { type: 'header' });
      if (unknown || !tally.adaptation) return unknown;
      if (!tally.adaptation.selects(item.record)) return leaveOut(tally);
      const adapted = tally.adaptation.adapt(item.record);
      if (!adapted.ok) return refuse(tally, { where: item.record.where, problem: adapted.problem });
      const declared = declaredOf(adapted.value, task);
      const unkept = checkTwin(adapted.value.twin) ?? checkDeclared(declared);
      if (unkept) return refuse(tally, { where: item.record.where, problem: unkept });
      tally.rows += 1;
      stageRow(staging, tally.rows, { ...adapted.value, ...declared });
      return undefined;
    }
  }
};

const refuse = (tally: Tally, refusal: Refusal): undefined => {
  tally.refused += 1;
  if (tally.refusals.length < reportLimits.refusalsListedMax) tally.refusals.push(refusal);
};

const leaveOut = (tally: Tally): undefined => {
  tally.leftOut += 1;
};

/** What the file says of itself, first of all its reference system, decides how records are read. */
const prepareAdaptation = (
  { source, authority, fileChangedAt, recordedAt, origin }: StageTask,
  tally: Tally,
  header: Extract<ReaderItem, { type: 'header' }>,
): Problem | undefined => {
  if (tally.adaptation) return undefined;
  const adaptation = createAdaptation(source, { authority, recordedAt, fileChangedAt, origin, header });
  if (!adaptation.ok) return adaptation.problem;
  tally.adaptation = adaptation.value;
  return undefined;
};

export { readRecording } from './feed/recording.ts';
