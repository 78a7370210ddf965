/**
 * up: runs the agencies of a city file in one process, says when their federations are ACTIVE, and stops when told.
 */
import { type Federation, textIn } from '@cityweave/core';
import type { AgencyNode } from '../../agency-node.ts';
import { type City, createCity } from '../../city.ts';
import { type Environment, type LoadedCity, loadCity } from '../../config/load.ts';
import type { LogLevel } from '../../events.ts';
import { describeReport } from '../../import/report.ts';
import { loadExamples } from '../asking/examples.ts';
import type { ExitCode } from '../cityweave.ts';
import { interruption, type Terminal, untilAborted } from '../terminal.ts';
import { claim, runningOf, stateOf } from './running.ts';

export type Context = { readonly environment: Environment; readonly terminal: Terminal };
type Options = { readonly file: string; readonly state: string; readonly log: LogLevel };

const isProduction = ({ NODE_ENV }: Environment): boolean => NODE_ENV === 'production';

const sayFederation = ({ name, state, members }: Federation): string => {
  const count = members.filter((member) => member.state === 'ACTIVE').length + 1;
  return `${textIn(name)}: ${state}, ${count} ${count === 1 ? 'agency' : 'agencies'}`;
};

const sayReports = (city: City, terminal: Terminal): void => {
  for (const node of city.nodes)
    for (const report of node.sources.reports())
      if (report.state !== 'UNCHANGED') for (const line of describeReport(report)) terminal.say(`  ${node.authority}  ${line}`);
};

/** With what it is for others beside a twin: whoever asks one of them needs its address. */
const sayNode = ({ name, address, authority }: AgencyNode, { nodes }: LoadedCity): string => {
  const roles = nodes.find(({ agency }) => agency === authority)?.roles.filter((role) => role !== 'twin') ?? [];
  return `${address}  ${textIn(name)} (${[authority, ...roles].join(', ')})`;
};

const run = async ({ city, loaded }: { readonly city: City; readonly loaded: LoadedCity }, { terminal }: Context, signal: AbortSignal): Promise<ExitCode> => {
  for (const node of city.nodes) terminal.say(sayNode(node, loaded));
  const active = await city.active(signal);
  if (!active) return 0;
  sayReports(city, terminal);
  for (const federation of city.federations()) {
    city.nodes.find(({ twin }) => twin === federation.initiator)?.prepareScene(federation.id);
    terminal.say(sayFederation(federation));
  }
  terminal.say(`open ${city.front.address}/ or ask ${city.front.address}/graphql`);
  if (terminal.json) terminal.data(JSON.stringify(runningOf(city)));
  else terminal.data('ready');
  await untilAborted(signal);
  terminal.say('stopping');
  return 0;
};

const start = async (loaded: LoadedCity, options: Options, context: Context): Promise<ExitCode> => {
  const { environment, terminal } = context;
  const folder = stateOf(options.state, loaded);
  const claimed = await claim(folder);
  if (!claimed.ok) {
    terminal.problem(claimed.problem);
    return 1;
  }
  const examples = await loadExamples(loaded);
  const city = await createCity({ city: loaded, state: folder, logLevel: options.log, production: isProduction(environment), examples });
  if (!city.ok) {
    terminal.problem(city.problem);
    await claimed.value.release();
    return 1;
  }
  await claimed.value.announce(city.value);
  const code = await run({ city: city.value, loaded }, context, interruption());
  await city.value.close();
  await claimed.value.release();
  return code;
};

export const up = async (options: Options, context: Context): Promise<ExitCode> => {
  const loaded = await loadCity(options.file, context.environment);
  if (loaded.ok) return start(loaded.value, options, context);
  context.terminal.problem(loaded.problem);
  return 1;
};
