/**
 * The command line: verbs, options, exit codes (0 done, 1 failed, 2 not understood).
 */
import { Binding, problem, shorten } from '@cityweave/core';
import { Command, CommanderError, Option } from 'commander';
import type { Environment } from '../config/load.ts';
import { ask } from './asking/ask.ts';
import { waitSecondsMax } from './asking/city-at-hand.ts';
import { type Deciding, decideFederation, listFederations } from './asking/federations.ts';
import { askPartnerLog } from './asking/partner-log.ts';
import { subscribe } from './asking/subscribe.ts';
import { conformance, fixturesFolder } from './checking/conformance.ts';
import { doctor } from './checking/doctor.ts';
import { validate } from './checking/validate.ts';
import { importNode } from './keeping/import.ts';
import { verifyNodeLog } from './keeping/log.ts';
import { backup, exportTo, importFrom } from './keeping/moving.ts';
import { serve } from './running/serve.ts';
import { type Context, up } from './running/up.ts';
import { createTerminal } from './terminal.ts';

export type ExitCode = 0 | 1 | 2;

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'];

const verb = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .option('--json', 'machine-readable output', false)
    .addOption(new Option('--log <level>', 'what is logged to stderr, as JSON lines').choices(logLevels).env('LOG_LEVEL').default('error'));

const withState = (command: Command): Command => command.option('--state <folder>', 'where nodes keep what they remember', '.cityweave');

/** Whoever says nothing has what each node's file says. */
const withStore = (command: Command): Command =>
  withState(command).addOption(
    new Option('--store <adapter>', 'where all nodes keep their twins, whatever their files say; neo4j needs NEO4J_URI').choices(['sqlite', 'neo4j']),
  );

type Adding = {
  readonly program: Command;
  readonly context: (options: { readonly json: boolean; readonly store?: string }) => Context;
  readonly done: (code: ExitCode) => void;
};

/** Verbs that run nodes until they are told to stop. */
const addRunning = ({ program, context, done }: Adding): void => {
  withStore(verb(program, 'up', 'run a city: all agencies of a city file in one process'))
    .argument('<city>', 'city file (YAML)')
    .action(async (file, options) => done(await up({ file, ...options }, context(options))));
  withStore(verb(program, 'serve', 'run one agency node'))
    .argument('<node>', 'node file (YAML)')
    .action(async (file, options) => done(await serve({ file, ...options }, context(options))));
};

/** Verbs about what a node keeps. */
const addKeeping = ({ program, context, done }: Adding): void => {
  withStore(verb(program, 'import', 'import the sources of a node file, report, and stop'))
    .argument('<node>', 'node file (YAML)')
    .option('--source <id>', 'only this source')
    .addOption(new Option('--from <archive>', 'not the sources: a whole node, from a file that export wrote').conflicts('source'))
    .action(async (file, options) =>
      done(options.from === undefined ? await importNode({ file, ...options }, context(options)) : await importFrom({ file, ...options }, context(options))),
    );
  withStore(verb(program, 'export', 'write a whole node to a file: twins, links, history, agreements, key; the node may be running'))
    .argument('<node>', 'node file (YAML)')
    .requiredOption('--to <archive>', 'the file to write (gzipped lines of JSON); it holds the key of the node')
    .action(async (file, options) => done(await exportTo({ file, ...options }, context(options))));
  withStore(verb(program, 'backup', 'copy what a node keeps to a folder, from which it can be started again; the node may be running'))
    .argument('<node>', 'node file (YAML)')
    .requiredOption('--to <folder>', 'where to; it holds the key of the node')
    .action(async (file, options) => done(await backup({ file, ...options }, context(options))));
  const log = program.command('log').description('the exchange log of a node');
  withState(verb(log, 'verify', "check every line of a node's exchange log, changing nothing"))
    .argument('<node>', 'node file (YAML), or the authority of a node of a city')
    .action(async (node, options) => done(await verifyNodeLog({ node, ...options }, context(options))));
  withState(verb(log, 'ask', 'ask a partner for what its exchange log holds of this node, and verify it; the partner must be reached'))
    .argument('<file>', 'node file, or city file (YAML)')
    .requiredOption('--of <agency>', 'whose log: the authority of the partner')
    .option('--as <agency>', 'who asks, of a city file: the authority of one of its nodes')
    .option('--after <entry>', 'from behind this entry on, 0 for all; the last ones where absent')
    .action(async (file, options) => done(await askPartnerLog({ file, ...options }, context(options))));
};

