/**
 * Process: whether a process that was noted by its number is still the one that was noted.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Undefined where it cannot be read, as of what has just gone. */
export const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The words that a process was started with, each between spaces; undefined where none has the number. */
const commandOf = (pid: number): string | undefined => {
  if (existsSync('/proc/self/cmdline')) return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ');
  const { status, stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/** Whether a process has the number, and was started with the word where one is given. */
export const isProcess = (pid: number, word?: string): boolean => {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  const command = commandOf(pid);
  return command !== undefined && (word === undefined || ` ${command} `.includes(` ${word} `));
};
