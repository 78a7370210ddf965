/**
 * What is over is kept for a time and of one partner the last ones; what goes on, and what is another's, stays.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addMs, type Instant, instantOfMs, limits } from '@cityweave/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetOver } from './forgetting.ts';
import { openRecordStore } from './records.ts';
import type { RecordStore } from './store.ts';

const noun = 'agreement';
const start = instantOfMs(Date.UTC(2026, 0, 1));

let directory = '';
let records: RecordStore;
let now: Instant = start;

beforeEach(() => {
  now = start;
  directory = mkdtempSync(join(tmpdir(), 'forgetting-'));
  const opened = openRecordStore({ directory, clock: { now: () => now } });
  if (!opened.ok) return expect.fail(opened.problem.kind);
  records = opened.value;
});
afterEach(() => {
  records.close();
  rmSync(directory, { recursive: true });
});

const write = (id: string, { partner = 'a', over = true } = {}): void => records.put(noun, id, { partner, over });
const forget = (): void => forgetOver(records, { noun, isOver: ({ value }) => Object(value).over, partnerOf: ({ value }) => Object(value).partner }, now);
const left = (): readonly string[] => records.list(noun).map(({ id }) => id);

it('what was last written overKeptMs ago is there, a moment later it is gone; what goes on stays', () => {
  write('over');
  write('going on', { over: false });
  now = addMs(start, limits.overKeptMs);
  forget();
  expect(left()).toEqual(['going on', 'over']);
  now = addMs(now, 1);
  forget();
  expect(left()).toEqual(['going on']);
});

it('of one partner the last overKeptPerPartnerMax are there, whatever others keep', () => {
  const name = (at: number): string => `one-${String(at).padStart(5, '0')}`;
  records.load(
    Array.from({ length: limits.overKeptPerPartnerMax }, (_, at) => ({ noun, id: name(at), at: addMs(start, at), value: { partner: 'a', over: true } })),
  );
  now = addMs(start, limits.overKeptPerPartnerMax);
  write('another', { partner: 'b' });
  forget();
  expect(left()).toHaveLength(limits.overKeptPerPartnerMax + 1);
  write('one more');
  forget();
  expect(left()).toHaveLength(limits.overKeptPerPartnerMax + 1);
  expect(left()).not.toContain(name(0));
  expect(left()).toEqual(expect.arrayContaining([name(1), 'another', 'one more']));
});
