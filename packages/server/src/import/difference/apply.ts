/**
 * Apply: writes a difference to the store in bounded durable batches. A twin and what its row declares (links, joins) go in together;
 * the next batch is prepared while the last one becomes durable.
 */
import {
  type AgencyId,
  fail,
  type Instant,
  isRetryable,
  type Link,
  limits,
  ok,
  type Problem,
  problem,
  type Result,
  type Twin,
  type TwinId,
  type TwinInput,
} from '@cityweave/core';
import type { Command, Outcome, TwinStore } from '../../store/store.ts';
import { withId } from '../adapt/key.ts';
import { declaredLinks, evidenceOf } from '../joins.ts';
import { evidenceOfFile } from './declared.ts';
import { listAdditions } from './difference.ts';
import { type ChangeRow, nextChanges, type Staging, stagingLimits, textOf } from './staging.ts';

export type ApplyWork = {
  readonly staging: Staging;
  readonly store: TwinStore;
  /** the store has nothing of the source yet */
  readonly fresh: boolean;
  readonly own: AgencyId;
  readonly source: string;
  readonly at: Instant;
  readonly signal: AbortSignal;
  /** a row that the store does not take */
  readonly refuse: (row: { readonly where: string; readonly op: 'add' | 'change' }, found: Problem) => void;
  readonly applied: (rows: number) => void;
};

/** Rows prepared at once; they make several batches, which the store may write in one transaction. */
const preparedRows = 1_000;

type Prepared = { readonly batches: readonly (readonly Write[])[]; readonly rows: number; readonly last: string };
type Write = { readonly command: Command; readonly row?: ChangeRow | undefined };

/** A problem is one of the store as a whole: what is written stays, and the same file run again goes on from there. */
export const applyDifference = async (work: ApplyWork): Promise<Result<true, Problem>> => {
  if (work.fresh) {
    const taken = await takeFresh(work);
    if (!taken.ok) return taken;
  }
  let prepared = await prepare(work, '');
  while (prepared.rows > 0) {
    if (work.signal.aborted) return fail(problem('cancelled'));
    const [sent, next] = await Promise.all([send(work, prepared), prepare(work, prepared.last)]);
    if (!sent.ok) return sent;
    prepared = next;
  }
  return removeGone(work);
};

/** Rows that are all new go from the staging file straight into the store, page by page; from the first page that the store does not take so on, they are listed to go the usual way. */
const takeFresh = async ({ staging, store, own, source, at, signal, applied }: ApplyWork): Promise<Result<true, Problem>> => {
  let after = '';
  while (!signal.aborted) {
    const taken = await store.takeStaged?.({
      staging: staging.path,
      after,
      rows: takenRows,
      characters: stagingLimits.batchCharactersMax,
      source,
      agency: own,
      at,
    });
    if (!taken?.ok) {
      await listAdditions(staging, after, signal);
      return ok(true);
    }
    if (taken.rows === 0) return ok(true);
    applied(taken.rows);
    after = taken.last;
  }
  return fail(problem('cancelled'));
};

/** A transaction of this many rows takes about a third of a second; only other writes of the same node wait for it. */
const takenRows = 8_000;

const prepare = async (work: ApplyWork, after: string): Promise<Prepared> => {
  const rows = nextChanges(work.staging, after, preparedRows);
  const before = await readBefore(work, rows);
  const writes = rows.map((row) => writesOf(work, row, before));
  return { batches: packed(writes), rows: rows.length, last: rows.at(-1)?.id ?? after };
};

/** Batches of at most `commandsMax`; what one row declares is split only where it alone is more. */
const packed = (groups: readonly (readonly Write[])[]): readonly (readonly Write[])[] => {
  const batches: Write[][] = [[]];
  for (const group of groups) {
    const open = batches.at(-1);
    if (open && open.length + group.length <= limits.commandsMax) open.push(...group);
    else for (let from = 0; from < group.length; from += limits.commandsMax) batches.push(group.slice(from, from + limits.commandsMax));
  }
  return batches.filter((batch) => batch.length > 0);
};

/** All batches at once, in order: the store makes what waits durable together. */
const send = async (work: ApplyWork, { batches, rows }: Prepared): Promise<Result<true, Problem>> => {
  const outcomes = await Promise.all(batches.map((batch) => sendBatch(work, batch)));
  const broken = outcomes.find((outcome) => !outcome.ok);
  if (broken) return broken;
  work.applied(rows);
  return ok(true);
};

