import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { javaIn } from './neo4j/jars.ts';
import { isProcess } from './neo4j/process.ts';
import { start } from './neo4j/server.ts';

const root = join(import.meta.dirname, '..');
let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'trial-server-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

/** From then on the command java is this one. */
const putJava = (script: string): void => {
  writeFileSync(join(home, 'java'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(home, 'java'), 0o755);
  vi.stubEnv('PATH', `${home}:${process.env['PATH']}`);
};

const tool = (...args: readonly string[]) => {
  const { status, stdout } = spawnSync(process.execPath, ['tools/neo4j.ts', ...args, '--home', home, '--json'], { cwd: root, encoding: 'utf8' });
  return { status, told: JSON.parse(stdout) };
};

const options = () => ({ home, port: 0, settings: [], measured: false });

describe('the Java that a trial server needs', () => {
  it.each([
    ['openjdk version "17.0.19" 2026-01-20', 17],
    ['openjdk version "21" 2023-09-19 LTS', 21],
    ['java version "1.8.0_292"', 8],
    ['no words of a Java', 0],
  ])('is known by its number: %s', (text, number) => expect(javaIn(text)).toBe(number));

  it('is named with what was found where it is too old', () => {
    putJava('echo \'openjdk version "11.0.22" 2024-01-16\' >&2');
    expect(tool('start', '--port', '0')).toEqual({
      status: 1,
      told: { missing: expect.stringContaining('Java 17 or newer (the command java is of Java 11)') },
    });
  });
});

describe('a trial server', () => {
  it('whose number is another process by now is neither told nor stopped', async () => {
    const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(other, 'spawn');
    writeFileSync(join(home, 'running.json'), JSON.stringify({ pid: other.pid, port: 7687 }));
    expect(tool('status').status).toBe(1);
    expect(tool('stop')).toEqual({ status: 0, told: { stopped: false } });
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    other.kill('SIGKILL');
  });

  it('is not started where somebody has its port, and who that is stays', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await start({ ...options(), port })).toEqual({ failed: expect.stringContaining(`port ${port} is taken`) });
    expect(existsSync(join(home, 'running.json'))).toBe(false);
    server.close();
  });

  it('that ends at once says what its log says, and nothing is left that would be stopped', async () => {
    putJava('echo "no room for the heap" >&2; exit 1');
    expect(await start(options())).toEqual({ failed: expect.stringContaining('no room for the heap') });
    expect(existsSync(join(home, 'running.json'))).toBe(false);
  });

  it('is started though a start before broke off', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    expect(isProcess(pid)).toBe(false);
    writeFileSync(join(home, 'starting.pid'), String(pid));
    putJava('exit 1');
    expect(await start(options())).toEqual({ failed: expect.stringContaining('does not start') });
    expect(existsSync(join(home, 'starting.pid'))).toBe(false);
  });

  it.each(['abc', '-1', '65536', '1e3', ''])('is not started at a port that is none: "%s"', (port) => {
    expect(tool('start', `--port=${port}`)).toEqual({ status: 1, told: { missing: expect.stringContaining('a number from 0') } });
  });
});
