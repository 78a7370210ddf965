import { addMs, createVocabulary, Instant } from '@cityweave/core';
import { expect, test } from 'vitest';
import type { Timers } from '../deps.ts';
import type { Retention, TwinStore } from './store.ts';
import { term } from './twins.contract.ts';
import { createUpkeep } from './upkeep.ts';

const now = Instant.parse('2026-05-04T12:00:00Z');
const hours = (count: number): number => count * 60 * 60 * 1000;

test('a store is looked after again and again, one run at a time, until it is told to stop', async () => {
  const due: { readonly ms: number; readonly run: () => void }[] = [];
  const timers: Timers = {
    after: (ms, run) => {
      const timer = { ms, run };
      due.push(timer);
      return () => due.splice(due.indexOf(timer), 1);
    },
  };
  const asked: Retention[] = [];
  const ended: (() => void)[] = [];
  const failures: unknown[] = [];
  const maintain: TwinStore['maintain'] = (retention) => {
    asked.push(retention);
    return new Promise((resolve, reject) =>
      ended.push(asked.length === 2 ? () => reject(new Error('full')) : () => resolve({ folded: 0, forgotten: 0, pruned: 0 })),
    );
  };
  const clock = { now: () => now, monotonicMs: () => 0 };
  const kinds = { [term('Vehicle')]: { historyDays: 3 }, [term('Bus')]: { historyDays: 1 }, [term('Tree')]: {} };
  const widerOf: Readonly<Record<string, readonly string[]>> = {
    'city:NightBus': ['city:Bus', 'city:Vehicle'],
    'city:Bus': ['city:Vehicle'],
    'city:Tram': ['city:Vehicle'],
  };
  const vocabulary = { ...createVocabulary([]), isA: (id: string, wanted: string) => id === wanted || (widerOf[id]?.includes(wanted) ?? false) };
  const present = ['NightBus', 'Tram', 'House'].map((name) => ({ kind: term(name), count: 1, terms: [] }));
  const retention = { changes: 5, recentHours: 6, historyDays: 2, kinds };
  // only these verbs are asked
  const store = { maintain, kinds: async () => present } as unknown as TwinStore;
  const upkeep = createUpkeep({ store, retention, vocabulary: () => vocabulary, clock, timers, failed: (cause) => failures.push(cause) });
  for (const run of [0, 1, 2]) {
    expect(due.map(({ ms }) => ms)).toEqual([run === 0 ? 60_000 : hours(1)]);
    due.shift()?.run();
    await new Promise(setImmediate);
    expect([asked.length, due.length]).toEqual([run + 1, 0]);
    ended.shift()?.();
    await new Promise(setImmediate);
  }
  expect(asked[0]).toEqual({
    keepChanges: 5,
    foldBefore: addMs(now, -hours(6)),
    forgetBefore: addMs(now, -hours(48)),
    forgetOfKinds: {
      ...{ 'city:Vehicle': addMs(now, -hours(72)), 'city:Tram': addMs(now, -hours(72)) },
      ...{ 'city:Bus': addMs(now, -hours(24)), 'city:NightBus': addMs(now, -hours(24)), 'city:Tree': null },
    },
  });
  expect(failures).toEqual([new Error('full')]);
  await upkeep.close();
  expect(due).toEqual([]);
});

test('a run that is under way when the store is closed is called off, and that is no failure', async () => {
  const due: (() => void)[] = [];
  const timers: Timers = {
    after: (_, run) => {
      due.push(run);
      return () => undefined;
    },
  };
  const failures: unknown[] = [];
  const maintain: TwinStore['maintain'] = (_, waiting) =>
    new Promise((_resolve, reject) => waiting?.signal?.addEventListener('abort', () => reject(new DOMException('called off', 'AbortError'))));
  const kept = { store: { maintain } as TwinStore, retention: { changes: 5, recentHours: 6 }, clock: { now: () => now, monotonicMs: () => 0 } }; // only this verb is asked
  const upkeep = createUpkeep({ ...kept, vocabulary: () => createVocabulary([]), timers, failed: (cause) => failures.push(cause) });
  due.shift()?.();
  await new Promise(setImmediate);
  await upkeep.close();
  expect([failures, due]).toEqual([[], []]);
});
