/**
 * Sources: all that a node file declares: files first, then the feeds that speak of their twins; with their reports.
 */

import { stat } from 'node:fs/promises';
import { type Authority, agencyIdOf, fail, problem } from '@cityweave/core';
import type { Deps } from '../deps.ts';
import type { Events } from '../events.ts';
import type { TwinStore } from '../store/store.ts';
import { answered } from '../store/unanswered.ts';
import { createFeed, type Feed } from './feed/feed.ts';
import { type ImportProgress, importSource, openEnds } from './import.ts';
import { settleLocalJoins } from './joins.ts';
import type { ImportReport } from './record.ts';
import { describeReport } from './report.ts';
import type { Source } from './source.ts';
import type { ImportThreads } from './threads.ts';

export type SourcesRoom = {
  readonly deps: Deps;
  readonly events: Events;
  readonly store: TwinStore;
  readonly authority: Authority;
  readonly sources: readonly Source[];
  readonly scratch: string;
  readonly threads: ImportThreads;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
};

export type Sources = {
  /** Imports every file that changed, then starts the feeds. */
  readonly run: () => Promise<readonly ImportReport[]>;
  readonly reports: () => readonly ImportReport[];
  readonly close: () => Promise<void>;
};

const importOne = (room: SourcesRoom, source: Source): Promise<ImportReport> => {
  const { deps, store, authority, scratch, threads, signal, onProgress } = room;
  return importSource({ source, authority, path: source.path, store, clock: deps.clock, ids: deps.ids, signal, scratch, threads, onProgress });
};

/** Files come in at the same time, in any order: only once all are in is it known which key is in none of them. */
const settleAll = async (room: SourcesRoom, files: readonly Source[], reports: readonly ImportReport[]): Promise<readonly ImportReport[]> => {
  const { store, authority, deps, signal } = room;
  const own = agencyIdOf(authority);
  await settleLocalJoins(store, { clock: deps.clock, own, signal });
  const settled = async (report: ImportReport): Promise<ImportReport> => {
    const source = files.find(({ id }) => id === report.source);
    return report.state === 'DONE' && source ? { ...report, ...(await openEnds({ store, source, authority, own })) } : report;
  };
  return Promise.all(reports.map(settled));
};

const startFeed = async (room: SourcesRoom, source: Source): Promise<Feed | undefined> => {
  const there = await stat(source.path).then(
    () => true,
    () => false,
  );
  if (!there && source.optional) return undefined;
  const { deps, store, threads, signal } = room;
  const { clock, timers } = deps;
  const onProblem = (found: Parameters<Events['sourceFailed']>[0]['problem']) => room.events.sourceFailed({ source: source.id, problem: found });
  const noFile = problem('badFile', { subject: source.id, found: 'no such file' });
  const opened = there ? await answered(createFeed({ source, path: source.path, store, clock, timers, threads, signal, onProblem })) : fail(noFile);
  const feed = opened.ok ? opened.value : opened;
  if (feed.ok) return feed.value;
  onProblem(feed.problem);
  return undefined;
};

export const createSources = (room: SourcesRoom): Sources => {
  let reports: readonly ImportReport[] = [];
  const feeds: Feed[] = [];
  const files = room.sources.filter(({ format }) => format !== 'feed');
  const recordings = room.sources.filter(({ format }) => format === 'feed');
  /** Where files are as they were, the store has the feeds' terms and last values already: nobody waits for recordings to be read. */
  let playing: Promise<void> = Promise.resolve();
  const playAll = async (): Promise<void> => {
    for (const source of recordings) {
      const feed = room.signal.aborted ? undefined : await startFeed(room, source);
      if (feed) feeds.push(feed);
    }
  };
  return {
    run: async () => {
      reports = await Promise.all(files.map((source) => importOne(room, source)));
      if (reports.some(({ state }) => state === 'DONE')) reports = await settleAll(room, files, reports);
      for (const report of reports) room.events.imported({ source: report.source, lines: describeReport(report), refused: report.refused });
      const known = reports.every(({ state }) => state === 'UNCHANGED' || state === 'ABSENT');
      playing = playAll();
      if (!known) await playing;
      return reports;
    },
    reports: () => reports,
    close: async () => {
      await playing;
      for (const feed of feeds) await feed[Symbol.asyncDispose]();
    },
  };
};
