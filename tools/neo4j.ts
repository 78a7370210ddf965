/**
 * `pnpm neo4j start|stop|status`: a real Neo4j Community on loopback, for trials and tests. Needs Java 17 and, the first time, Maven; says what is missing.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchJars, missing, neo4jVersion } from './neo4j/jars.ts';
import { type Running, runningIn, start, stop } from './neo4j/server.ts';

const usage = `Usage: pnpm neo4j start|stop|status [--home FOLDER] [--port N] [--set KEY=VALUE]... [--measured] [--json]

  start    starts Neo4j ${neo4jVersion} where none runs yet, and waits until it answers
  stop     stops it; what it keeps stays in its home folder
  status   says whether it runs, and where

  --home   its folder (.cityweave/neo4j)     --port   its Bolt port (7687; 0: a free one)     --set    a line of its configuration
  --measured   as in production, for benchmarks: starts slower, runs faster`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    home: { type: 'string', default: '.cityweave/neo4j' },
    port: { type: 'string', default: '7687' },
    set: { type: 'string', multiple: true, default: [] },
    measured: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const home = resolve(import.meta.dirname, '..', values.home);
const uriOf = ({ port }: Running): string => `bolt://127.0.0.1:${port}`;

const say = (words: string, facts: object): void => console.log(values.json ? JSON.stringify(facts) : words);

const refuse = (words: string): number => {
  if (values.json) console.log(JSON.stringify({ missing: words }));
  console.error(words);
  return 1;
};

const needs = (): string | undefined => {
  const lacking = missing();
  return lacking.length === 0 ? undefined : `Neo4j needs ${lacking.join(' and ')}`;
};

const portMax = 65_535;

/** Undefined where the words are no port. */
const portOf = (words: string): number | undefined => (/^\d{1,5}$/.test(words) && Number(words) <= portMax ? Number(words) : undefined);

const startServer = async (): Promise<number> => {
  const port = portOf(values.port);
  if (port === undefined) return refuse(`--port ${values.port} is no port: a number from 0 (a free one) to ${portMax} is`);
  const lacking = needs();
  if (lacking !== undefined) return refuse(lacking);
  const failed = fetchJars();
  if (failed) return refuse(`Maven did not fetch org.neo4j:neo4j:${neo4jVersion}:\n${failed}`);
  const started = await start({ home, port, settings: values.set, measured: values.measured });
  if ('failed' in started) return refuse(started.failed);
  const { running } = started;
  say(`Neo4j ${neo4jVersion} answers at ${uriOf(running)} (no password; process ${running.pid})\nNEO4J_URI=${uriOf(running)}`, {
    ...running,
    uri: uriOf(running),
  });
  return 0;
};

const stopServer = async (): Promise<number> => {
  const ran = await stop(home);
  say(ran ? 'stopped' : 'it did not run', { stopped: ran });
  return 0;
};

/** One that does not run says what it would need where it cannot be started. */
const tellStatus = (): number => {
  const running = runningIn(home);
  if (running) {
    say(`runs at ${uriOf(running)} (process ${running.pid})`, { ...running, uri: uriOf(running) });
    return 0;
  }
  const lacking = needs();
  say(`does not run; ${lacking ?? 'pnpm neo4j start starts it'}`, lacking === undefined ? {} : { missing: lacking });
  return 1;
};

const verbs: Readonly<Record<string, () => number | Promise<number>>> = { start: startServer, stop: stopServer, status: tellStatus };
const verb = positionals.length === 1 ? verbs[positionals[0] ?? ''] : undefined;
if (values.help || !verb) console.log(usage);
process.exitCode = values.help ? 0 : verb ? await verb() : 2;
