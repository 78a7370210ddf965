/**
 * RecordStore: what a node keeps of the exchange (agreements, registrations, connections), small and synchronous, in a file of its own.
 * A record is durable before `put` returns, so that nothing is sent that was not saved.
 */
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Instant, ok, type Result } from '@cityweave/core';
import { LRUCache } from 'lru-cache';
import { recordSql } from './sqlite/sql.ts';
import { inTransaction, openFile } from './sqlite/sqlite-file.ts';
import type { NodeRecord, RecordStore } from './store.ts';

export type RecordStoreOptions = { readonly directory: string; readonly clock: { readonly now: () => Instant } };

export const recordFileName = 'records.sqlite';

const textOf = (row: ReturnType<StatementSync['get']>): string | undefined => (typeof row?.['doc'] === 'string' ? row['doc'] : undefined);

type Listed = ReturnType<RecordStore['list']>;

const rememberedCharactersMax = 8 * 1024 * 1024;

/** What was read last, until it is written: agreements and pinned keys are looked at with every message. Only this process writes the file. */
const createMemory = (file: { readonly get: StatementSync; readonly list: StatementSync }) => {
  const one = new LRUCache<string, { readonly value: unknown }>({ maxSize: rememberedCharactersMax });
  const all = new LRUCache<string, Listed>({ maxSize: rememberedCharactersMax });
  const keyOf = (noun: string, id: string): string => JSON.stringify([noun, id]);
  const get = (noun: string, id: string): unknown => {
    const known = one.get(keyOf(noun, id));
    if (known) return known.value;
    const text = textOf(file.get.get(noun, id));
    if (text === undefined) return undefined;
    const value: unknown = JSON.parse(text);
    one.set(keyOf(noun, id), { value }, { size: text.length + 1 });
    return value;
  };
  const list = (noun: string): Listed => {
    const known = all.get(noun);
    if (known) return known;
    // branding: an instant as it was put in
    const texts = file.list.all(noun).map((row) => ({ id: String(row['id']), at: String(row['at']) as Instant, text: textOf(row) ?? 'null' }));
    const listed = texts.map(({ id, at, text }) => ({ id, at, value: JSON.parse(text) }));
    all.set(noun, listed, { size: texts.reduce((sum, { text }) => sum + text.length, 1) });
    return listed;
  };
  const forget = (noun: string, id?: string): void => {
    all.delete(noun);
    if (id === undefined) one.clear();
    else one.delete(keyOf(noun, id));
  };
  return { get, list, forget };
};

const createRecords = (file: DatabaseSync, clock: RecordStoreOptions['clock']): RecordStore => {
  const statements = {
    get: file.prepare(recordSql.get),
    list: file.prepare(recordSql.list),
    put: file.prepare(recordSql.put),
    remove: file.prepare(recordSql.remove),
    prune: file.prepare(recordSql.prune),
    all: file.prepare(recordSql.all),
  };
  const memory = createMemory(statements);
  const putAll: RecordStore['putAll'] = (records) => {
    const at = clock.now();
    inTransaction(file, () => {
      for (const { noun, id, value } of records) statements.put.run(noun, id, at, JSON.stringify(value));
    });
    for (const { noun, id } of records) memory.forget(noun, id);
  };
  const load: RecordStore['load'] = (records) => {
    inTransaction(file, () => {
      for (const { noun, id, at, value } of records) statements.put.run(noun, id, at, JSON.stringify(value));
    });
    for (const { noun, id } of records) memory.forget(noun, id);
  };
  const all = function* (): Generator<NodeRecord> {
    // branding: an instant as it was put in
    for (const row of statements.all.iterate())
      yield { noun: String(row['noun']), id: String(row['id']), at: String(row['at']) as Instant, value: JSON.parse(textOf(row) ?? 'null') };
  };
  return {
    all,
    load,
    get: memory.get,
    list: memory.list,
    put: (noun, id, value) => putAll([{ noun, id, value }]),
    putAll,
    remove: (noun, id) => {
      statements.remove.run(noun, id);
      memory.forget(noun, id);
    },
    prune: (noun, before) => {
      memory.forget(noun);
      return Number(statements.prune.run(noun, before).changes);
    },
    close: () => file.close(),
  };
};

export const openRecordStore = ({ directory, clock }: RecordStoreOptions): Result<RecordStore> => {
  const opened = openFile({ path: join(directory, recordFileName), synchronous: 'full', migrations: recordSql.migrations, at: clock.now() });
  return opened.ok ? ok(createRecords(opened.value, clock)) : opened;
};
