/**
 * `pnpm verify`: format and lint, types, dead code, then all tests (the architecture test among them). A step that fails does not hide the next one.
 * Its last line is that of `pnpm test`; `--static` leaves the tests out.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { lineOf, runTests } from './test-run/run.ts';

type Step = { readonly name: string; readonly command: string; readonly args: readonly string[] };

const root = join(import.meta.dirname, '..');

/** Every tsconfig that names files: the root's (tools), one a package, one for the tests of core, which may do what core may not. */
const projects = ['tsconfig.json', ...globSync('packages/*/tsconfig*.json', { cwd: root }).toSorted()];

const steps: readonly Step[] = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  ...projects.map((project) => ({ name: `types ${project}`, command: 'tsc', args: ['-p', project] })),
  { name: 'dead code', command: 'knip', args: ['--no-progress'] },
];

const passes = ({ name, command, args }: Step): boolean => {
  const startedMs = performance.now();
  const { status } = spawnSync(join(root, 'node_modules/.bin', command), [...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
  return status === 0;
};

const failedSteps = steps.filter((step) => !passes(step));
const finish = (failed: boolean, lastLine: string): never => {
  for (const { name } of failedSteps) console.log(`failed: ${name}`);
  console.log(lastLine);
  process.exit(failed || failedSteps.length > 0 ? 1 : 0);
};

if (process.argv.includes('--static')) finish(false, `${steps.length - failedSteps.length} of ${steps.length} checks passed`);
const counts = await runTests([]);
finish(counts.failed > 0 || counts.passed === 0, lineOf(counts));
