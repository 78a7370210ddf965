/**
 * serve: runs one agency node until told to stop.
 */
import { resolve } from 'node:path';
import { textIn } from '@cityweave/core';
import { type AgencyNode, createAgencyNode } from '../../agency-node.ts';
import { loadNodeAlone } from '../../config/load.ts';
import { systemDeps } from '../../deps.ts';
import type { LogLevel } from '../../events.ts';
import { createNodeThreads } from '../../node-threads.ts';
import type { ExitCode } from '../cityweave.ts';
import { interruption, untilAborted } from '../terminal.ts';
import type { Context } from './up.ts';

type Options = { readonly file: string; readonly state: string; readonly log: LogLevel };

const sharedStore = (directory: string, { path, at }: NonNullable<AgencyNode['store']['otherFolder']>): string =>
  `these twins were last opened from ${path} (${at}), now from ${directory}: run one of the two only, as agreements and keys are in the folder`;

export const serve = async ({ file, state, log }: Options, { environment, terminal }: Context): Promise<ExitCode> => {
  const loaded = await loadNodeAlone(file, environment);
  if (!loaded.ok) {
    terminal.problem(loaded.problem);
    return 1;
  }
  const { node, vocabulary } = loaded.value;
  const deps = systemDeps();
  await using threads = createNodeThreads(deps.timers);
  const directory = resolve(state, node.agency);
  const production = environment['NODE_ENV'] === 'production';
  const made = await createAgencyNode({
    node,
    directory,
    deps,
    logLevel: log,
    production,
    vocabulary,
    examples: [],
    threads,
  });
  if (!made.ok) {
    terminal.problem(made.problem);
    return 1;
  }
  const { otherFolder } = made.value.store;
  if (otherFolder) terminal.say(sharedStore(directory, otherFolder));
  const signal = interruption();
  for (const rule of node.federations) made.value.federate(rule);
  terminal.say(`${made.value.address}  ${textIn(made.value.name)} (${made.value.authority})`);
  await Promise.race([made.value.ready, untilAborted(signal)]);
  terminal.data(terminal.json ? JSON.stringify({ agency: made.value.agency, address: made.value.address }) : 'ready');
  await untilAborted(signal);
  await made.value.close();
  return 0;
};
