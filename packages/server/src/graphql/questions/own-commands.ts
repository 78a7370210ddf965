/**
 * Commands on own twins: what GraphQL is given as commands of the store, each refused by itself with what is wrong with it.
 */
import { fail, type Instant, type Json, type LinkId, limits, linkIdOf, ok, type Problem, problem, type Result, shorten, TwinId } from '@cityweave/core';
import type { Command, Outcome } from '../../store/store.ts';
import type { Context } from '../room.ts';
import { invalid, known, name, optional, ownId, placed, position, readingsOf, type ValueGiven } from './command-parts.ts';

type Given<T> = T | null | undefined;

export type PutGiven = {
  readonly id: string;
  readonly kind: string;
  readonly name?: Given<Json>;
  readonly values?: Given<readonly ValueGiven[]>;
  readonly position?: Given<readonly number[]>;
  readonly geometry?: Given<object>;
  readonly altIds?: Given<readonly { readonly scheme: string; readonly value: string }[]>;
  readonly objectOfInterest?: Given<string>;
  readonly observedAt?: Given<Instant>;
  readonly expected?: Given<number>;
};
export type PatchGiven = {
  readonly id: string;
  readonly values?: Given<readonly ValueGiven[]>;
  readonly remove?: Given<readonly string[]>;
  readonly position?: Given<readonly number[]>;
  readonly expected?: Given<number>;
};
export type DeleteGiven = { readonly id: string; readonly expected?: Given<number> };
export type LinkGiven = {
  readonly from: string;
  readonly kind: string;
  readonly to: string;
  readonly evidence?: Given<string>;
  readonly expected?: Given<number>;
};
export type CommandGiven = {
  readonly put?: Given<PutGiven>;
  readonly patch?: Given<PatchGiven>;
  readonly delete?: Given<DeleteGiven>;
  readonly link?: Given<LinkGiven>;
  readonly unlink?: Given<LinkGiven>;
};

export type CommandOutcome = {
  readonly index: number;
  readonly id: TwinId | LinkId | undefined;
  readonly version?: number;
  readonly seq?: number;
  readonly problem?: Problem;
  readonly current?: number;
};
export type Applied = { readonly kept: boolean; readonly outcomes: readonly CommandOutcome[] };

const versioned = (expected: Given<number>) => (typeof expected === 'number' ? { expected } : {});

const expectedOf = ({ put, patch, delete: removed, link, unlink }: CommandGiven): Given<number> =>
  [put, patch, removed, link, unlink].find((given) => given)?.expected;

const toPut = (context: Context, given: PutGiven): Result<Command> => {
  const id = ownId(context, given.id, 'put.id');
  if (!id.ok) return id;
  const kind = known(context, { given: given.kind, path: 'put.kind', role: 'kind' });
  if (!kind.ok) return kind;
  const values = readingsOf(context, given.values);
  if (!values.ok) return values;
  const named = optional(given.name, 'put.name', name);
  if (!named.ok) return named;
  const rest = placed(given);
  if (!rest.ok) return rest;
  const { self, deps } = context.room;
  const now = deps.clock.now();
  const provenance = { observedAt: given.observedAt ?? now, recordedAt: now, source: self.agency, origin: 'applyTwins' };
  return ok({
    op: 'putTwin',
    twin: { id: id.value, agency: self.agency, kind: kind.value, name: named.value ?? {}, provenance, values: { ...values.value }, ...rest.value },
    ...versioned(given.expected),
  });
};

const toPatch = (context: Context, given: PatchGiven): Result<Command> => {
  const id = ownId(context, given.id, 'patch.id');
  if (!id.ok) return id;
  const values = readingsOf(context, given.values);
  if (!values.ok) return values;
  const place = optional(given.position, 'patch.position', position);
  if (!place.ok) return place;
  const { self, deps } = context.room;
  const now = deps.clock.now();
  const said = Object.entries(values.value).map(
    ([term, reading]) => [term, { observedAt: now, ...reading, recordedAt: now, source: self.agency, origin: 'applyTwins' }] as const,
  );
  const removed = (given.remove ?? []).map((term) => [term, null] as const);
  return ok({
    op: 'patchTwin',
    id: id.value,
    values: Object.fromEntries([...said, ...removed]),
    ...(place.value && { position: place.value }),
    ...versioned(given.expected),
  });
};

