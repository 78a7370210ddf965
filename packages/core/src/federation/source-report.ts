/**
 * SourceReport: what one member contributed to one answer. Every member that the plan names is reported exactly once.
 */
import { z } from 'zod';
import { AgencyId } from '../ground/id.ts';
import { durationOfMs, Instant } from '../ground/instant.ts';
import { describeProblem, type Problem } from '../ground/problem.ts';
import { Withheld } from './exchange-data.ts';

export const SourceStatus = z.enum(['ANSWERED', 'PARTIAL', 'LATE', 'FAILED', 'WITHHELD', 'NOT_ASKED']);
export type SourceStatus = z.infer<typeof SourceStatus>;

export const SourceReport = z.object({
  agency: AgencyId,
  status: SourceStatus,
  /** twins of this source in the answer */
  rows: z.int().min(0),
  latencyMs: z.number().min(0).optional(),
  /** when the oldest value that it gave was true */
  oldest: Instant.optional(),
  /** why it was not asked */
  why: z.string().optional(),
  withheld: Withheld.optional(),
  problem: z.custom<Problem>().optional(),
  /** the link is interrupted since then, and tried again at */
  since: Instant.optional(),
  nextProbeAt: Instant.optional(),
});
export type SourceReport = z.infer<typeof SourceReport>;

const withheldText = ({ terms = [], kinds = [] }: Withheld): string => `kept back by its policy: ${[...kinds, ...terms].join(', ')}`;

/** One sentence for a person, empty where there is nothing to explain. */
export const describeSource = ({ status, why, withheld, problem, since, nextProbeAt, latencyMs }: SourceReport): string => {
  if (status === 'LATE') return `did not answer within the deadline${latencyMs === undefined ? '' : ` (${durationOfMs(latencyMs)})`}`;
  if (status === 'NOT_ASKED') return why ?? '';
  const parts = [
    problem && describeProblem(problem),
    withheld && withheldText(withheld),
    since && `silent since ${since}`,
    nextProbeAt && `tried again at ${nextProbeAt}`,
  ];
  return parts.filter(Boolean).join('; ');
};

/** Statuses with which a source's part of an answer is whole. */
export const isWhole = (status: SourceStatus): boolean => status === 'ANSWERED' || status === 'NOT_ASKED';
