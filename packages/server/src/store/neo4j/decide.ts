/**
 * Decide: what each command of a batch comes to, from what was loaded under the lock. Nothing is asked and nothing is written here.
 */
import {
  type Instant,
  type Join,
  type JoinKey,
  type Link,
  linkIdOf,
  type Problem,
  patchTwin,
  sameAs,
  type TwinInput,
  versionOfLink,
  withVersion,
} from '@cityweave/core';
import { checkCommand, checkVersion, notThere } from '../keepable.ts';
import { gain, gainLink } from '../neo4j-history/gain.ts';
import { lastVersion, noteGone } from '../neo4j-history/gone.ts';
import type { ApplyOptions, Command, Outcome } from '../store.ts';
import { altsOf, bodyOf, inputOf } from './neo4j-rows.ts';
import {
  type ChangeRow,
  cursorIn,
  endsKey,
  joinsIn,
  type LinkState,
  linkBetween,
  linkIn,
  linksAt,
  placeLink,
  type TwinState,
  twinIn,
  type Working,
} from './working-set.ts';

export type Batch = { readonly commands: readonly Command[]; readonly atomic: boolean; readonly cursor: ApplyOptions['cursor']; readonly at: Instant };

type Work = { readonly working: Working; readonly at: Instant };

const refused = (found: Problem, current?: number): Outcome => ({ ok: false, problem: found, ...(current !== undefined && { current }) });

const noteChange = ({ working: { own }, at }: Work, change: Omit<ChangeRow, 'seq' | 'at'>): number => {
  own.head += 1;
  own.changes.push({ seq: own.head, at, ...change });
  return own.head;
};

const countTwins = ({ working: { own } }: Work, kind: string, more: number): void => {
  own.tally.set(kind, (own.tally.get(kind) ?? 0) + more);
};

/** What the twin said before was noted then. */
const noteTerms = ({ working: { own, below } }: Work, { kind, values }: TwinInput, found: TwinState | undefined): void => {
  const noted = found?.kind === kind ? found.input.values : {};
  for (const [term, { unit }] of Object.entries(values)) {
    if (Object.hasOwn(noted, term)) continue;
    const key = JSON.stringify([kind, term]);
    if (!below.terms.has(key) && !own.terms.has(key)) own.terms.set(key, { kind, term, unit: unit ?? null });
  }
};

type Put = Pick<Extract<Command, { op: 'putTwin' }>, 'twin' | 'shapes' | 'source' | 'digest'> & { readonly body: string };

/** What an earlier command of the batch wanted of shapes, source and digest holds where this one does not say. */
const put = (work: Work, { twin, body, shapes, source, digest }: Put, found: TwinState | undefined): Outcome => {
  const version = (found?.version ?? lastVersion(work.working, twin.id)) + 1;
  const createdAt = found?.createdAt ?? work.at;
  const shaped = shapes ? shapes.length > 0 : (found?.shaped ?? false);
  const kept = { ...found?.written, ...(shapes && { shapes }), ...(source !== undefined && { source }), ...(digest !== undefined && { digest }) };
  const object = twin.objectOfInterest ?? null;
  if (found?.kind !== twin.kind) {
    countTwins(work, twin.kind, 1);
    if (found) countTwins(work, found.kind, -1);
  }
  if (object !== (found?.object ?? null)) work.working.own.identityTouched = true;
  work.working.own.twins.set(twin.id, {
    ...{ version, createdAt, object, kind: twin.kind, alts: altsOf(twin), fresh: found?.fresh ?? true, shaped, body, input: twin },
    written: { ...kept, version, createdAt, updatedAt: work.at, shaped },
  });
  return { ok: true, version, seq: noteChange(work, { id: twin.id, op: 'put', ...(found && found.kind !== twin.kind && { kind: found.kind }) }) };
};

const putTwin = (work: Work, command: Extract<Command, { op: 'putTwin' }>): Outcome => {
  const { twin, expected } = command;
  const found = twinIn(work.working, twin.id);
  const conflict = checkVersion(twin.id, expected, found?.version ?? 0);
  if (conflict) return conflict;
  const body = bodyOf(twin);
  // most often the same is said again
  const input = found?.body === body ? found.input : inputOf(body);
  if (found?.body !== body) gain(work.working, twin.id, { before: found?.input, after: input, at: work.at });
  noteTerms(work, twin, found);
  return put(work, { ...command, twin: input, body }, found);
};

type Patch = Extract<Command, { op: 'patchTwin' }>;

const applyPatch = (work: Work, command: Patch): Outcome => {
  const found = twinIn(work.working, command.id);
  if (!found) return refused(notThere.twin(command.id), 0);
  const conflict = checkVersion(command.id, command.expected, found.version);
  if (conflict) return conflict;
  const before = found.input;
  const { after, late } = patchTwin(before, command, work.at);
  const gains = gain(work.working, command.id, { before, after, late, at: work.at, placedAt: command.position && (command.placedAt ?? work.at) });
  if (after === before && !gains) return { ok: true, version: found.version, seq: work.working.own.head };
  noteTerms(work, after, found);
  const body = bodyOf(after);
  return put(work, { twin: inputOf(body), body }, found);
};

/** A link is known by its ends and its kind, whatever id it has. */
const endsId = ({ from, kind, to }: Link): string => linkIdOf(from, kind, to);

