/**
 * Planted: faults of our own making in otherwise right nodes, to show that each invariant can fail.
 */
import type { RecordStore } from '@cityweave/server';
import type { Question } from './invariant.ts';

export type Planted = {
  /** the records as the process of a machine sees them */
  readonly records?: (machine: string, records: RecordStore) => RecordStore;
  /** how long a timer of that length really takes */
  readonly timerMs?: (ms: number) => number;
  /** messages that a machine never hears, as `verb.object` */
  readonly isDeaf?: (machine: string, subject: string) => boolean;
  readonly tellsTwice?: boolean;
  readonly logLines?: (lines: readonly string[]) => readonly string[];
  readonly question?: (question: Question) => Question;
};

type Value = Readonly<Record<string, unknown>>;

/** One machine keeps other records of a noun than it believes to keep. */
export const disguising =
  (machine: string, noun: string, disguise: (value: Value) => Value): NonNullable<Planted['records']> =>
  (name, records) => {
    if (name !== machine) return records;
    const believed = new Map<string, unknown>();
    const get: RecordStore['get'] = (of, id) => (of === noun ? believed.get(id) : records.get(of, id));
    const putAll: RecordStore['putAll'] = (written) => {
      for (const { id, value } of written.filter((one) => one.noun === noun)) believed.set(id, JSON.parse(JSON.stringify(value)));
      records.putAll(written.map((one) => (one.noun === noun ? { ...one, value: disguise(one.value as Value) } : one))); // branding: records are objects
    };
    return {
      ...records,
      get,
      putAll,
      put: (of, id, value) => putAll([{ noun: of, id, value }]),
      list: (of) => (of === noun ? records.list(of).map((record) => ({ ...record, value: believed.get(record.id) })) : records.list(of)),
    };
  };
