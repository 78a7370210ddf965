/**
 * validate: checks a node file or a city file, and imports its sources into a store that is thrown away, so that nothing is changed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem, Result } from '@cityweave/core';
import { loadCity, loadNodeAlone } from '../config/load.ts';
import type { NodeFile } from '../config/node-file.ts';
import type { LogLevel } from '../events.ts';
import type { ExitCode } from './cityweave.ts';
import { importInto, tellReports } from './import.ts';
import type { Context } from './up.ts';

type Options = { readonly file: string; readonly log: LogLevel };

const aside = (environment: Context['environment']): Context['environment'] => ({ ...environment, CITYWEAVE_STORE: 'sqlite' });

/** A city file names its city; a node file names its agency. */
const nodesOf = async (file: string, { environment }: Context): Promise<Result<readonly NodeFile[], Problem>> => {
  // what is read goes into a file that is thrown away, wherever the node keeps its twins
  const city = await loadCity(file, aside(environment));
  if (city.ok) return { ok: true, value: city.value.nodes };
  const node = await loadNodeAlone(file, aside(environment));
  if (node.ok) return { ok: true, value: [node.value.node] };
  const aboutCity =
    city.problem.path?.includes('#/') && !['agency', 'listen', 'sources', 'roles'].some((key) => city.problem.found?.includes(`unknown key ${key}`));
  return aboutCity && node.problem.found?.includes('unknown key city') ? city : node;
};

const validateNode = async (node: NodeFile, context: Context, log: LogLevel): Promise<ExitCode> => {
  const folder = await mkdtemp(join(tmpdir(), 'cityweave-validate-'));
  const done = await importInto({ node, directory: folder, log }, context);
  await rm(folder, { recursive: true, force: true });
  if (done.ok) return tellReports(done.value, context);
  context.terminal.problem(done.problem);
  return 1;
};

export const validate = async ({ file, log }: Options, context: Context): Promise<ExitCode> => {
  const nodes = await nodesOf(file, context);
  if (!nodes.ok) {
    context.terminal.problem(nodes.problem);
    return 1;
  }
  let code: ExitCode = 0;
  for (const node of nodes.value) {
    context.terminal.say(`${node.agency}: ${node.sources.length} sources`);
    const found = await validateNode(node, context, log);
    if (found !== 0) code = found;
  }
  return code;
};
