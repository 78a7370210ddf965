/**
 * import: imports the sources of a node file into its store, tells the report, and stops.
 */
import { join, resolve } from 'node:path';
import { fail, ok, problem, type Result } from '@cityweave/core';
import { loadNodeAlone } from '../../config/load.ts';
import type { NodeFile } from '../../config/node-file.ts';
import { systemDeps } from '../../deps.ts';
import { createEvents, type LogLevel } from '../../events.ts';
import type { ImportReport } from '../../import/record.ts';
import { describeReport } from '../../import/report.ts';
import { createSources } from '../../import/sources.ts';
import { createImportThreads } from '../../import/threads.ts';
import { openStore } from '../../store/open-store.ts';
import { lockDirectory } from '../../store/sqlite/sqlite-lock.ts';
import { createStoreThreads } from '../../store/sqlite/sqlite-threads.ts';
import { answered } from '../../store/unanswered.ts';
import type { ExitCode } from '../cityweave.ts';
import type { Context } from '../running/up.ts';
import { interruption } from '../terminal.ts';

type Options = { readonly file: string; readonly state: string; readonly source?: string; readonly log: LogLevel };

type Into = { readonly node: NodeFile; readonly directory: string; readonly log: LogLevel };

/** Imports into the store at a directory, which is left as a node finds it. */
export const importInto = async ({ node, directory, log }: Into, { terminal }: Context): Promise<Result<readonly ImportReport[]>> => {
  const deps = systemDeps();
  const locked = await lockDirectory(directory);
  if (!locked.ok) return locked;
  const threads = createStoreThreads({ timers: deps.timers });
  const imports = createImportThreads();
  const store = await openStore({ store: node.store, authority: node.agency, directory, deps, threads: { store: threads } });
  if (!store.ok) {
    await imports[Symbol.asyncDispose]();
    await threads.close();
    locked.value();
    return store;
  }
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
  const reports = await answered(sources.run());
  await store.value.close();
  await imports[Symbol.asyncDispose]();
  await threads.close();
  locked.value();
  return reports;
};

export const tellReports = (reports: readonly ImportReport[], { terminal }: Context): ExitCode => {
  for (const report of reports) {
    if (terminal.json) terminal.data(JSON.stringify(report));
    else for (const line of describeReport(report)) terminal.data(line);
  }
  return reports.some(({ state }) => state === 'REFUSED') ? 1 : 0;
};

/** The sources to import: all, or the one that is named. */
const selected = ({ agency, sources }: NodeFile, source: string | undefined): Result<NodeFile['sources']> => {
  const found = sources.filter(({ id }) => source === undefined || id === source);
  if (source === undefined || found.length > 0) return ok(found);
  return fail(
    problem('badConfiguration', { subject: '--source', found: source, accepted: sources.map(({ id }) => id).join(', ') || `none: ${agency} has no sources` }),
  );
};

const importSelected = async ({ file, state, source, log }: Options, context: Context): Promise<Result<readonly ImportReport[]>> => {
  const loaded = await loadNodeAlone(file, context.environment);
  if (!loaded.ok) return loaded;
  const { node } = loaded.value;
  const sources = selected(node, source);
  return sources.ok ? importInto({ node: { ...node, sources: sources.value }, directory: resolve(state, node.agency), log }, context) : sources;
};

export const importNode = async (options: Options, context: Context): Promise<ExitCode> => {
  const done = await importSelected(options, context);
  if (done.ok) return tellReports(done.value, context);
  context.terminal.problem(done.problem);
  return 1;
};