const unlink = (work: Work, link: LinkState, endedAt?: Instant): Outcome => {
  const { own } = work.working;
  gainLink(work.working, { before: link.link, at: work.at, endedAt });
  own.links.set(endsKey(link), null);
  if (link.kind === sameAs) own.identityTouched = true;
  const version = noteGone(work.working, endsId(link.link), versionOfLink(link.link) + 1);
  return { ok: true, version, seq: noteChange(work, { id: link.src, op: 'unlink', link: link.id }) };
};

/** No link of this store is left hanging on a twin that is gone. */
const deleteTwin = (work: Work, { id, expected }: Extract<Command, { op: 'deleteTwin' }>): Outcome => {
  const found = twinIn(work.working, id);
  if (!found) return refused(notThere.twin(id), 0);
  const conflict = checkVersion(id, expected, found.version);
  if (conflict) return conflict;
  gain(work.working, id, { before: found.input, at: work.at });
  for (const link of linksAt(work.working, id)) unlink(work, link);
  const { own } = work.working;
  own.joins.set(id, new Map());
  own.twins.set(id, null);
  if (found.object !== null) own.identityTouched = true;
  countTwins(work, found.kind, -1);
  const version = noteGone(work.working, id, found.version + 1);
  return { ok: true, version, seq: noteChange(work, { id, op: 'delete', kind: found.kind }) };
};

/** Put again it takes the place of the one that was there. */
const putLink = (work: Work, { link: given, expected }: Extract<Command, { op: 'putLink' }>): Outcome => {
  const { id, from: src, kind, to: dst } = given;
  const { own } = work.working;
  const ends = endsKey({ src, kind, dst });
  const standing = linkBetween(work.working, ends)?.link;
  const conflict = checkVersion(id, expected, versionOfLink(standing));
  if (conflict) return conflict;
  const version = (standing ? versionOfLink(standing) : lastVersion(work.working, endsId(given))) + 1;
  const link = withVersion(given, version);
  gainLink(work.working, { before: standing, after: link, at: work.at });
  placeLink(own, { id, src, kind, dst, link, written: true });
  if (kind === sameAs) own.identityTouched = true;
  return { ok: true, version, seq: noteChange(work, { id: src, op: 'link', link: id }) };
};

const deleteLink = (work: Work, { id, endedAt, expected }: Extract<Command, { op: 'deleteLink' }>): Outcome => {
  const found = linkIn(work.working, id);
  if (!found) return refused(notThere.link(id), 0);
  return checkVersion(id, expected, versionOfLink(found.link)) ?? unlink(work, found, endedAt);
};

/** Sorts as its parts do, one after the other. */
export const joinKey = ({ from, kind, agency, scheme, value }: JoinKey): string => [from, kind, agency, scheme, value].join('\u0000');

/** Joins that stay keep what became of them; of two with one key the first stands. */
const putJoins = (work: Work, { from, joins }: Extract<Command, { op: 'putJoins' }>): Outcome => {
  const known = joinsIn(work.working, from);
  work.working.own.joins.set(from, new Map(joins.toReversed().map((join) => [joinKey(join), known.get(joinKey(join)) ?? join])));
  return { ok: true, version: 1, seq: work.working.own.head };
};

const settleJoin = (work: Work, join: Join): Outcome => {
  const known = joinsIn(work.working, join.from);
  if (!known.has(joinKey(join))) return refused(notThere.join(join));
  work.working.own.joins.set(join.from, new Map(known).set(joinKey(join), join));
  return { ok: true, version: 1, seq: work.working.own.head };
};

const applyCommand = (work: Work, command: Command): Outcome => {
  const unkept = checkCommand(command);
  if (unkept) return refused(unkept);
  switch (command.op) {
    case 'putTwin':
      return putTwin(work, command);
    case 'patchTwin':
      return applyPatch(work, command);
    case 'deleteTwin':
      return deleteTwin(work, command);
    case 'putLink':
      return putLink(work, command);
    case 'deleteLink':
      return deleteLink(work, command);
    case 'putJoins':
      return putJoins(work, command);
    case 'settleJoin':
      return settleJoin(work, command.join);
  }
};

/** A peer's batch that came before changes nothing and is acknowledged again. */
const replayed = ({ working }: Work, { cursor, commands }: Batch): readonly Outcome[] | undefined => {
  if (!cursor) return undefined;
  const seen = cursorIn(working, cursor.peer);
  if (seen !== undefined && seen >= cursor.seq) return commands.map(() => ({ ok: true, version: 0, seq: working.own.head }));
  working.own.cursors.set(cursor.peer, cursor.seq);
  return undefined;
};

/** Outcomes of a batch in the order of its commands; one of an atomic batch that is refused refuses all, which the caller then drops. */
export const decide = (working: Working, batch: Batch): readonly Outcome[] => {
  const work = { working, at: batch.at };
  const again = replayed(work, batch);
  if (again) return again;
  const outcomes: Outcome[] = [];
  for (const command of batch.commands) {
    const outcome = applyCommand(work, command);
    outcomes.push(outcome);
    if (batch.atomic && !outcome.ok) return batch.commands.map((_, index) => (index === outcomes.length - 1 ? outcome : refused(outcome.problem)));
  }
  return outcomes;
};