/** Verbs that check, changing nothing. */
const addChecking = ({ program, context, done }: Adding): void => {
  verb(program, 'validate', 'check a node file or a city file with its sources, changing nothing')
    .argument('<file>', 'node file or city file (YAML)')
    .action(async (file, options) => done(await validate({ file, ...options }, context(options))));
  withStore(verb(program, 'doctor', 'look at a node, or all of a city, and at each of its links: how they stand, why, and what to do'))
    .argument('<file>', 'node file or city file (YAML)')
    .action(async (file, options) => done(await doctor({ file, ...options }, context(options))));
  verb(program, 'conformance', 'play the other side of every check of the exchange against a node, and name its faults')
    .requiredOption('--target <url>', 'address of the node')
    .option('--registry <url>', 'address of the node with its registry; the target itself where absent')
    .option('--memory <folder>', 'the folder that the node keeps its memory in, to check its log: .cityweave/CITY/AGENCY')
    .option('--host <name>', 'name or address of this machine, at which the target reaches the twins that are played', '127.0.0.1')
    .option('--fixtures <folder>', 'vectors and example messages', fixturesFolder)
    .addOption(new Option('--binding <name>', 'what carries what the kit says').choices(Binding.options).default('http'))
    .option('--only <names...>', 'only checks whose names begin so, as 09 or 20-signatures')
    .action(async (options) => done(await conformance(options, context(options))));
};

const withQuestion = (command: Command): Command =>
  withStore(command)
    .requiredOption('--city <file>', 'city file (YAML)')
    .requiredOption('--query <file>', 'a GraphQL document')
    .option('--variables <json>', 'variables; they go over the defaults of the city file')
    .option('--wait <seconds>', `how long federations may take to become ACTIVE, 1 to ${waitSecondsMax}`, '120');

/** Verbs that ask. */
const addAsking = ({ program, context, done }: Adding): void => {
  withQuestion(verb(program, 'ask', 'ask a city one question: of the running one, else of one started for it')).action(async (options) =>
    done(await ask(options, context(options))),
  );
  withQuestion(verb(program, 'subscribe', 'follow a subscription, one event a line; a line that breaks is taken up where it broke, by the variable $cursor'))
    .option('--first <events>', 'stop after so many events')
    .action(async (options) => done(await subscribe(options, context(options))));
};

/** Verbs by which a person says yes or no. */
const addDeciding = ({ program, context, done }: Adding): void => {
  const federations = program.command('federations').description('the federations of nodes that run, and those that wait for a person');
  withState(verb(federations, 'list', 'how each stands, and which wait for a yes or a no'))
    .argument('<file>', 'node file, or city file (YAML)')
    .action(async (file, options) => done(await listFederations({ file, ...options }, context(options))));
  const deciding = (decision: Deciding['decision'], description: string): Command =>
    withState(verb(federations, decision, description))
      .argument('<file>', 'node file, or city file (YAML)')
      .argument('<id>', 'urn:dtf:federation:<authority>:<local>')
      .action(async (file, id, options) => done(await decideFederation({ file, id, decision, ...options }, context(options))));
  deciding('approve', 'say yes to a federation that waits: its members are asked to join');
  deciding('decline', 'say no to a federation that waits: nobody is asked').option(
    '--reason <text>',
    'why not, for whoever asked for it',
    'declined by a person',
  );
};

const buildProgram = (environment: Environment, done: (code: ExitCode) => void): Command => {
  const program = new Command('cityweave')
    .description('Joins the digital twins of a city’s agencies without moving them')
    .version('0.1.0')
    .exitOverride()
    .showHelpAfterError();
  const context = ({ json, store }: { readonly json: boolean; readonly store?: string }) => ({
    environment: store === undefined ? environment : { ...environment, CITYWEAVE_STORE: store },
    terminal: createTerminal(json),
  });
  for (const add of [addRunning, addKeeping, addChecking, addAsking, addDeciding]) add({ program, context, done });
  return program;
};

export const runCommand = async (args: readonly string[], environment: Environment): Promise<ExitCode> => {
  let code: ExitCode = 0;
  const program = buildProgram(environment, (given) => {
    code = given;
  });
  const [first] = args;
  if (first !== undefined && !first.startsWith('-') && first !== 'help' && !program.commands.some((command) => command.name() === first)) {
    createTerminal(false).problem(
      problem('badConfiguration', { subject: 'verb', found: shorten(first), accepted: program.commands.map((command) => command.name()).join(', ') }),
    );
    return 2;
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return Promise.reject(error);
  }
};
