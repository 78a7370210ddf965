/**
 * Replay: what a broker's sensors say on a recorded day, played again every day: first what they said in the last 24 hours, then each value in its time.
 */
import { instantOfMs, msOfInstant } from '@cityweave/core';
import { type Deps, pause } from '../deps.ts';
import { dueRows, waitMs } from '../import/feed/due.ts';
import { dayMs, type Recorded } from '../import/feed/recording.ts';
import type { Entities } from './entities.ts';

const say = (entities: Entities, { row, publishedMs }: { readonly row: Recorded; readonly publishedMs: number }): void => {
  const observedAt = instantOfMs(publishedMs);
  for (const [attribute, { value, unit }] of Object.entries(row.readings))
    entities.patch(row.key, { [attribute]: { type: 'Property', value, ...(unit !== undefined && { unitCode: unit }), observedAt } }, observedAt);
};

/** Until nobody wants it any more. */
export const replay = async (
  entities: Entities,
  rows: readonly Recorded[],
  { deps, signal }: { readonly deps: Deps; readonly signal: AbortSignal },
): Promise<void> => {
  let doneMs = msOfInstant(deps.clock.now()) - dayMs;
  while (!signal.aborted) {
    const nowMs = msOfInstant(deps.clock.now());
    for (const due of dueRows({ rows, daily: true, doneMs }, nowMs)) say(entities, due);
    doneMs = nowMs;
    await pause(deps.timers, waitMs({ rows, daily: true, doneMs }, nowMs), signal);
  }
};
