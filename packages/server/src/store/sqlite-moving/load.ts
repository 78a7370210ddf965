/**
 * A store loaded, on the writer's side: rows that another store unloaded, as they are, with their versions and times. A row that is there already as it comes
 * changes nothing.
 */
import { compareSamples, fail, linkSeries, ok, type Problem, problem, type Result, type Twin, type TwinId } from '@cityweave/core';
import type { Moved } from '../moving/moved.ts';
import { countTwins, inTransaction, noteTerm, numberOf, type Writing } from '../sqlite/sqlite-file.ts';
import { insertJoin, keepLink, notePastLink } from '../sqlite/sqlite-links.ts';
import { toTwinRow } from '../sqlite/sqlite-rows.ts';
import { flush, forget, putAlts, standOf } from '../sqlite/sqlite-write.ts';
import { foldSamples } from '../sqlite-history/fold.ts';
import { noteGone } from '../sqlite-history/gone.ts';
import { putSample, sampleOfRow, seriesById } from '../sqlite-history/rows.ts';
import { putWords } from '../sqlite-words/written-words.ts';

type Part<P extends Moved['part']> = Extract<Moved, { part: P }>;

const noBox = [null, null, null, null] as const;

const inputOf = ({ version, createdAt, updatedAt, shaped, ...input }: Twin) => input;

const another = (id: TwinId): Problem => problem('invalid', { subject: id, found: 'another twin of this id', accepted: 'a store that is empty' });

/** Whether the twin is there as it comes; told as a problem where another one has its id. */
const isThere = (to: Writing, { twin }: Part<'twin'>): Result<boolean> => {
  const found = to.statement('findTwin').get(twin.id);
  if (!found) return ok(false);
  const [body, { doc, footprint }] = [to.statement('readBody').get(numberOf(found, 'n')), toTwinRow(inputOf(twin))];
  const isSame = numberOf(found, 'version') === twin.version && body?.['doc'] === doc && body['footprint'] === footprint;
  return isSame ? ok(true) : fail(another(twin.id));
};

/** Without the twins that are there; told as a problem where two of the rows have one id. */
const newRows = (to: Writing, rows: readonly Moved[]): Result<readonly Moved[]> => {
  const [ids, fresh]: [Set<TwinId>, Moved[]] = [new Set(), []];
  for (const row of rows) {
    const there = row.part === 'twin' ? isThere(to, row) : ok(false);
    if (!there.ok) return there;
    if (there.value) continue;
    if (row.part === 'twin' && ids.has(row.twin.id)) return fail(another(row.twin.id));
    if (row.part === 'twin') ids.add(row.twin.id);
    fresh.push(row);
  }
  return ok(fresh);
};

const loadTwin = (to: Writing, { twin, shapes, source, digest }: Part<'twin'>): void => {
  const row = toTwinRow(inputOf(twin));
  const box = row.box ?? noBox;
  const stand = standOf(to, row);
  const keys = [row.id, row.kind, row.object, source ?? null, stand];
  const plain = [
    row.agency,
    row.name,
    twin.version,
    twin.createdAt,
    twin.updatedAt,
    ...box,
    ...box,
    row.alts,
    row.wordsHash,
    shapes ? 1 : 0,
    digest ?? null,
    row.folded,
    0,
  ];
  const n = to.statement('insertTwin').run(...keys, ...plain).lastInsertRowid;
  to.statement('insertBody').run(n, row.doc, row.footprint);
  if (row.box) to.statement('insertPlace').run(n, row.box[0], row.box[2], row.box[1], row.box[3]);
  putWords(to, stand, row.words);
  if (shapes) to.statement('putShape').run(n, JSON.stringify(shapes));
  putAlts(to, n, [row.alts, null]);
  countTwins(to, row.kind, 1);
};

const loadJoin = (to: Writing, { join }: Part<'join'>): void => insertJoin(to, join);

/** Pages of a series come in their order, so what is not later than its last sample came before. That one is a row, also where more follow in the next call. */
const loadSamples = (to: Writing, { id, samples }: Part<'samples'>): void => {
  const known = seriesById(to.statement('seriesOf').all(id));
  for (const [series, some = []] of Object.entries(Object.groupBy(samples, (sample) => sample.series))) {
    const s = known.get(series) ?? Number(to.statement('addSeries').run(id, series).lastInsertRowid);
    if (series === linkSeries) notePastLink(to, s, some);
    const row = to.statement('lastSample').get(s);
    const stands = row && sampleOfRow(series, row);
    const sorted = some.filter((sample) => !stands || compareSamples(sample, stands) > 0).toSorted(compareSamples);
    const last = sorted.pop();
    foldSamples(to, s, { newer: sorted });
    if (last) putSample(to, s, last);
  }
};

const loadChange = (to: Writing, { change: { seq, id, op, at, link, kind } }: Part<'change'>): void => {
  if (seq <= to.head) return;
  to.statement('putChange').run(seq, id, op, at, link ?? null, kind ?? null);
  to.head = seq;
};

const loadRow = (to: Writing, row: Moved): unknown => {
  switch (row.part) {
    case 'twin':
      return loadTwin(to, row);
    case 'link':
      return keepLink(to, row.link);
    case 'join':
      return loadJoin(to, row);
    case 'samples':
      return loadSamples(to, row);
    case 'gone':
      return noteGone(to, row.id, row.version);
    case 'term':
      return noteTerm(to, row.kind, [row.term, row.unit ?? null]);
    case 'import':
      return to.statement('putImport').run(row.record.id, row.record.source, row.record.startedAt, JSON.stringify(row.record));
    case 'cursor':
      return to.statement('putCursor').run(row.peer, row.seq);
    case 'change':
      return loadChange(to, row);
  }
};

export type Loaded = { readonly result: Result<true>; readonly head: number; readonly identityTouched: boolean };

/** What the file or the machine did not do, and a bug, is told by whoever asked. */
export const loadRows = (to: Writing, rows: readonly Moved[]): Loaded => {
  const { head } = to;
  const fresh = newRows(to, rows);
  if (!fresh.ok) return { result: fresh, head, identityTouched: false };
  let done = false;
  try {
    inTransaction(to.file, () => {
      for (const row of fresh.value) loadRow(to, row);
      flush(to);
    });
    done = true;
    return { result: ok(true), head: to.head, identityTouched: true };
  } finally {
    if (!done) Object.assign(to, { head });
    if (!done) forget(to);
  }
};
