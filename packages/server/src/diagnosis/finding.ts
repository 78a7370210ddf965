/**
 * Finding: what was looked at, how it stands, and in one sentence why and what to do.
 */
import { describeProblem, type Problem, type ProblemKind } from '@cityweave/core';

export type Finding = {
  readonly about: 'memory' | 'key' | 'store' | 'node' | 'registry' | 'registration' | 'federation' | 'link';
  /** which one: an id or an address */
  readonly subject: string;
  /** doubtful: it works, but not as it should; unknown: it could not be looked at */
  readonly outcome: 'sound' | 'doubtful' | 'broken' | 'unknown';
  readonly says: string;
  readonly problem?: ProblemKind | undefined;
  /** there and back, in milliseconds */
  readonly latencyMs?: number | undefined;
  /** by how much the clock over there is ahead of ours, in milliseconds; half the latency either way is not known */
  readonly clockAheadMs?: number | undefined;
};

export const broken = ({ about, subject }: Pick<Finding, 'about' | 'subject'>, found: Problem): Finding => ({
  about,
  subject,
  outcome: 'broken',
  says: describeProblem(found),
  problem: found.kind,
});
