/**
 * One project a package and one for the tools. Real sockets, files and worker threads are used, so every file gets a process of its own.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What a single claim may take. Journeys over several real nodes take longer than anything inside one. */
const testMs = { core: 20_000, server: 60_000, testbed: 180_000, browser: 300_000, tools: 60_000, viewer: 20_000 };

/** The share of it for which what is polled may take to come, on a machine that is busy. */
const pollShare = 0.3;

const project = (name: keyof typeof testMs, folder: string) => ({
  extends: true as const,
  test: {
    ...{ name, include: [`${folder}/**/*.test.ts`], testTimeout: testMs[name], hookTimeout: testMs[name] },
    expect: { poll: { timeout: pollShare * testMs[name] } },
  },
});

/** A test may want a real Neo4j: the first that does starts it, the end of the run stops it. */
const globalSetup = ['tools/neo4j/run-setup.ts'];

const server = () => {
  const { test } = project('server', 'packages/server/src');
  return { extends: true as const, test: { ...test, globalSetup } };
};

const browserTests = 'packages/testbed/src/browser';

/** After all others and one file at a time: a browser without a graphics card needs the processors for itself. */
const inBrowser = () => {
  const { test } = project('browser', browserTests);
  const setup = { globalSetup: [`${browserTests}/setup.ts`], maxWorkers: 1, sequence: { groupOrder: 1 } };
  return { extends: true as const, test: { ...test, ...setup, expect: { poll: { ...test.expect.poll, interval: 100 } } } };
};

const testbed = () => {
  const { test } = project('testbed', 'packages/testbed/src');
  return { extends: true as const, test: { ...test, exclude: [`${browserTests}/**`], globalSetup } };
};

export default defineConfig({
  // As Node reads it: the bundler would take the package's other build, and a schema must not meet two of them.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(new URL('packages/server/package.json', import.meta.url)).resolve('graphql') }] },
  test: {
    environment: 'node',
    // what problems the product makes is heard, for the end of the run
    setupFiles: ['tools/test-run/problem-kinds.ts'],
    pool: 'forks',
    // More workers than processors would make every wait in a test longer and no test faster.
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    teardownTimeout: 20_000,
    // A test that passes only at the second try tells of a race: it is a failure.
    retry: 0,
    allowOnly: false,
    projects: [project('core', 'packages/core/src'), server(), testbed(), inBrowser(), project('tools', 'tools'), project('viewer', 'packages/viewer/src')],
  },
});
