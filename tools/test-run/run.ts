/**
 * One run of all tests and what came of it: counts for the last line, of every skipped test why it was skipped, and what should have been shown and was not.
 */
import type { TestCase, TestModule } from 'vitest/node';
import { type Reporter, startVitest } from 'vitest/node';
import { unmade, untold } from './shown.ts';

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

export const lineOf = ({ passed, failed, skipped }: Counts): string => `${passed} passed, ${failed} failed, ${skipped} skipped`;

const statesOf = (modules: readonly TestModule[]): readonly TestCase[] => modules.flatMap((module) => [...module.children.allTests()]);

/** A file that could not be loaded has no tests to fail, and an error outside of every test belongs to none: each counts as one failure. */
const countsOf = (modules: readonly TestModule[], strayErrors: number): Counts => {
  const tests = statesOf(modules);
  const inState = (state: string) => tests.filter((test) => test.result().state === state).length;
  const brokenFiles = modules.filter((module) => module.state() === 'failed' && ![...module.children.allTests('failed')].length).length;
  const unfinished = inState('pending');
  return { passed: inState('passed'), failed: inState('failed') + unfinished + brokenFiles + strayErrors, skipped: inState('skipped') };
};

/** The reason is the note given to `skip`; a suite that is skipped as a whole says in its title what it needs. */
const reasonOf = (test: TestCase): string => {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  return test.parent.type === 'suite' ? test.parent.fullName : 'gives no reason';
};

/** One line a file and reason, however many tests it is of. */
const skippedLines = (modules: readonly TestModule[]): readonly string[] => {
  const counted = new Map<string, number>();
  for (const test of statesOf(modules)) {
    if (test.result().state !== 'skipped') continue;
    const key = `${test.module.relativeModuleId}: ${reasonOf(test)}`;
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  return [...counted].map(([key, count]) => `skipped ${count} of ${key}`);
};

/** Runs what the filters (parts of paths; none means everything) select, once, with the default report on the way. What was not shown counts as failed. */
export const runTests = async (filters: readonly string[]): Promise<Counts> => {
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  let lines: readonly string[] = [];
  const counter: Reporter = {
    onTestRunEnd: (modules, errors) => {
      const missing = [...untold(modules), ...(filters.length === 0 ? unmade(modules) : [])];
      counts = countsOf(modules, errors.length + missing.length);
      lines = [...skippedLines(modules), ...missing];
    },
  };
  const vitest = await startVitest([...filters], { run: true, watch: false, reporters: ['default', counter], passWithNoTests: false });
  await vitest.close();
  if (lines.length > 0) console.log(['', ...lines].join('\n'));
  return counts;
};
