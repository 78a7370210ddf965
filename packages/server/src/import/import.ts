/**
 * Import: one source, once. The file streams into staging; only at its sound end is the difference applied, under one import id that a crash does not change.
 * A file fault changes nothing, a record fault refuses that record.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type AgencyId,
  type Authority,
  agencyIdOf,
  canonicalJson,
  type Instant,
  instantOfMs,
  type Join,
  type JoinKey,
  type JoinState,
  type Problem,
  problem,
  shorten,
} from '@cityweave/core';
import type { Clock, Ids } from '../deps.ts';
import type { ImportRecord, TwinStore } from '../store/store.ts';
import { applyDifference } from './difference/apply.ts';
import { type Difference, findDifference } from './difference/difference.ts';
import { closeStaging, removeStaging, reopenStaging } from './difference/staging.ts';
import type { StagedFile } from './import-thread.ts';
import { settleLocalJoins } from './joins.ts';
import type { ImportReport, Refusal } from './record.ts';
import { emptyReport, parseKeptReport, reportLimits } from './report.ts';
import type { Source } from './source.ts';
import { createImportThreads, type ImportThreads } from './threads.ts';

/** Raised when the same file would become other twins than before: everything is read again then. */
const importerVersion = 2;

export type ImportProgress = { readonly source: string; readonly phase: 'staging' | 'applying'; readonly records: number };

export type ImportOptions = {
  readonly source: Source;
  readonly authority: Authority;
  /** the file, resolved */
  readonly path: string;
  readonly store: TwinStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signal: AbortSignal;
  /** a directory of this node alone, for staging files */
  readonly scratch: string;
  /** shared by the sources of a city; own ones where absent */
  readonly threads?: ImportThreads | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
};

type Run = ImportOptions & {
  readonly own: AgencyId;
  readonly file: string;
  readonly startedMs: number;
  readonly at: Instant;
  readonly tell: (phase: ImportProgress['phase'], records: number, last?: boolean) => void;
};

export const importSource = async (options: ImportOptions): Promise<ImportReport> => {
  const { clock, source, authority, path } = options;
  const run: Run = {
    ...options,
    own: agencyIdOf(authority),
    file: basename(path),
    startedMs: clock.monotonicMs(),
    at: clock.now(),
    tell: createTeller(options),
  };
  try {
    const found = await stat(path).then(
      (stats) => stats,
      () => undefined,
    );
    return found ? await importFile(run, instantOfMs(Math.trunc(found.mtimeMs))) : notThere(run);
  } catch (error) {
    // The store or the disk failed under us; what is durable stays, and the next run goes on from there.
    const cause = error instanceof Error ? error.message : String(error);
    return reportOf(run, {
      id: '',
      state: 'REFUSED',
      problem: options.signal.aborted ? problem('cancelled') : problem('unavailable', { subject: source.id, found: shorten(cause) }),
    });
  }
};

const notThere = (run: Run): ImportReport => {
  const facts = { subject: run.source.id, path: run.file, found: 'no such file' };
  return run.source.optional
    ? reportOf(run, { id: '', state: 'ABSENT', problem: problem('notFound', { ...facts, accepted: 'the file, or nothing: the source is optional' }) })
    : reportOf(run, { id: '', state: 'REFUSED', problem: problem('badFile', { ...facts, accepted: 'the file, or `optional: true` for the source' }) });
};

const reportOf = (run: Run, about: Pick<ImportReport, 'id' | 'state' | 'problem'>): ImportReport =>
  emptyReport({ ...about, source: run.source.id, file: run.file, seconds: secondsOf(run) });

const secondsOf = ({ clock, startedMs }: Run): number => (clock.monotonicMs() - startedMs) / 1000;

const progressEveryMs = 200;

/** Tells no more often than a person can read, but always the last of a phase. */
const createTeller = ({ clock, source, onProgress }: ImportOptions): Run['tell'] => {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (phase, records, last = false) => {
    const nowMs = clock.monotonicMs();
    if (!(onProgress && (last || nowMs - toldMs >= progressEveryMs))) return;
    toldMs = nowMs;
    onProgress({ source: source.id, phase, records });
  };
};

/** The file, the declaration and the importer: what the twins of a source are made of. */
const digestOf = async ({ path, source, authority, signal }: Run): Promise<string> => {
  const hash = createHash('sha256').update(canonicalJson({ importerVersion, authority, source }));
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) hash.update(chunk);
  return hash.digest('hex');
};

const importFile = async (run: Run, fileChangedAt: Instant): Promise<ImportReport> => {
  const digest = await digestOf(run);
  const last = await run.store.lastImport(run.source.id);
  const same = last?.digest === digest ? last : undefined;
  const kept = same?.state === 'DONE' ? parseKeptReport(same.report) : undefined;
  if (same && kept)
    return { ...reportOf(run, { id: same.id, state: 'UNCHANGED' }), ...kept, unchanged: kept.accepted, ...(await openEnds(run)), seconds: secondsOf(run) };
  const resumed = same?.state === 'APPLYING' || same?.state === 'STAGING' ? same : undefined;
  const record: ImportRecord = { id: resumed?.id ?? run.ids.uuid(), source: run.source.id, digest, state: 'STAGING', startedAt: resumed?.startedAt ?? run.at };
  await run.store.putImport(record);
  const report = await throughStaging(run, record, fileChangedAt);
  // An import that stopped half way stays APPLYING: the same file goes on from there.
  const stopped = report.state === 'REFUSED' && (await run.store.lastImport(run.source.id))?.state === 'APPLYING';
  if (!stopped) await run.store.putImport({ ...record, state: report.state === 'DONE' ? 'DONE' : 'REFUSED', finishedAt: run.clock.now(), report });
  return report;
};

