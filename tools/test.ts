/**
 * `pnpm test [part of a path ...]`: runs the tests of every package under the workspace's own Node.
 * Its last line is always `N passed, N failed, N skipped`; it fails where a test failed and where none ran.
 */
import { type Counts, lineOf, runTests } from './test-run/run.ts';

const filters = process.argv.slice(2).filter((argument) => argument !== '--');
const counts: Counts = await runTests(filters);
console.log(lineOf(counts));
process.exit(counts.failed > 0 || counts.passed === 0 ? 1 : 0);
