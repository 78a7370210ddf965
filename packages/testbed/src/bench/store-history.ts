/**
 * Benchmark of history: a month of readings of some sensors, what they take on the disk before and after they are folded, and past states of many twins.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { addMs, assert, type Instant, type Reading, TermId } from '@cityweave/core';
import { storeFileName, type TwinStore } from '@cityweave/server';
import { type BenchResult, toResult } from './result.ts';
import { against, type Floor } from './store-floor.ts';
import { floorPasts, recordFloor } from './store-floor-past.ts';
import { type Compared, compareInTurns } from './store-questions.ts';
import { at, best, clock, idOf } from './store-town.ts';

const [sensors, samplesEach, batchSamples] = [20, 10_000, 50];
const level = TermId.parse('city:level');
const minuteMs = 60_000;
const bytesMax = 5;

/** Differs from one to the next as chance would have it, and is the same in every run. */
const noise = (index: number, below: number): number => (Math.imul(index + 1, 2_654_435_761) >>> 9) % below;

/** A level that rises and falls, with noise, read every minute and known some seconds later. */
export const readingOf = (sensor: number, index: number): Reading => {
  const observedAt = addMs(at, (index - samplesEach) * minuteMs);
  const value = Math.round(Math.sin((index + sensor * 100) / 200) * 4_000 + noise(index + sensor, 40)) / 100;
  return { value, unit: 'm', observedAt, recordedAt: addMs(observedAt, 2_000 + noise(index, 900)), origin: 'feed levels' };
};

const record = async (store: TwinStore): Promise<void> => {
  for (let from = 0; from < samplesEach; from += batchSamples) {
    const commands = Array.from({ length: sensors }, (_, sensor) => ({
      op: 'patchTwin' as const,
      id: idOf(sensor),
      values: {},
      samples: { [level]: Array.from({ length: batchSamples }, (_, index) => readingOf(sensor, from + index)) },
    }));
    const outcomes = await store.apply(commands, { at: addMs(at, (from - samplesEach) * minuteMs) });
    assert(
      outcomes.every(({ ok }) => ok),
      'every sample of the benchmark is accepted',
    );
  }
};

/** What a folded sample takes: by itself, and on the disk, where its chunk fills pages and stands in an index. */
const bytesASample = (folder: string): readonly BenchResult[] => {
  const file = new DatabaseSync(join(folder, storeFileName), { readOnly: true });
  const { bytes, samples } = file.prepare('SELECT sum(length(bytes)) AS bytes, sum(samples) AS samples FROM chunk').get() ?? {};
  const { pages } = file.prepare("SELECT sum(pgsize) AS pages FROM dbstat WHERE name IN ('chunk', 'chunk_series')").get() ?? {};
  file.close();
  const figures = { unit: 'bytes', better: 'lower' as const, budget: bytesMax };
  return [
    toResult({ ...figures, name: 'a sample in a chunk', value: Number(bytes) / Number(samples) }),
    toResult({ ...figures, name: 'a sample in a chunk, with its pages on the disk', value: Number(pages) / Number(samples) }),
  ];
};

const recordAllFloor = (file: Floor): void => {
  for (let from = 0; from < samplesEach; from += batchSamples)
    for (let sensor = 0; sensor < sensors; sensor += 1)
      recordFloor(
        file,
        [idOf(sensor), level],
        Array.from({ length: batchSamples }, (_, index) => readingOf(sensor, from + index)),
      );
};

/** Each beside the floor that keeps every sample as a row. */
const comparePasts = async (store: TwinStore, file: Floor): Promise<BenchResult[]> => {
  const floor = floorPasts(file);
  const known = clock.now();
  const moment = (round: number): Instant => addMs(at, -(1 + (round % 9)) * 1_000 * minuteMs);
  const ids = Array.from({ length: 100 }, (_, index) => idOf(index));
  const asked: Readonly<Record<string, Compared>> = {
    '500 samples of one sensor': {
      ours: (round) => store.history(idOf(round % sensors), { series: level, from: moment(round), first: 500 }),
      theirs: (round) => floor.samples(idOf(round % sensors), level, moment(round)),
    },
    '100 twins as they were': {
      ours: (round) => store.stateAt(ids, { valid: moment(round), known }),
      theirs: (round) => floor.stateAt(ids, { valid: moment(round), known }),
    },
  };
  return compareInTurns(asked, { against });
};

type Kept = { readonly store: TwinStore; readonly file: Floor; readonly folder: string };

export const benchHistory = async ({ store, file, folder }: Kept): Promise<BenchResult[]> => {
  const total = sensors * samplesEach;
  const recording = await best(1, () => record(store));
  recordAllFloor(file);
  const folding = await best(1, () => store.maintain({ keepChanges: 1_000_000_000, foldBefore: at }));
  return [
    { name: 'samples recorded by 50 a sensor', value: (total * 1_000) / recording, unit: 'samples/s', better: 'higher' },
    { name: 'samples folded', value: (total * 1_000) / folding, unit: 'samples/s', better: 'higher' },
    ...bytesASample(folder),
    ...(await comparePasts(store, file)),
  ];
};