const sendBatch = async ({ store, at, signal, refuse }: ApplyWork, batch: readonly Write[]): Promise<Result<true, Problem>> => {
  const outcomes = await store.apply(
    batch.map(({ command }) => command),
    { atomic: false, at, signal },
  );
  const broken = brokenStore(outcomes);
  if (broken) return fail(broken);
  for (const [index, { command, row }] of batch.entries()) {
    const outcome = outcomes[index];
    if (command.op === 'putTwin' && row && outcome && !outcome.ok) refuse(row, outcome.problem);
  }
  return ok(true);
};

/** A refusal that may pass is not the row's fault. */
const brokenStore = (outcomes: readonly Outcome[]): Problem | undefined => {
  const found = outcomes.find((outcome) => !outcome.ok && (isRetryable(outcome.problem) || outcome.problem.kind === 'cancelled'));
  return found && !found.ok ? found.problem : undefined;
};

type Before = { readonly twins: ReadonlyMap<TwinId, Twin>; readonly links: ReadonlyMap<TwinId, readonly Link[]> };

/** What rows that change their twin need to know of it: readings that came from elsewhere, and the links their last edition declared. */
const readBefore = async ({ store, source, signal }: ApplyWork, rows: readonly ChangeRow[]): Promise<Before> => {
  const ids = rows.filter(({ op }) => op === 'change').map(({ id }) => id);
  if (ids.length === 0) return { twins: new Map(), links: new Map() };
  const [twins, links] = await Promise.all([store.get(ids, { signal }), declaredLinks(store, ids, { file: evidenceOfFile(source), signal })]);
  return { twins, links };
};

const writesOf = (work: ApplyWork, row: ChangeRow, before: Before): readonly Write[] => {
  const { twin, shapes, joins: waiting, links: declared } = withId(row, row.id);
  const kept = new Set([...declared.map(({ id }) => id as string), ...waiting.map((join) => `${join.kind} ${evidenceOf(join)}`)]);
  const stale = (before.links.get(row.id) ?? []).filter((link) => !(kept.has(link.id) || kept.has(`${link.kind} ${link.evidence}`)));
  const changes = row.op === 'change';
  const put: Command = {
    op: 'putTwin',
    twin: keepingLive(twin, before.twins.get(row.id)),
    source: work.source,
    digest: row.digest,
    ...((changes || shapes.length > 0) && { shapes }),
  };
  return [
    { command: put, row },
    ...(changes || waiting.length > 0 ? [{ command: { op: 'putJoins', from: row.id, joins: waiting } } as const] : []),
    ...stale.map(({ id }) => ({ command: { op: 'deleteLink', id } }) as const),
    ...declared.map((link) => ({ command: { op: 'putLink', link } }) as const),
  ];
};

/** Readings with an origin of their own came from a feed or a person, not from this file: a new edition does not take them away, nor set them back. */
const keepingLive = (staged: TwinInput, current: Twin | undefined): TwinInput => {
  if (!current) return staged;
  const live = Object.entries(current.values).filter(([term, reading]) => {
    const given = staged.values[term];
    return reading.origin !== undefined && (!given || (reading.observedAt ?? '') > (given.observedAt ?? staged.provenance.observedAt));
  });
  const placeless = !(staged.position || staged.footprint) && current.position;
  return { ...staged, values: { ...staged.values, ...Object.fromEntries(live) }, ...(placeless && { position: current.position }) };
};

/** Removals come last, so that nothing is missing in between that another row replaces. Links and joins go with their twin. */
const removeGone = async ({ staging, store, at, signal, applied }: ApplyWork): Promise<Result<true, Problem>> => {
  for (let ids = goneAfter(staging, ''); ids.length > 0; ids = goneAfter(staging, ids.at(-1) ?? '')) {
    if (signal.aborted) return fail(problem('cancelled'));
    const commands = ids.map((id): Command => ({ op: 'deleteTwin', id }));
    const broken = brokenStore(await store.apply(commands, { atomic: false, at, signal }));
    if (broken) return fail(broken);
    applied(ids.length);
  }
  return ok(true);
};

const goneAfter = (staging: Staging, after: string): readonly TwinId[] =>
  staging
    .run('gone')
    .all(after, limits.commandsMax)
    .map((found) => textOf(found['id']) as TwinId); // branding: an id of the store
