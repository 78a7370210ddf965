/**
 * RecordStore: what a node keeps of the exchange (agreements, registrations, connections), small and synchronous, in a file of its own.
 * A record is durable before `put` returns, so that nothing is sent that was not saved.
 */
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Instant, ok, type Result } from '@cityweave/core';
import { recordSql } from './sql.ts';
import { inTransaction, openFile } from './sqlite-file.ts';
import type { RecordStore } from './store.ts';

export type RecordStoreOptions = { readonly directory: string; readonly clock: { readonly now: () => Instant } };

export const recordFileName = 'records.sqlite';

const textOf = (row: ReturnType<StatementSync['get']>): string | undefined => (typeof row?.['doc'] === 'string' ? row['doc'] : undefined);

const createRecords = (file: DatabaseSync, clock: RecordStoreOptions['clock']): RecordStore => {
  const statements = {
    get: file.prepare(recordSql.get),
    list: file.prepare(recordSql.list),
    put: file.prepare(recordSql.put),
    remove: file.prepare(recordSql.remove),
    prune: file.prepare(recordSql.prune),
  };
  const putAll: RecordStore['putAll'] = (records) => {
    const at = clock.now();
    inTransaction(file, () => {
      for (const { noun, id, value } of records) statements.put.run(noun, id, at, JSON.stringify(value));
    });
  };
  return {
    get: (noun, id) => {
      const text = textOf(statements.get.get(noun, id));
      return text === undefined ? undefined : JSON.parse(text);
    },
    list: (noun) => statements.list.all(noun).map((row) => ({ id: String(row['id']), value: JSON.parse(textOf(row) ?? 'null') })),
    put: (noun, id, value) => putAll([{ noun, id, value }]),
    putAll,
    remove: (noun, id) => {
      statements.remove.run(noun, id);
    },
    prune: (noun, before) => Number(statements.prune.run(noun, before).changes),
    close: () => file.close(),
  };
};

export const openRecordStore = ({ directory, clock }: RecordStoreOptions): Result<RecordStore> => {
  const opened = openFile({ path: join(directory, recordFileName), synchronous: 'full', migrations: recordSql.migrations, at: clock.now() });
  return opened.ok ? ok(createRecords(opened.value, clock)) : opened;
};
