/**
 * Groups: a summary tells so many of them and not one more; a status may be any text, so that there could be as many as twins.
 */
import { limits, problem } from '@cityweave/core';
import type { TwinStore } from './store.ts';
import { unanswered } from './unanswered.ts';

export const withinGroups =
  (summarise: TwinStore['summarise']): TwinStore['summarise'] =>
  async (filter, by, waiting) => {
    const groups = await summarise(filter, by, waiting);
    if (groups.length <= limits.summaryGroupsMax) return groups;
    return Promise.reject(
      unanswered(problem('tooMany', { subject: 'groups', limit: limits.summaryGroupsMax, accepted: 'fewer facets, or a filter for less' })),
    );
  };
