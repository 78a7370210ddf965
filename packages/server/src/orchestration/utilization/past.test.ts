/**
 * The past of twins in slots: what is carried into the first one however long the history before it is, and what becomes of more samples than are looked at.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Alignment, addMs, cityDictionary, createVocabulary, type Instant, instantOfMs, limits, TermId } from '@cityweave/core';
import { expect, it } from 'vitest';
import { systemDeps } from '../../deps.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite.ts';
import { accepted, put, twinId } from '../../store/twins.contract.ts';
import type { Room } from '../room.ts';
import { readTwins } from './exchange-data.ts';

const epoch = instantOfMs(Date.UTC(2026, 4, 4, 12));
const after = (seconds: number): Instant => addMs(epoch, seconds * 1_000);
const load = TermId.parse('city:load');
const id = twinId('1');

type Measured = readonly (readonly [seconds: number, value: number])[];

/** A store with one twin that measured this, and the slots that are told of it. */
const openPast = async (measured: Measured) => {
  const directory = mkdtempSync(join(tmpdir(), 'past-'));
  const deps = systemDeps();
  const store = await openSqliteStore({ directory, clock: deps.clock });
  if (!store.ok) return expect.fail(store.problem.kind);
  await accepted(store.value, [put('1')]);
  const readings = measured.map(([seconds, value]) => ({ value, unit: 'kW', observedAt: after(seconds), recordedAt: after(seconds) }));
  await accepted(store.value, [{ op: 'patchTwin', id, values: {}, samples: { [load]: readings } }]);
  const vocabulary = createVocabulary([cityDictionary]);
  // branding: a read looks at nothing else of its room
  const room = { deps, store: store.value, self: {}, vocabulary: () => vocabulary } as unknown as Room;
  const read = async (seconds: number, given: Partial<Alignment> = {}) => {
    const align = Alignment.parse({ epoch, slot: 'PT10S', ...given });
    const history = { series: load, from: epoch, to: after(seconds), first: 1 };
    const { rows } = await readTwins({ room, sight: undefined, signal: new AbortController().signal }, { version: 1, filter: { ids: [id] }, history, align });
    return rows.map(({ slots, slotsBeyond }) => [slots?.map(({ value, flag }) => `${value} ${flag}`), slotsBeyond]);
  };
  return {
    read,
    [Symbol.asyncDispose]: async () => {
      await store.value.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

const most = limits.slotSamplesMax;

it('what stood before the first slot is carried into it, however much was said before, unless it is too old', async () => {
  const before = Array.from({ length: most + 1 }, (_, at) => [at - most - 30, at === most ? 7 : 1] as const);
  await using past = await openPast([...before, [12, 4], [14, 2]]);
  expect(await past.read(19)).toEqual([[['7 CARRIED', '3 MEASURED'], undefined]]);
  expect(await past.read(19, { maxAge: 'PT20S' })).toEqual([[['undefined MISSING', '3 MEASURED'], undefined]]);
});

it('of a period with more than slotSamplesMax samples the slots up to there are told, and that there are more', async () => {
  const many = (count: number): Measured => Array.from({ length: count }, (_, at) => [at < most ? at / 1_000 : 10 + at / 1_000, 1] as const);
  await using full = await openPast(many(most));
  expect(await full.read(19, { method: 'sum' })).toEqual([[[`${most} MEASURED`, 'undefined MISSING'], undefined]]);
  await using over = await openPast(many(most + 1));
  expect(await over.read(29, { method: 'sum' })).toEqual([[[`${most} MEASURED`, 'undefined MISSING'], true]]);
});
