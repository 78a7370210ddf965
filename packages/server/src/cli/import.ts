/**
 * import: imports the sources of a node file into its store, tells the report, and stops.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Result } from '@cityweave/core';
import { loadNode } from '../config/load.ts';
import type { NodeFile } from '../config/node-file.ts';
import { systemDeps } from '../deps.ts';
import { createEvents, type LogLevel } from '../events.ts';
import type { ImportReport } from '../import/record.ts';
import { describeReport } from '../import/report.ts';
import { createSources } from '../import/sources.ts';
import { createImportThreads } from '../import/threads.ts';
import { openSqliteStore } from '../store/sqlite/sqlite.ts';
import { lockDirectory } from '../store/sqlite/sqlite-lock.ts';
import { createStoreThreads } from '../store/sqlite/sqlite-threads.ts';
import type { ExitCode } from './cityweave.ts';
import { interruption } from './terminal.ts';
import type { Context } from './up.ts';

type Options = { readonly file: string; readonly state: string; readonly source?: string; readonly log: LogLevel };

type Into = { readonly node: NodeFile; readonly directory: string; readonly log: LogLevel };

/** Imports into the store at a directory, which is left as a node finds it. */
export const importInto = async ({ node, directory, log }: Into, { terminal }: Context): Promise<Result<readonly ImportReport[]>> => {
  const deps = systemDeps();
  await mkdir(directory, { recursive: true });
  const locked = await lockDirectory(directory);
  if (!locked.ok) return locked;
  const threads = createStoreThreads({ timers: deps.timers });
  const imports = createImportThreads();
  const store = await openSqliteStore({ directory, clock: deps.clock, threads, synchronous: node.store.synchronous });
  if (!store.ok) return store;
  const sources = createSources({
    deps,
    events: createEvents({ agency: node.agency, level: log }),
    store: store.value,
    authority: node.agency,
    sources: node.sources.filter(({ format }) => format !== 'feed'),
    scratch: join(directory, 'staging'),
    threads: imports,
    signal: interruption(),
    onProgress: ({ source, phase, records }) => terminal.progress(`${source}: ${records} records ${phase === 'staging' ? 'read' : 'applied'}`),
  });
  const reports = await sources.run();
  await store.value.close();
  await imports[Symbol.asyncDispose]();
  await threads.close();
  locked.value();
  return { ok: true, value: reports };
};

export const tellReports = (reports: readonly ImportReport[], { terminal }: Context): ExitCode => {
  for (const report of reports) {
    if (terminal.json) terminal.data(JSON.stringify(report));
    else for (const line of describeReport(report)) terminal.data(line);
  }
  return reports.some(({ state }) => state === 'REFUSED') ? 1 : 0;
};

export const importNode = async ({ file, state, source, log }: Options, context: Context): Promise<ExitCode> => {
  const node = await loadNode(file, context.environment);
  if (!node.ok) {
    context.terminal.problem(node.problem);
    return 1;
  }
  const sources = source === undefined ? node.value.sources : node.value.sources.filter(({ id }) => id === source);
  const done = await importInto({ node: { ...node.value, sources }, directory: resolve(state, node.value.agency), log }, context);
  if (done.ok) return tellReports(done.value, context);
  context.terminal.problem(done.problem);
  return 1;
};
