/**
 * Whether a property holds: run as often as shows enough, however busy the machine is, and more often where there is time.
 */
import fc from 'fast-check';
import { expect } from 'vitest';

const runsMin = 25;
const runsMore = 35;
const moreWithinMs = 30_000;

/** What a test of a property may take; only one that hangs takes so long. */
export const holdsWithinMs = 600_000;

export const holds = async <T>(property: fc.IAsyncProperty<T>): Promise<void> => {
  await fc.assert(property, { numRuns: runsMin, endOnFailure: true });
  const more = await fc.check(property, { numRuns: runsMore, interruptAfterTimeLimit: moreWithinMs, endOnFailure: true });
  if (more.failed) expect.fail(fc.defaultReportMessage(more));
};
