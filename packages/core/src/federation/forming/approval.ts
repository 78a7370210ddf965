/**
 * Approval: a federation that an application asked for waits as a draft until a person of the initiator's agency says yes to its plan.
 */
import { problem } from '../../ground/problem.ts';
import { fail, ok, type Result } from '../../ground/result.ts';
import type { Federation } from '../federation.ts';

/** A draft about which a person has to decide. */
export const waitsForApproval = ({ state, approval }: Pick<Federation, 'state' | 'approval'>): boolean => state === 'DRAFT' && approval === 'ask';

/** A person says yes to the plan; nothing changes where he did before. */
export const approveFederation = (federation: Federation): Result<Federation> => {
  const { id, state, approval, revision } = federation;
  if (waitsForApproval(federation)) return ok({ ...federation, approval: 'granted', revision: revision + 1 });
  return approval === 'granted'
    ? ok(federation)
    : fail(problem('notAllowedInState', { subject: id, found: state, accepted: 'a draft that waits for approval' }));
};
