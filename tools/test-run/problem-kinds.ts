/**
 * Which problems of the table the product really made while a file of tests ran: it listens, changes nothing, and leaves what it heard with the file for the end of the run.
 * A problem that a test makes itself, to compare with, does not count.
 */
import { afterEach, vi } from 'vitest';

type Made = { readonly kind: string };
type Makers = {
  readonly problems: Readonly<Record<string, unknown>>;
  readonly problem: (...given: readonly unknown[]) => Made;
  readonly problemOfIssues: (...given: readonly unknown[]) => Made;
};

const heard: { readonly made: Set<string>; known: readonly string[] } = { made: new Set(), known: [] };

const ofTests = /\.(test|contract)\.ts|\/trial-|\/testbed\//;

/** Who asked for it: below this file's own two frames. */
const isByTest = (): boolean => ofTests.test(new Error('asked').stack?.split('\n')[3] ?? '');

const noted = (problem: Made): Made => {
  if (!heard.made.has(problem.kind) && !isByTest()) heard.made.add(problem.kind);
  return problem;
};

vi.mock('../../packages/core/src/ground/problem.ts', async (original) => {
  const real = await original<Makers>();
  heard.known = Object.keys(real.problems);
  return {
    ...real,
    problem: (...given: readonly unknown[]) => noted(real.problem(...given)),
    problemOfIssues: (...given: readonly unknown[]) => noted(real.problemOfIssues(...given)),
  };
});

afterEach(({ task }) => {
  Object.assign(task.file.meta, { problemKindsMade: [...heard.made], problemKindsKnown: heard.known });
});
