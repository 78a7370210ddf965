/**
 * History and past states, on the readers' side of the embedded store: rows and chunks of a series told as one.
 */
import {
  compareSamples,
  type HistoryQuery,
  type Link,
  linkOfSample,
  linkSeries,
  type Moment,
  msOfInstant,
  type Sample,
  type SamplePage,
  type Twin,
  type TwinId,
  twinOfSamples,
  twinSeries,
} from '@cityweave/core';
import { type OpenChunk, openChunk, sampleOfChunkAt } from '../history/chunk.ts';
import { holdsTimes, pageOf, type Span, spanOf, standing } from '../history/span.ts';
import { readSql } from '../sqlite/sql.ts';
import { inSnapshot, numberOf } from '../sqlite/sqlite-file.ts';
import { twinOfRow } from '../sqlite/sqlite-rows.ts';
import type { ReadingFile } from '../sqlite-reading/reading-file.ts';
import { sampleOfRow, seriesById } from './rows.ts';

const sql = readSql.history;

/** A sample that is made when it is told. */
type Spotted = { readonly observed: number; readonly recorded: number; readonly make: () => Sample };

const inOrder = (a: Spotted, b: Spotted): number => a.observed - b.observed || a.recorded - b.recorded;

const openRow = (series: string, row: Record<string, unknown>): OpenChunk => openChunk(series, row['bytes'] as Uint8Array); // branding: the column is a blob

/** Chunks may lie over one another where values came late; what is not yet folded was said last. */
const samplesIn = ({ statement }: ReadingFile, [series, s]: readonly [string, number], span: Span): readonly Sample[] => {
  const { from, fromRecorded, to, known, limit } = span;
  const bySpot = new Map<string, Spotted>();
  const note = (spotted: Spotted): unknown => bySpot.set(`${spotted.observed} ${spotted.recorded}`, spotted);
  for (const row of statement(sql.chunks).iterate(s, from, to, known)) {
    const first = numberOf(row, 'first');
    if (bySpot.size > limit && [...bySpot.values()].filter(({ observed }) => observed < first).length > limit) break;
    const chunk = openRow(series, row);
    for (const [index, observed] of chunk.observed.entries()) {
      const recorded = chunk.recorded[index] ?? 0;
      if (holdsTimes(span, observed, recorded)) note({ observed, recorded, make: () => chunk.sample(index) });
    }
  }
  for (const row of statement(sql.samples).all(s, from, fromRecorded, to, known, limit))
    note({ observed: numberOf(row, 'observed'), recorded: numberOf(row, 'recorded'), make: () => sampleOfRow(series, row) });
  return [...bySpot.values()]
    .toSorted(inOrder)
    .slice(0, limit)
    .map(({ make }) => make());
};

const twinOf = ({ lists }: ReadingFile, id: TwinId): Twin | undefined => {
  const [row] = lists({ text: readSql.byId, params: [id] });
  return row && twinOfRow(row);
};

const seriesIn = ({ statement }: ReadingFile, id: TwinId): Map<string, number> => seriesById(statement(sql.seriesOf).all(id));

const samplesOf = (reading: ReadingFile, { id, query }: { readonly id: TwinId; readonly query: HistoryQuery }): readonly Sample[] => {
  const known = seriesIn(reading, id);
  const asked = [...known].filter(([series]) => (query.series ?? series) === series);
  const found = [...asked.flatMap((one) => samplesIn(reading, one, spanOf(query))), ...standing(twinOf(reading, id), known, query)];
  const { after } = query;
  return found.toSorted(compareSamples).filter((sample) => !after || compareSamples(sample, after) > 0);
};

export const history = (reading: ReadingFile, asked: { readonly id: TwinId; readonly query: HistoryQuery }): SamplePage =>
  inSnapshot(reading.file, () => pageOf(samplesOf(reading, asked), asked.query.first));

type MomentMs = { readonly valid: number; readonly known: number };

const heldIn = ({ statement }: ReadingFile, [series, s]: readonly [string, number], ms: MomentMs): Sample | undefined => {
  const row = statement(sql.sampleAt).get(s, ms.valid, ms.known);
  let found = row && sampleOfRow(series, row);
  for (const chunk of statement(sql.chunksAt).iterate(s, ms.valid, ms.known)) {
    if (found && numberOf(chunk, 'last') < msOfInstant(found.observedAt)) break;
    const held = sampleOfChunkAt(openRow(series, chunk), ms);
    if (held && (!found || compareSamples(held, found) > 0)) found = held;
  }
  return found;
};

export const pastLink = (reading: ReadingFile, s: number, at: Moment): Link | undefined => {
  const held = heldIn(reading, [linkSeries, s], { valid: msOfInstant(at.valid), known: msOfInstant(at.known) });
  return held && linkOfSample(held);
};

/** The first sample of the twin's own series. */
const firstOf = (reading: ReadingFile, id: TwinId): Sample | undefined => samplesOf(reading, { id, query: { series: twinSeries, first: 1 } })[0];

const pastOf = (reading: ReadingFile, id: TwinId, at: Moment): readonly Twin[] => {
  const known = seriesIn(reading, id);
  const twin = twinOf(reading, id);
  const ms = { valid: msOfInstant(at.valid), known: msOfInstant(at.known) };
  const told = [...known].flatMap((one) => heldIn(reading, one, ms) ?? []);
  const silent = standing(twin, known, { to: at.valid, known: at.known });
  const held = [...told, ...silent];
  const isFramed = held.some(({ series }) => series === twinSeries) || !held.some(({ said }) => said);
  const past = twinOfSamples(id, { held, first: isFramed ? undefined : firstOf(reading, id) }, twin);
  return past ? [past] : [];
};

/** Within a snapshot of the caller's. */
export const statesThen = (reading: ReadingFile, ids: readonly TwinId[], at: Moment): readonly Twin[] => ids.flatMap((id) => pastOf(reading, id, at));

export const stateAt = (reading: ReadingFile, { ids, moment }: { readonly ids: readonly TwinId[]; readonly moment: Moment }): readonly Twin[] =>
  inSnapshot(reading.file, () => statesThen(reading, ids, moment));
