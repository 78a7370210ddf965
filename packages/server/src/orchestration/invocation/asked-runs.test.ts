/**
 * Runs asked of others: none that is under way is forgotten, and who waits for an end hears of it at once, or no longer than he has time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, agencyTwinIdOf, federationIdOf, instantOfMs, limits } from '@cityweave/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AskedBy } from '../../exchange/answer.ts';
import { openRecordStore } from '../../store/records.ts';
import type { RecordStore } from '../../store/store.ts';
import type { Room } from '../room.ts';
import { createAskedRuns, type Notice } from './asked-runs.ts';

const authority = Authority.parse('front.example');
const asked = { owner: agencyTwinIdOf(Authority.parse('water.example')), federationId: federationIdOf(authority, 'one') };
const runIdOf = (n: number): string => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

let directory = '';
let records: RecordStore;
let nowMs = Date.UTC(2026, 0, 1);
let due: (() => void) | undefined;
const clock = { now: () => instantOfMs(nowMs), monotonicMs: () => nowMs };
const after = (_ms: number, fire: () => void) => {
  due = fire;
  return () => undefined;
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'asked-runs-'));
  const opened = openRecordStore({ directory, clock });
  if (!opened.ok) return expect.fail(opened.problem.kind);
  records = opened.value;
});
afterEach(() => {
  records.close();
  rmSync(directory, { recursive: true });
});

const open = () => createAskedRuns({ records, deps: { clock, timers: { after } } } as unknown as Room); // branding: they look at nothing else
const ended = (runId: string) => ({ runId, state: 'SUCCEEDED', since: clock.now(), progress: 1, inputs: {}, outputs: { answer: 42 } }) as unknown as Notice; // branding: as parsed

/** As the desk does: saved, then what follows. */
const hear = (runs: ReturnType<typeof open>, runId: string): void => {
  const done = runs.heard(ended(runId), { sender: asked.owner } as unknown as AskedBy); // branding: nothing else is looked at
  if (!done.ok) expect.fail(done.problem.kind);
  records.putAll([...(done.value.save ?? [])]);
  done.value.afterwards?.();
};

it('of which functionRunsRememberedMax are under way are all remembered, and no further one is begun', () => {
  const runs = open();
  for (let n = 0; n < limits.functionRunsRememberedMax; n += 1) expect(runs.begin(runIdOf(n), asked).ok).toBe(true);
  expect(runs.begin(runIdOf(limits.functionRunsRememberedMax), asked)).toMatchObject({ ok: false, problem: { kind: 'overloaded' } });
  hear(runs, runIdOf(3));
  expect(runs.begin(runIdOf(limits.functionRunsRememberedMax), asked).ok).toBe(true);
  expect(runs.ended(runIdOf(3))).toBeUndefined();
  hear(runs, runIdOf(0));
  expect(runs.ended(runIdOf(0))).toMatchObject({ outputs: { answer: 42 } });
  nowMs += limits.functionMaxMs + 1;
  expect(runs.begin(runIdOf(limits.functionRunsRememberedMax + 1), asked).ok).toBe(true);
});

it('are waited for until their end is told, or the time of who waits is over', async () => {
  const runs = open();
  runs.begin(runIdOf(1), asked);
  const waiting = runs.told(runIdOf(1), { ms: 1_000, signal: undefined });
  hear(runs, runIdOf(1));
  expect(await waiting).toBe(true);
  expect(await runs.told(runIdOf(1), { ms: 1_000, signal: undefined })).toBe(true);
  runs.begin(runIdOf(2), asked);
  const late = runs.told(runIdOf(2), { ms: 1_000, signal: undefined });
  due?.();
  expect(await late).toBe(false);
});