const throughStaging = async (run: Run, record: ImportRecord, fileChangedAt: Instant): Promise<ImportReport> => {
  const stagingPath = join(run.scratch, `staging-${run.authority}-${run.source.id}.sqlite`);
  await mkdir(run.scratch, { recursive: true });
  try {
    const staged = await stage(run, { record, stagingPath, fileChangedAt });
    if (!staged.ok) return reportOf(run, { id: record.id, state: 'REFUSED', problem: staged.problem });
    run.tell('staging', staged.staged.rows, true);
    return await compareAndApply(run, { record, stagingPath, staged: staged.staged });
  } finally {
    removeStaging(stagingPath);
  }
};

type Staging = { readonly record: ImportRecord; readonly stagingPath: string; readonly fileChangedAt: Instant };

const stage = async (run: Run, { record, stagingPath, fileChangedAt }: Staging) => {
  const { path, source, authority, signal, at: recordedAt } = run;
  const threads = run.threads ?? createImportThreads(1);
  const origin = `${run.file} sha256:${record.digest.slice(0, originDigits)}`;
  try {
    return await threads.stage(
      { path, source, authority, stagingPath, fileChangedAt, recordedAt, origin },
      { signal, onStaged: (records) => run.tell('staging', records) },
    );
  } finally {
    if (!run.threads) await threads[Symbol.asyncDispose]();
  }
};

const originDigits = 12;

type Staged = { readonly record: ImportRecord; readonly stagingPath: string; readonly staged: StagedFile };

const compareAndApply = async (run: Run, { record, stagingPath, staged }: Staged): Promise<ImportReport> => {
  const { store, source, signal } = run;
  const staging = reopenStaging(stagingPath);
  try {
    const difference = await findDifference({ staging, store, source, toleranceDegrees: staged.toleranceDegrees, signal });
    if (signal.aborted) return reportOf(run, { id: record.id, state: 'REFUSED', problem: problem('cancelled') });
    await store.putImport({ ...record, state: 'APPLYING' });
    const late = createLate(staged, difference);
    const applied = await applyDifference({
      staging,
      store,
      fresh: difference.fresh,
      own: run.own,
      source: source.id,
      at: run.at,
      signal,
      refuse: late.refuse,
      applied: late.tellBy(run),
    });
    if (!applied.ok) return reportOf(run, { id: record.id, state: 'REFUSED', problem: applied.problem });
    run.tell('applying', late.rows(), true);
    await settleOwn(run, difference);
    return {
      ...reportOf(run, { id: record.id, state: 'DONE' }),
      ...late.counts(),
      ...(await openEnds(run)),
      warnings: staged.warnings,
      seconds: secondsOf(run),
    };
  } finally {
    closeStaging(staging);
  }
};

type Counts = Pick<ImportReport, 'accepted' | 'added' | 'changed' | 'unchanged' | 'removed' | 'refused' | 'refusals' | 'duplicates' | 'leftOut'>;

/** Counts what was found, less what the store did not take after all. */
const createLate = (staged: StagedFile, difference: Difference) => {
  const refused = { add: 0, change: 0 };
  const refusals: Refusal[] = [...staged.refusals];
  let rows = 0;
  return {
    rows: () => rows,
    tellBy: (run: Run) => (count: number) => {
      rows += count;
      run.tell('applying', rows);
    },
    refuse: ({ where, op }: { readonly where: string; readonly op: 'add' | 'change' }, found: Problem) => {
      refused[op] += 1;
      if (refusals.length < reportLimits.refusalsListedMax) refusals.push({ where, problem: found });
    },
    counts: (): Counts => {
      const [added, changed] = [difference.added - refused.add, difference.changed - refused.change];
      const { unchanged, removed } = difference;
      const accepted = added + changed + unchanged;
      const { duplicates, leftOut } = staged;
      return { added, changed, unchanged, removed, accepted, refused: staged.refused + refused.add + refused.change, refusals, duplicates, leftOut };
    },
  };
};

/** Keys of the own agency find their twins now: those of this source, and those of others that waited for it. */
const settleOwn = async ({ store, source, own, clock, signal }: Run, { added, changed, removed }: Difference): Promise<void> => {
  const moved = added + changed + removed > 0;
  const schemes = new Set([source.id, ...source.identifiers.map(({ scheme }) => scheme)]);
  await settleLocalJoins(store, { clock, own, signal, again: moved, schemes: moved ? schemes : new Set() });
};

const openEndsPage = 500;

/** What the twins of a source still wait for. */
export const openEnds = async ({
  store,
  source,
  authority,
  own,
}: Pick<Run, 'store' | 'source' | 'authority' | 'own'>): Promise<Pick<ImportReport, 'joinsPending' | 'linksUnresolved'>> => {
  const declared = source.joins.length + source.links.length > 0 || source.format.startsWith('cityjson');
  if (!declared) return { joinsPending: 0, linksUnresolved: 0 };
  const prefix = `urn:dtf:twin:${authority}:${source.id}/`;
  const joinsPending = await countOf(store, 'PENDING', (join) => join.agency !== own && join.from.startsWith(prefix));
  const linksUnresolved = await countOf(store, 'UNRESOLVED', (join) => join.agency === own && join.from.startsWith(prefix));
  return { joinsPending, linksUnresolved };
};

const countOf = async (store: TwinStore, state: JoinState, counts: (join: Join) => boolean): Promise<number> => {
  let [count, after]: [number, JoinKey | undefined] = [0, undefined];
  do {
    const page = await store.joins({ state, first: openEndsPage, after });
    count += page.joins.filter(counts).length;
    after = page.next;
  } while (after !== undefined);
  return count;
};
