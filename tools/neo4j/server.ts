/**
 * Server: one Neo4j on loopback with a home folder of its own: configured, started, awaited, stopped. Without authentication: for trials and tests.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jarsFolder } from './jars.ts';
import { isProcess, read } from './process.ts';

export type Running = { readonly pid: number; readonly port: number };

export type StartOptions = {
  readonly home: string;
  /** 0: a free one */
  readonly port: number;
  /** further lines of its configuration */
  readonly settings: readonly string[];
  /** all of Java's compilers and more memory: to be measured, not to be tried */
  readonly measured: boolean;
};

const readyWithinMs = 120_000;
const stopWithinMs = 20_000;
const pollMs = 50;

const runningFile = (home: string): string => join(home, 'running.json');
const logFile = (home: string): string => join(home, 'server.log');

const codeOf = (cause: unknown): string | undefined => (cause instanceof Error && 'code' in cause ? String(cause.code) : undefined);

const homeArgument = (home: string): string => `--home-dir=${home}`;

/** The server that runs in a home folder, where one does: its number may be another process's by now. */
export const runningIn = (home: string): Running | undefined => {
  if (!existsSync(runningFile(home))) return undefined;
  const running: Running = JSON.parse(readFileSync(runningFile(home), 'utf8'));
  return isProcess(running.pid, homeArgument(home)) ? running : undefined;
};

/** The port, or a free one for 0; undefined where somebody has it. */
const portFor = (wanted: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server
      .once('error', (cause) => (codeOf(cause) === 'EADDRINUSE' ? resolve(undefined) : reject(cause)))
      .listen(wanted, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
      });
  });

/** The handshake of Bolt: whoever answers it with a version is ready. */
const handshake = Buffer.from('6060b0170008080500020404'.padEnd(40, '0'), 'hex');

const answersAt = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(handshake));
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket
      .once('data', () => end(true))
      .once('error', () => end(false))
      .once('close', () => end(false))
      .setTimeout(1_000, () => end(false));
  });

const defaults = (port: number): readonly string[] => [
  'server.default_listen_address=127.0.0.1',
  `server.bolt.listen_address=127.0.0.1:${port}`,
  `server.bolt.advertised_address=127.0.0.1:${port}`,
  'server.http.enabled=false',
  'server.https.enabled=false',
  'dbms.security.auth_enabled=false',
  'dbms.usage_report.enabled=false',
  'server.memory.pagecache.size=256m',
  'db.tx_log.preallocate=false',
  'db.tx_log.rotation.size=16m',
  // else a server takes ten seconds to stop
  'internal.dbms.bolt.netty_server_shutdown_quiet_period=0',
];

/** A setting that is given goes over the default of its name: Neo4j refuses a name that stands twice. */
const configuration = (port: number, settings: readonly string[]): string => {
  const lines = [...defaults(port), ...settings].map((line) => [line.slice(0, line.indexOf('=')), line] as const);
  return [...new Map(lines).values(), ''].join('\n');
};

const opens = ['java.nio', 'java.io', 'sun.nio.ch', 'java.util.concurrent'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);

/**
 * One thread collects and only the first compiler runs: it starts sooner and takes less, which is what a trial wants.
 * Of code Java would then hold less than the statements of several agencies make, and fail some of them.
 */
const trial = ['-Xms512m', '-Xmx1g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:ReservedCodeCacheSize=192m'];
const production = ['-Xms1g', '-Xmx2g'];

const launch = (home: string, measured: boolean): { readonly pid: number; readonly ended: () => boolean } => {
  const log = openSync(logFile(home), 'w');
  // no shell: java itself reads the asterisk
  const places = ['-cp', join(jarsFolder, '*'), 'org.neo4j.server.CommunityEntryPoint', homeArgument(home), `--config-dir=${join(home, 'conf')}`];
  const child = spawn('java', [...(measured ? production : trial), ...opens, ...places, '--console-mode'], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  return { pid: child.pid ?? 0, ended: () => child.exitCode !== null || child.signalCode !== null };
};

/** One start at a time in a folder: who comes second waits for the first, unless that one has ended. */
const claim = async (home: string): Promise<() => void> => {
  const lock = join(home, 'starting.pid');
  const end = performance.now() + readyWithinMs;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (cause) {
      if (codeOf(cause) !== 'EEXIST') return Promise.reject(cause);
      if (performance.now() > end) return () => undefined;
      // it may have gone since, or not be written yet
      const holder = read(lock) ?? '';
      if (holder !== '' && !isProcess(Number(holder))) rmSync(lock, { force: true });
      else await pause(pollMs);
    }
  }
};

/** A server that runs, or why there is none. */
export type Started = { readonly running: Running } | { readonly failed: string };

const logLines = 20;
const lastOfLog = (home: string): string => readFileSync(logFile(home), 'utf8').trim().split('\n').slice(-logLines).join('\n');

/** Noted as soon as it is there, so that who breaks off can stop it. */
const launchAt = async (port: number, { home, settings, measured }: StartOptions): Promise<Started> => {
  mkdirSync(join(home, 'conf'), { recursive: true });
  writeFileSync(join(home, 'conf/neo4j.conf'), configuration(port, settings));
  const { pid, ended } = launch(home, measured);
  writeFileSync(runningFile(home), JSON.stringify({ pid, port }));
  const end = performance.now() + readyWithinMs;
  while (!ended() && performance.now() < end) {
    // another one may answer where ours has just found the port taken
    if ((await answersAt(port)) && !ended()) return { running: { pid, port } };
    await pause(pollMs);
  }
  await stop(home);
  return { failed: `Neo4j does not start:\n${lastOfLog(home)}` };
};

/** One that is busy, or whose start broke off, may take a while to answer; one that was killed may be listed for a while. */
const answeringIn = async (home: string): Promise<Running | undefined> => {
  const end = performance.now() + readyWithinMs;
  for (let running = runningIn(home); running && performance.now() < end; running = runningIn(home)) {
    if (await answersAt(running.port)) return running;
    await pause(pollMs);
  }
  return undefined;
};

const startClaimed = async (options: StartOptions): Promise<Started> => {
  const running = await answeringIn(options.home);
  if (running) return { running };
  await stop(options.home);
  const port = await portFor(options.port);
  if (port === undefined) return { failed: `port ${options.port} is taken: stop who has it, or give --port another one (0: a free one)` };
  return await launchAt(port, options);
};

/** The running server of a folder, started where none runs. */
export const start = async (options: StartOptions): Promise<Started> => {
  mkdirSync(options.home, { recursive: true });
  const release = await claim(options.home);
  try {
    return await startClaimed(options);
  } finally {
    release();
  }
};

/** It may have ended just now. */
const signal = ({ pid }: Running, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (cause) {
    if (codeOf(cause) !== 'ESRCH') throw cause;
  }
};

/** True where a server ran. */
export const stop = async (home: string): Promise<boolean> => {
  const running = runningIn(home);
  rmSync(runningFile(home), { force: true });
  if (!running) return false;
  const isThere = (): boolean => isProcess(running.pid, homeArgument(home));
  signal(running, 'SIGTERM');
  const end = performance.now() + stopWithinMs;
  while (isThere()) {
    if (performance.now() > end) signal(running, 'SIGKILL');
    await pause(pollMs);
  }
  return true;
};
