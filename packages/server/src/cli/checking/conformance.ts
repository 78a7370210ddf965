/**
 * conformance: plays the other side of every check of the exchange against a node, whoever wrote it, and says which fault it has.
 */
import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Binding, fail, ok, type Problem, problem, problemOfIssues, type Result } from '@cityweave/core';
import { type Material, testConformance } from '../../conformance/conformance.ts';
import type { CheckResult, ConformanceReport } from '../../conformance/report.ts';
import { Vector } from '../../conformance/vector.ts';
import { parseJson } from '../../exchange/json.ts';
import { foldersWithLog, logPaths } from '../../log/log-files.ts';
import type { ExitCode } from '../cityweave.ts';
import type { Context } from '../running/up.ts';
import { interruption, type Terminal } from '../terminal.ts';

type Options = {
  readonly target: string;
  readonly registry?: string;
  readonly fixtures: string;
  readonly memory?: string;
  readonly host?: string;
  readonly only?: readonly string[];
  readonly binding: Binding;
};

/** Beside the program where nothing else is said. */
export const fixturesFolder: string = resolve(import.meta.dirname, '../../../../../fixtures');

const readMessages = async (folder: string): Promise<Material['valid']> => {
  const paths = globSync('*.json', { cwd: folder }).toSorted();
  return Promise.all(paths.map(async (path) => ({ name: basename(path, '.json'), message: parseJson(await readFile(join(folder, path), 'utf8')) })));
};

const readVector = async (path: string): Promise<Result<Vector>> => {
  const parsed = Vector.safeParse(parseJson(await readFile(path, 'utf8')));
  return parsed.success ? ok(parsed.data) : fail({ ...problemOfIssues('badFile', parsed.error), subject: path });
};

/** What the kit says: example messages and vectors, from a folder, so that a kit in another language says the same. */
export const readMaterial = async (fixtures: string): Promise<Result<Material>> => {
  const vectors: Vector[] = [];
  for (const path of globSync('*.json', { cwd: join(fixtures, 'conformance') }).toSorted()) {
    const vector = await readVector(join(fixtures, 'conformance', path));
    if (!vector.ok) return vector;
    vectors.push(vector.value);
  }
  if (vectors.length === 0)
    return fail(problem('notFound', { subject: join(fixtures, 'conformance'), accepted: '--fixtures with the folder of vectors and messages' }));
  const [valid = [], invalid = [], refused = []] = await Promise.all(
    ['valid', 'invalid', 'refused'].map((kind) => readMessages(join(fixtures, 'messages', kind))),
  );
  return ok({ valid, invalid, refused, vectors });
};

const marks = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const;

const describe = (result: CheckResult): string =>
  `${marks[result.outcome]}  ${result.id.padEnd(32)}  ${result.title}${result.outcome === 'passed' ? '' : `\n         ${result.outcome === 'failed' ? `${result.fault}: ` : ''}${result.why}`}`;

const words = { passed: 'passed', partly: 'passed in part', failed: 'failed', skipped: 'could not be tried' } as const;

/** Of the checks that the model names, which came to what. */
const sumOfModel = ({ checks }: ConformanceReport): string => {
  const told = (['passed', 'partly', 'failed', 'skipped'] as const).flatMap((outcome) => {
    const numbers = checks.flatMap(({ check, outcome: found }) => (found === outcome ? [check] : []));
    return numbers.length > 0 ? [`${words[outcome]} ${numbers.join(', ')}`] : [];
  });
  return told.length > 0 ? `checks of the model: ${told.join('; ')}\n` : '';
};

const tell = (report: ConformanceReport, terminal: Terminal): ExitCode => {
  const sum = `${sumOfModel(report)}${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`;
  terminal.data(terminal.json ? JSON.stringify(report) : sum);
  return report.failed > 0 ? 1 : 0;
};

const refuse = (found: Problem, terminal: Terminal): ExitCode => {
  terminal.problem(found);
  return 1;
};

/** A folder that is not there, or holds those of several nodes, is a slip of who asks; one without a log may be the node's fault. */
const checkMemory = (folder: string | undefined): Result<true> => {
  if (folder === undefined || logPaths(folder).length > 0) return ok(true);
  const within = foldersWithLog(folder);
  if (within.length === 0 && existsSync(folder)) return ok(true);
  const accepted = within.length > 0 ? `--memory with one of ${within.join(', ')}` : '--memory with the folder that the node keeps its memory in';
  return fail(problem('notFound', { subject: `the log of the node in ${folder}`, accepted }));
};

export const conformance = async ({ memory, fixtures, ...options }: Options, { terminal }: Context): Promise<ExitCode> => {
  const found = checkMemory(memory);
  if (!found.ok) return refuse(found.problem, terminal);
  const material = await readMaterial(fixtures);
  if (!material.ok) return refuse(material.problem, terminal);
  const told = (result: CheckResult): void => (terminal.json ? undefined : terminal.data(describe(result)));
  const report = await testConformance({ ...options, directory: memory, material: material.value, signal: interruption(), told });
  return report.ok ? tell(report.value, terminal) : refuse(report.problem, terminal);
};
