/**
 * Server: one Neo4j on loopback with a home folder of its own: configured, started, awaited, stopped. Without authentication: for trials and tests.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jarsFolder } from './jars.ts';

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
export const logFile = (home: string): string => join(home, 'server.log');

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The server that runs in a home folder, where one does. */
export const runningIn = (home: string): Running | undefined => {
  if (!existsSync(runningFile(home))) return undefined;
  const running: Running = JSON.parse(readFileSync(runningFile(home), 'utf8'));
  return isAlive(running.pid) ? running : undefined;
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
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
  const places = ['-cp', join(jarsFolder, '*'), 'org.neo4j.server.CommunityEntryPoint', `--home-dir=${home}`, `--config-dir=${join(home, 'conf')}`];
  const child = spawn('java', [...(measured ? production : trial), ...opens, ...places, '--console-mode'], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  return { pid: child.pid ?? 0, ended: () => child.exitCode !== null || child.signalCode !== null };
};

/** One start at a time in a folder: who comes second waits for the first. */
const claim = async (home: string): Promise<() => void> => {
  const lock = join(home, 'starting');
  const end = performance.now() + readyWithinMs;
  for (;;) {
    try {
      mkdirSync(lock);
      return () => rmSync(lock, { recursive: true, force: true });
    } catch {
      if (performance.now() > end) return () => undefined;
      await pause(pollMs);
    }
  }
};

const startClaimed = async ({ home, port: wanted, settings, measured }: StartOptions): Promise<Running | undefined> => {
  const running = runningIn(home);
  // a process that was killed may be listed for a while
  if (running && (await answersAt(running.port))) return running;
  const port = wanted || (await freePort());
  mkdirSync(join(home, 'conf'), { recursive: true });
  writeFileSync(join(home, 'conf/neo4j.conf'), configuration(port, settings));
  const { pid, ended } = launch(home, measured);
  const end = performance.now() + readyWithinMs;
  while (!(await answersAt(port))) {
    if (ended()) return undefined;
    if (performance.now() > end) {
      process.kill(pid, 'SIGKILL');
      return undefined;
    }
    await pause(pollMs);
  }
  writeFileSync(runningFile(home), JSON.stringify({ pid, port }));
  return { pid, port };
};

/** The running server of a folder, started where none runs; undefined where it does not come up, and then its log says why. */
export const start = async (options: StartOptions): Promise<Running | undefined> => {
  mkdirSync(options.home, { recursive: true });
  const release = await claim(options.home);
  try {
    return await startClaimed(options);
  } finally {
    release();
  }
};

/** True where a server ran. */
export const stop = async (home: string): Promise<boolean> => {
  const running = runningIn(home);
  rmSync(runningFile(home), { force: true });
  if (!running) return false;
  process.kill(running.pid, 'SIGTERM');
  const end = performance.now() + stopWithinMs;
  while (isAlive(running.pid)) {
    if (performance.now() > end) process.kill(running.pid, 'SIGKILL');
    await pause(pollMs);
  }
  return true;
};
