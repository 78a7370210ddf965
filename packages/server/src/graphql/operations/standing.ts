/**
 * Mutation on how a federation stands: suspend, resume and release it as its initiator, leave it as a member.
 */
import { type Federation, FederationId, fail, Instant, msOfDuration, ok, type Problem, problem, type Result, shorten } from '@cityweave/core';
import type { Context } from '../room.ts';
import { federationNode, startedNode } from '../schema/federation.ts';
import type { Kit } from '../schema/kit.ts';
import type { FederationNode } from '../schema/shapes.ts';
import type { FederationChange } from './operator.ts';

type Given<T> = T | null | undefined;
type Changed = Problem | { readonly federation: FederationNode };

const idOf = (given: string): Result<FederationId> => {
  const id = FederationId.safeParse(given);
  return id.success ? ok(id.data) : fail(problem('badId', { path: 'federation', found: shorten(given), accepted: 'urn:dtf:federation:<authority>:<local>' }));
};

const changed = (made: Result<Federation>): Changed => (made.ok ? { federation: startedNode(made.value) } : made.problem);

const instantOf = (path: string, given: Given<string>): Result<Instant | undefined> => {
  if (given === null || given === undefined) return ok(undefined);
  const at = Instant.safeParse(given);
  return at.success ? ok(at.data) : fail(problem('invalid', { path, found: shorten(given), accepted: 'an RFC 3339 instant with offset' }));
};

const secondsOf = (path: string, given: Given<string>): Result<number> => {
  const ms = msOfDuration(given ?? 'PT0S');
  return ms === undefined ? fail(problem('invalid', { path, found: shorten(given), accepted: 'an ISO 8601 duration, as PT10M' })) : ok(Math.round(ms / 1000));
};

const suspend = ({ room }: Context, args: { readonly federation: string; readonly reason?: Given<string>; readonly until?: Given<string> }): Changed => {
  const id = idOf(args.federation);
  if (!id.ok) return id.problem;
  const until = instantOf('until', args.until);
  if (!until.ok) return until.problem;
  return changed(room.orchestration.management.suspend(id.value, args.reason ?? 'suspended by its initiator', until.value));
};

const resume = ({ room }: Context, federation: string): Changed => {
  const id = idOf(federation);
  return id.ok ? changed(room.orchestration.management.resumeFederation(id.value)) : id.problem;
};

type Releasing = { readonly federation: string; readonly reason?: Given<string>; readonly grace?: Given<string>; readonly deleteDataBy?: Given<string> };

const release = ({ room }: Context, args: Releasing): Changed => {
  const id = idOf(args.federation);
  if (!id.ok) return id.problem;
  const grace = secondsOf('grace', args.grace);
  if (!grace.ok) return grace.problem;
  const deleteDataBy = instantOf('deleteDataBy', args.deleteDataBy);
  if (!deleteDataBy.ok) return deleteDataBy.problem;
  const notice = { graceSeconds: grace.value, ...(deleteDataBy.value && { deleteDataBy: deleteDataBy.value }) };
  return changed(room.orchestration.management.release(id.value, args.reason ?? 'released by its initiator', notice));
};

const leave = ({ room }: Context, args: { readonly federation: string; readonly reason?: Given<string>; readonly grace?: Given<string> }): Changed => {
  const id = idOf(args.federation);
  if (!id.ok) return id.problem;
  const grace = secondsOf('grace', args.grace);
  if (!grace.ok) return grace.problem;
  const left = room.orchestration.standing.leave(id.value, { reason: args.reason ?? 'its member leaves', graceSeconds: grace.value });
  const node = federationNode(room, id.value);
  if (!left.ok) return left.problem;
  return node ? { federation: node } : problem('unknownFederation', { subject: id.value });
};

export const defineStanding = ({ builder }: Kit, result: FederationChange): void => {
  const federation = { required: true as const, description: '`urn:dtf:federation:...`' };
  const graceText = 'An ISO 8601 duration, as "PT10M": for so long members still answer. At once where absent.';
  builder.mutationFields((t) => ({
    suspendFederation: t.field({
      type: result,
      description: 'Pauses a federation that this node started: no data moves until it is resumed, or until then.',
      args: {
        federation: t.arg.id(federation),
        reason: t.arg.string({ description: 'Told to the members.' }),
        until: t.arg({ type: 'DateTime', description: 'Resumes by itself then.' }),
      },
      resolve: (_root, args, context) => suspend(context, args),
    }),
    resumeFederation: t.field({
      type: result,
      description: 'Lets data move again in a suspended federation.',
      args: { federation: t.arg.id(federation) },
      resolve: (_root, args, context) => resume(context, args.federation),
    }),
    releaseFederation: t.field({
      type: result,
      description: 'Ends a federation that this node started: agreements and connections end with it.',
      args: {
        federation: t.arg.id(federation),
        reason: t.arg.string({ description: 'Told to the members.' }),
        grace: t.arg({ type: 'Duration', description: graceText }),
        deleteDataBy: t.arg({ type: 'DateTime', description: 'When this agency has deleted what it was given: a promise that members keep.' }),
      },
      resolve: (_root, args, context) => release(context, args),
    }),
    leaveFederation: t.field({
      type: result,
      description: 'Leaves a federation that this node was invited to; its initiator is told, and told again until it heard.',
      args: {
        federation: t.arg.id(federation),
        reason: t.arg.string({ description: 'Told to the initiator.' }),
        grace: t.arg({ type: 'Duration', description: graceText }),
      },
      resolve: (_root, args, context) => leave(context, args),
    }),
  }));
};
