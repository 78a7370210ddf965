/**
 * Whether a property holds: run so many times, on a busy machine fewer, but never so few that it shows nothing.
 */
import fc from 'fast-check';
import { expect } from 'vitest';

type Runs = { readonly runs: number; readonly atLeast: number };

const withinMs = 60_000;

export const holds = async <T>(property: fc.IAsyncProperty<T>, { runs, atLeast }: Runs): Promise<void> => {
  const details = await fc.check(property, { numRuns: runs, interruptAfterTimeLimit: withinMs, endOnFailure: true });
  if (details.failed) expect.fail(fc.defaultReportMessage(details));
  expect(details.numRuns, `runs of at least ${atLeast} that were made`).toBeGreaterThanOrEqual(atLeast);
};