const toDelete = (context: Context, given: DeleteGiven): Result<Command> => {
  const id = ownId(context, given.id, 'delete.id');
  return id.ok ? ok({ op: 'deleteTwin', id: id.value, ...versioned(given.expected) }) : id;
};

const toLink = (context: Context, given: LinkGiven, op: 'link' | 'unlink'): Result<Command> => {
  const from = ownId(context, given.from, `${op}.from`);
  if (!from.ok) return from;
  const kind = known(context, { given: given.kind, path: `${op}.kind`, role: 'link' });
  if (!kind.ok) return kind;
  const to = TwinId.safeParse(given.to);
  if (!to.success) return fail(problem('badId', { path: `${op}.to`, found: shorten(given.to), accepted: 'urn:dtf:twin:<authority>:<source>/<key>' }));
  const id = linkIdOf(from.value, kind.value, to.data);
  if (op === 'unlink') return ok({ op: 'deleteLink', id, ...versioned(given.expected) });
  const { self, deps } = context.room;
  return ok({
    op: 'putLink',
    link: {
      id,
      from: from.value,
      kind: kind.value,
      to: to.data,
      source: self.agency,
      recordedAt: deps.clock.now(),
      ...(given.evidence && { evidence: given.evidence }),
    },
    ...versioned(given.expected),
  });
};

const toCommand = (context: Context, given: CommandGiven): Result<Command> => {
  const said = Object.entries(given).filter(([, part]) => part !== null && part !== undefined);
  if (said.length !== 1) return fail(invalid('command', said.map(([op]) => op).join(', ') || 'nothing', 'exactly one of put, patch, delete, link and unlink'));
  const expected = expectedOf(given);
  if (typeof expected === 'number' && expected < 0) return fail(invalid('expected', expected, '0 for a twin or link that must not exist, else its version'));
  if (given.put) return toPut(context, given.put);
  if (given.patch) return toPatch(context, given.patch);
  if (given.delete) return toDelete(context, given.delete);
  return given.link
    ? toLink(context, given.link, 'link')
    : given.unlink
      ? toLink(context, given.unlink, 'unlink')
      : fail(invalid('command', 'nothing', 'one of put, patch, delete, link and unlink'));
};

const idOf = (command: Command): TwinId | LinkId | undefined => {
  if (command.op === 'putTwin') return command.twin.id;
  if (command.op === 'putLink') return command.link.id;
  return 'id' in command ? command.id : undefined;
};

const told = (index: number, command: Command, outcome: Outcome): CommandOutcome => {
  const id = idOf(command);
  return outcome.ok
    ? { index, id, version: outcome.version, seq: outcome.seq }
    : { index, id, problem: outcome.problem, ...(outcome.current !== undefined && { current: outcome.current }) };
};

/** All or nothing: a problem of one refuses all; else what can be done is done, and each command says what became of it. */
export const applyTwins = async (context: Context, given: readonly CommandGiven[], atomic: boolean): Promise<Applied> => {
  if (given.length > limits.commandsMax)
    return {
      kept: false,
      outcomes: [
        {
          index: limits.commandsMax,
          id: undefined,
          problem: problem('tooMany', { subject: 'commands', found: String(given.length), limit: limits.commandsMax }),
        },
      ],
    };
  const parsed = given.map((one) => toCommand(context, one));
  const refused = parsed.flatMap((one, index): CommandOutcome[] => (one.ok ? [] : [{ index, id: undefined, problem: one.problem }]));
  if (atomic && refused.length > 0) return { kept: false, outcomes: refused };
  const good = parsed.flatMap((one, index) => (one.ok ? [{ index, command: one.value }] : []));
  const { store, deps } = context.room;
  const outcomes = await store.apply(
    good.map(({ command }) => command),
    { at: deps.clock.now(), atomic },
  );
  const applied = good.flatMap(({ index, command }, at) => {
    const outcome = outcomes[at];
    return outcome ? [told(index, command, outcome)] : [];
  });
  const failed = applied.filter((outcome) => outcome.problem);
  if (atomic && failed.length > 0) return { kept: false, outcomes: failed };
  return { kept: true, outcomes: [...applied, ...refused].sort((a, b) => a.index - b.index) };
};
