/**
 * Program: a process of its own, started, halted and ended by its id; what a run leaves behind is ended with it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { assert } from '@cityweave/core';

export type Program = {
  /** the line by which it said that it is ready */
  readonly line: string;
  /** seconds of processor time so far; undefined where the system does not tell */
  readonly cpuSeconds: () => number | undefined;
  /** accepts and keeps connections from here on, but never answers */
  readonly halt: () => void;
  readonly goOn: () => void;
  readonly stop: () => Promise<void>;
};

export type Starting = {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ready: RegExp;
};

const readyMsMax = 60_000;
const stopMsMax = 5_000;
const ticksPerSecond = 100;

/** Fields 14 and 15 of proc(5) `stat`, behind the name, which may have blanks. */
const cpuSeconds = (pid: number): number | undefined => {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return undefined;
  const behind = readFileSync(path, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(behind[11]) + Number(behind[12])) / ticksPerSecond;
};

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()));

const stop = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await ended(child);
  clearTimeout(late);
};

/** Resolves with the first line that says so; its later output is read and forgotten, so that it never waits for us. */
const readyLine = (child: ChildProcess, { name, ready }: Starting): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    const tooLate = setTimeout(() => reject(new Error(`${name} is not ready: ${text.slice(-2_000)}`)), readyMsMax);
    const hear = (chunk: Buffer) => {
      if (text.length < 100_000) text += chunk.toString('utf8');
      const line = text
        .split('\n')
        .slice(0, -1)
        .find((one) => ready.test(one));
      if (line === undefined) return;
      clearTimeout(tooLate);
      resolve(line);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', (code) => {
      clearTimeout(tooLate);
      reject(new Error(`${name} ended with ${code}: ${text.slice(-2_000)}`));
    });
  });

export const startProgram = async (starting: Starting): Promise<Program> => {
  const { file, args, environment = {} } = starting;
  const child = spawn(process.execPath, [file, ...args], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  assert(pid !== undefined, `${starting.name} starts`);
  const line = await readyLine(child, starting).catch(async (cause) => {
    await stop(child);
    return Promise.reject(cause);
  });
  return {
    line,
    cpuSeconds: () => cpuSeconds(pid),
    halt: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
    stop: () => stop(child),
  };
};

/** A port that nobody has at the moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
