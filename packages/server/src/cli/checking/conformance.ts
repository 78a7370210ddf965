/**
 * conformance: plays the other side of every check of the exchange against a node, whoever wrote it, and says which fault it has.
 */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Binding, fail, ok, type Problem, problem, problemOfIssues, type Result } from '@cityweave/core';
import { type CheckResult, type ConformanceReport, type Material, testConformance } from '../../conformance/conformance.ts';
import { Vector } from '../../conformance/vector.ts';
import { parseJson } from '../../exchange/json.ts';
import type { ExitCode } from '../cityweave.ts';
import type { Context } from '../running/up.ts';
import { interruption, type Terminal } from '../terminal.ts';

type Options = {
  readonly target: string;
  readonly registry?: string;
  readonly fixtures: string;
  readonly memory?: string;
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

const tell = (report: ConformanceReport, terminal: Terminal): ExitCode => {
  const sum = `${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`;
  terminal.data(terminal.json ? JSON.stringify(report) : sum);
  return report.failed > 0 ? 1 : 0;
};

const refuse = (found: Problem, terminal: Terminal): ExitCode => {
  terminal.problem(found);
  return 1;
};

export const conformance = async ({ target, registry, memory, fixtures, only, binding }: Options, { terminal }: Context): Promise<ExitCode> => {
  const material = await readMaterial(fixtures);
  if (!material.ok) return refuse(material.problem, terminal);
  const told = (result: CheckResult): void => (terminal.json ? undefined : terminal.data(describe(result)));
  const report = await testConformance({ target, registry, directory: memory, only, binding, material: material.value, signal: interruption(), told });
  return report.ok ? tell(report.value, terminal) : refuse(report.problem, terminal);
};
