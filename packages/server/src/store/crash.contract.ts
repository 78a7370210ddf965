/**
 * What survives a kill -9: batches that touch everything a store keeps (twins old and new, links, deletions, history, a cursor), and what must be found of them afterwards.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { addMs, type Change } from '@cityweave/core';
import { expect } from 'vitest';
import type { Command, TwinStore } from './store.ts';
import { at, put, putLink, term, twin, twinId } from './twins.contract.ts';

/** Every sixth batch is so large that no engine writes it with one statement. */
const newTwins = (batch: number): number => (batch % 6 === 0 ? 300 : 20);

const newTwinsUpTo = (batches: number): number => Array.from({ length: batches }, (_, index) => newTwins(index + 1)).reduce((total, twins) => total + twins, 0);

/** The number of the batch as a value of one twin, so that its history tells of every batch. */
const counter = (writer: string, batch: number): Command => {
  const then = addMs(at, batch);
  const counted = twin(twinId(writer), { values: { 'city:batch': { value: batch } } });
  return { op: 'putTwin', twin: { ...counted, provenance: { ...counted.provenance, observedAt: then, recordedAt: then } } };
};

/** New twins, the counter and its link to the first of them; the last one of the batch before goes. */
const crashBatch = (writer: string, batch: number): readonly Command[] => {
  const key = (of: number, index: number): string => `${writer}.${of}-${index}`;
  const news = Array.from({ length: newTwins(batch) }, (_, index) =>
    put(key(batch, index), { position: [index % 180, batch % 90], name: `of batch ${batch}` }),
  );
  const gone: readonly Command[] = batch > 1 ? [{ op: 'deleteTwin', id: twinId(key(batch - 1, newTwins(batch - 1) - 1)) }] : [];
  return [...news, counter(writer, batch), putLink(twinId(writer), twinId(key(batch, 0))), ...gone];
};

/** Whether the batch was acknowledged; one that was kept before, though nobody heard of it, is acknowledged again and written once. */
export const writeBatch = async (store: TwinStore, writer: string, batch: number): Promise<boolean> => {
  const outcomes = await store.apply(crashBatch(writer, batch), { at, cursor: { peer: writer, seq: batch } });
  return outcomes.every(({ ok }) => ok);
};

const feedOf = async (store: TwinStore): Promise<readonly Change[]> => {
  const seen: Change[] = [];
  for (let size = -1; size < seen.length; ) {
    size = seen.length;
    seen.push(...(await store.changes(seen.at(-1)?.seq ?? 0, { limit: 5_000 })).changes);
  }
  return seen;
};

/** The last batch of a writer that is there, whole: its counter, history, links and cursor tell the same. */
const batchesOf = async (store: TwinStore, writer: string): Promise<number> => {
  const id = twinId(writer);
  const counted = (await store.get([id])).get(id);
  const batches = Number(counted?.values[term('batch')]?.value ?? 0);
  expect([writer, counted?.version ?? 0, (await store.cursor(writer)) ?? 0]).toEqual([writer, batches, batches]);
  const { samples } = await store.history(id, { series: term('batch'), first: 100_000 });
  expect(samples.map(({ said }) => said?.value)).toEqual(Array.from({ length: batches }, (_, index) => index + 1));
  expect(await store.adjacent([id], { direction: 'out', limit: 10_000 })).toHaveLength(batches);
  return batches;
};

/** How many batches of each writer are there: whole ones only, found by id, words and place, in a feed without a hole. */
export const checkBatches = async (store: TwinStore, writers: readonly string[]): Promise<ReadonlyMap<string, number>> => {
  const found = new Map<string, number>();
  for (const writer of writers) found.set(writer, await batchesOf(store, writer));
  const counts = [...found.values()].filter((batches) => batches > 0);
  const sum = (of: (batches: number) => number): number => counts.reduce((total, batches) => total + of(batches), 0);
  const standing = sum((batches) => newTwinsUpTo(batches) - (batches - 1));
  expect(await store.count({})).toBe(standing + counts.length);
  expect(await store.count({ text: 'batch', box: [-180, -90, 180, 90] })).toBe(standing);
  const seqs = (await feedOf(store)).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: sum((batches) => newTwinsUpTo(batches) + 2 * batches + (batches - 1)) }, (_, index) => index + 1));
  return found;
};

/** Another process writes batches from `first` on until so many are acknowledged, then it is killed; the number of the last that was. */
export const killAfter = (batches: number, { first, store }: { readonly first: number; readonly store: readonly string[] }): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'crash-writer.ts'), `${first}`, ...store], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = first - 1;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      acknowledged = Math.max(acknowledged, ...text.trim().split('\n').map(Number));
      if (acknowledged >= first + batches - 1) child.kill('SIGKILL');
    });
    child.on('error', reject).on('exit', () => resolve(acknowledged));
  });

/** The writer of the other process, where it is given no other name. */
export const soleWriter = 'counter';
