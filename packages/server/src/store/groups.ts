/**
 * Groups: a summary tells so many of them and not one more; a status may be any text, so that there could be as many as twins.
 */
import { limits, problem, type TwinFilter } from '@cityweave/core';
import type { TwinStore } from './store.ts';
import { unanswered } from './unanswered.ts';

/** One more than may be told tells that there are too many: nobody looks for others. */
export const groupsSoughtMax = limits.summaryGroupsMax + 1;

/** Of all twins, whose groups those are beside which it is told how many there are: where no kinds are asked for, of groups that nothing matches nothing is told. */
export const wantedOf = <T>({ kinds }: TwinFilter, matching: T): T | undefined => (kinds === undefined ? matching : undefined);

export const withinGroups =
  (summarise: TwinStore['summarise']): TwinStore['summarise'] =>
  async (filter, by, waiting) => {
    const groups = await summarise(filter, by, waiting);
    if (groups.length <= limits.summaryGroupsMax) return groups;
    return Promise.reject(
      unanswered(problem('tooMany', { subject: 'groups', limit: limits.summaryGroupsMax, accepted: 'fewer facets, or a filter for less' })),
    );
  };
