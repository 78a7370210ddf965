/**
 * validate: checks a node file or a city file, and imports its sources into a store that is thrown away, so that nothing is changed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeFile } from '../../config/node-file.ts';
import type { LogLevel } from '../../events.ts';
import type { ExitCode } from '../cityweave.ts';
import { loadConfigured } from '../configured.ts';
import { importInto, tellReports } from '../keeping/import.ts';
import type { Context } from '../running/up.ts';

type Options = { readonly file: string; readonly log: LogLevel };

const validateNode = async (node: NodeFile, context: Context, log: LogLevel): Promise<ExitCode> => {
  const folder = await mkdtemp(join(tmpdir(), 'cityweave-validate-'));
  const done = await importInto({ node, directory: folder, log }, context);
  await rm(folder, { recursive: true, force: true });
  if (done.ok) return tellReports(done.value, context);
  context.terminal.problem(done.problem);
  return 1;
};

export const validate = async ({ file, log }: Options, context: Context): Promise<ExitCode> => {
  // what is read goes into a file that is thrown away, wherever the node keeps its twins
  const configured = await loadConfigured(file, { ...context.environment, CITYWEAVE_STORE: 'sqlite' });
  if (!configured.ok) {
    context.terminal.problem(configured.problem);
    return 1;
  }
  let code: ExitCode = 0;
  for (const node of configured.value.nodes) {
    context.terminal.say(`${node.agency}: ${node.sources.length} sources`);
    const found = await validateNode(node, context, log);
    if (found !== 0) code = found;
  }
  return code;
};
