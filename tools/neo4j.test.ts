import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { javaIn } from './neo4j/jars.ts';

describe('the Java that a trial server needs', () => {
  it.each([
    ['openjdk version "17.0.19" 2026-01-20', 17],
    ['openjdk version "21" 2023-09-19 LTS', 21],
    ['java version "1.8.0_292"', 8],
    ['no words of a Java', 0],
  ])('is known by its number: %s', (text, number) => expect(javaIn(text)).toBe(number));

  it('is named with what was found where it is too old', () => {
    const folder = mkdtempSync(join(tmpdir(), 'old-java-'));
    writeFileSync(join(folder, 'java'), '#!/bin/sh\necho \'openjdk version "11.0.22" 2024-01-16\' >&2\n');
    chmodSync(join(folder, 'java'), 0o755);
    const args = ['tools/neo4j.ts', 'start', '--home', join(folder, 'home'), '--port', '0', '--json'];
    const { status, stdout } = spawnSync(process.execPath, args, {
      cwd: join(import.meta.dirname, '..'),
      encoding: 'utf8',
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
    });
    rmSync(folder, { recursive: true, force: true });
    expect(status).toBe(1);
    expect(JSON.parse(stdout).missing).toContain('Java 17 or newer (the command java is of Java 11)');
  });
});
