import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Instant } from '@cityweave/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRecordStore, recordFileName } from './records.ts';
import type { RecordStore } from './store.ts';

const [early, late] = [Instant.parse('2026-05-04T12:00:00Z'), Instant.parse('2026-05-04T13:00:00Z')];
let directory = '';
let now = early;
let records: RecordStore;

const open = (): RecordStore => {
  const opened = openRecordStore({ directory, clock: { now: () => now } });
  if (!opened.ok) return expect.fail(opened.problem.kind);
  return opened.value;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'records-'));
  now = early;
  records = open();
});

afterEach(() => {
  records.close();
  rmSync(directory, { recursive: true });
});

test('a record is found again after the file was closed', () => {
  records.put('agreement', 'a', { terms: ['x'], __proto__x: "'; DROP TABLE record; --" });
  records.close();
  records = open();
  expect(records.get('agreement', 'a')).toEqual({ terms: ['x'], __proto__x: "'; DROP TABLE record; --" });
  expect(records.get('agreement', 'b')).toBeUndefined();
  expect(records.get('connection', 'a')).toBeUndefined();
});

test('the file, which holds the private key, is for its owner alone, and so is what stands beside it', () => {
  records.put('agreement', 'a', {});
  const modes = [recordFileName, `${recordFileName}-wal`].map((name) => statSync(join(directory, name)).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600]);
});

test('records are listed by id, the last one put wins, one removed is gone', () => {
  records.putAll([
    { noun: 'n', id: 'b', value: 1 },
    { noun: 'n', id: 'a', value: 2 },
    { noun: 'm', id: 'c', value: 3 },
  ]);
  records.put('n', 'b', 4);
  expect(records.list('n')).toEqual([
    { id: 'a', at: early, value: 2 },
    { id: 'b', at: early, value: 4 },
  ]);
  records.remove('n', 'a');
  expect(records.list('n')).toEqual([{ id: 'b', at: early, value: 4 }]);
});

test('a list of records is put whole or not at all', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(() =>
    records.putAll([
      { noun: 'n', id: 'a', value: 1 },
      { noun: 'n', id: 'b', value: circle },
    ]),
  ).toThrow();
  expect(records.list('n')).toEqual([]);
});

test('pruning takes what was last written before the bound and leaves what was written at it', () => {
  records.put('replay', 'old', 1);
  now = late;
  records.put('replay', 'new', 2);
  expect(records.prune('replay', late)).toBe(1);
  expect(records.list('replay')).toEqual([{ id: 'new', at: late, value: 2 }]);
});

test('a file of a newer version is refused, naming both versions', () => {
  records.close();
  const file = new DatabaseSync(join(directory, recordFileName));
  file.exec("INSERT INTO schema_version VALUES (99, '2026-01-01')");
  file.close();
  const opened = openRecordStore({ directory, clock: { now: () => now } });
  expect(opened).toMatchObject({ ok: false, problem: { kind: 'unsupportedVersion', found: 'schema 99' } });
  const mended = new DatabaseSync(join(directory, recordFileName));
  mended.exec('DELETE FROM schema_version WHERE version = 99');
  mended.close();
  records = open();
});

test('what was read before is read anew once it was written, removed or pruned, alone and in the list', () => {
  const seen = () => [records.get('pin', 'a'), records.list('pin').map(({ value }) => value)];
  expect(seen()).toEqual([undefined, []]);
  records.put('pin', 'a', 1);
  expect(seen()).toEqual([1, [1]]);
  records.putAll([
    { noun: 'pin', id: 'a', value: 2 },
    { noun: 'pin', id: 'b', value: 3 },
  ]);
  expect(seen()).toEqual([2, [2, 3]]);
  records.remove('pin', 'b');
  expect(seen()).toEqual([2, [2]]);
  records.prune('pin', late);
  expect(seen()).toEqual([undefined, []]);
});
