/**
 * Approval: a federation that an application asked for waits as a draft until a person of the initiator's agency says yes to its plan.
 */
import { addMs, type Instant } from '../../ground/instant.ts';
import { limits } from '../../ground/limits.ts';
import { problem } from '../../ground/problem.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import { type Federation, isOver } from '../federation.ts';

/** A draft about which a person has to decide. */
export const waitsForApproval = ({ state, approval }: Pick<Federation, 'state' | 'approval'>): boolean => state === 'DRAFT' && approval === 'ask';

/** Until then a person may say yes: to the end of what was asked for, and no longer than a plan waits. */
export const approvalEndOf = ({ createdAt, validUntil }: Pick<Federation, 'createdAt' | 'validUntil'>): Instant => {
  const latest = addMs(createdAt, limits.approvalMaxMs);
  return validUntil !== undefined && validUntil < latest ? validUntil : latest;
};

/** A person says yes to the plan; nothing changes where he did before. */
export const approveFederation = (federation: Federation, now: Instant): Result<Federation> => {
  const { id, state, approval, revision, validUntil } = federation;
  const end = waitsForApproval(federation) ? approvalEndOf(federation) : validUntil;
  if (end !== undefined && end < now) return fail(problem('expired', { subject: id, found: end }));
  if (waitsForApproval(federation)) return ok({ ...federation, approval: 'granted', revision: revision + 1 });
  return approval === 'granted' && !isOver(state)
    ? ok(federation)
    : fail(problem('notAllowedInState', { subject: id, found: state, accepted: 'a draft that waits for approval' }));
};
