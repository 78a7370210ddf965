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

/** A series by its name and number. */
type Numbered = readonly [series: string, s: number];

/** How many chunks may still be opened; below nothing where more would have been needed. */
type Allowance = { chunks: number };

/** Chunks may lie over one another where values came late; what is not yet folded was said last. */
const samplesIn = ({ statement }: ReadingFile, [series, s]: Numbered, { span, left }: { readonly span: Span; readonly left: Allowance }): readonly Sample[] => {
  const { from, fromRecorded, to, known, limit } = span;
  const bySpot = new Map<string, Spotted>();
  const note = (spotted: Spotted): unknown => bySpot.set(`${spotted.observed} ${spotted.recorded}`, spotted);
  for (const row of statement(sql.chunks).iterate(s, from, to, known)) {
    const first = numberOf(row, 'first');
    if (bySpot.size > limit && [...bySpot.values()].filter(({ observed }) => observed < first).length > limit) break;
    left.chunks -= 1;
    if (left.chunks < 0) break;
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

type Asked = { readonly id: TwinId; readonly query: HistoryQuery };

const unbounded = (): Allowance => ({ chunks: Number.POSITIVE_INFINITY });

const samplesOf = (reading: ReadingFile, { id, query }: Asked, left: Allowance): readonly Sample[] => {
  const known = seriesIn(reading, id);
  const asked = [...known].filter(([series]) => (query.series ?? series) === series);
  const span = spanOf(query);
  const found = [...asked.flatMap((one) => samplesIn(reading, one, { span, left })), ...standing(twinOf(reading, id), known, query)];
  const { after } = query;
  return found.toSorted(compareSamples).filter((sample) => !after || compareSamples(sample, after) > 0);
};

const historyWith = (reading: ReadingFile, asked: Asked, left: Allowance): SamplePage =>
  inSnapshot(reading.file, () => pageOf(samplesOf(reading, asked, left), asked.query.first));

export const history = (reading: ReadingFile, asked: Asked): SamplePage => historyWith(reading, asked, unbounded());

/** The same; undefined where more chunks would have to be opened. */
export const historyWithin = (reading: ReadingFile, asked: Asked, chunks: number): SamplePage | undefined => {
  const left = { chunks };
  const page = historyWith(reading, asked, left);
  return left.chunks < 0 ? undefined : page;
};

type MomentMs = { readonly valid: number; readonly known: number };

/** Whether a chunk that ends then may still tell something later than what is held. */
const mayTell = (held: Sample | undefined, last: number): boolean => held === undefined || last >= msOfInstant(held.observedAt);

type Standing = { readonly ms: MomentMs; readonly row: Sample | undefined };

const heldInChunks = ({ statement }: ReadingFile, [series, s]: Numbered, { ms, row }: Standing): Sample | undefined => {
  let found = row;
  for (const chunk of statement(sql.chunksAt).iterate(s, ms.valid, ms.known)) {
    if (!mayTell(found, numberOf(chunk, 'last'))) break;
    const held = sampleOfChunkAt(openRow(series, chunk), ms);
    if (held && (!found || compareSamples(held, found) > 0)) found = held;
  }
  return found;
};

const heldIn = (reading: ReadingFile, series: Numbered, ms: MomentMs): Sample | undefined => {
  const row = reading.statement(sql.sampleAt).get(series[1], ms.valid, ms.known);
  return heldInChunks(reading, series, { ms, row: row && sampleOfRow(series[0], row) });
};

export const pastLink = (reading: ReadingFile, s: number, at: Moment): Link | undefined => {
  const held = heldIn(reading, [linkSeries, s], { valid: msOfInstant(at.valid), known: msOfInstant(at.known) });
  return held && linkOfSample(held);
};

/** The first sample of the twin's own series. */
const firstOf = (reading: ReadingFile, id: TwinId): Sample | undefined => samplesOf(reading, { id, query: { series: twinSeries, first: 1 } }, unbounded())[0];

/** Of every series of a twin, by its name, what held; undefined where it did not begin. */
type HeldThen = ReadonlyMap<string, Sample | undefined>;

/** By the ids of those of which something else was ever said. */
const heldOf = (reading: ReadingFile, ids: readonly TwinId[], ms: MomentMs): ReadonlyMap<string, HeldThen> => {
  const told = new Map<string, Map<string, Sample | undefined>>();
  for (const [id, series, s, observed, recorded, said, chunked] of reading.lists({ text: sql.heldRows, params: [JSON.stringify(ids), ms.valid, ms.known] })) {
    const name = String(series);
    const row = observed === null ? undefined : sampleOfRow(name, { observed, recorded, said });
    const isFolded = chunked !== null && mayTell(row, Number(chunked));
    const held = told.get(String(id)) ?? new Map<string, Sample | undefined>();
    told.set(String(id), held.set(name, isFolded ? heldInChunks(reading, [name, Number(s)], { ms, row }) : row));
  }
  return told;
};

const noneHeld: HeldThen = new Map();

const pastOf = (reading: ReadingFile, { id, twin, told }: { readonly id: TwinId; readonly twin: Twin | undefined; readonly told: HeldThen }, at: Moment) => {
  const held = [...[...told.values()].flatMap((sample) => sample ?? []), ...standing(twin, told, { to: at.valid, known: at.known })];
  const isFramed = held.some(({ series }) => series === twinSeries) || !held.some(({ said }) => said);
  return twinOfSamples(id, { held, first: isFramed ? undefined : firstOf(reading, id) }, twin);
};

/** Within a snapshot of the caller's. */
export const statesThen = (reading: ReadingFile, ids: readonly TwinId[], at: Moment): readonly Twin[] => {
  const told = heldOf(reading, ids, { valid: msOfInstant(at.valid), known: msOfInstant(at.known) });
  return ids.flatMap((id) => pastOf(reading, { id, twin: twinOf(reading, id), told: told.get(id) ?? noneHeld }, at) ?? []);
};

/** As text: twins that are handed over so are made once. */
export const stateAt = (reading: ReadingFile, { ids, moment }: { readonly ids: readonly TwinId[]; readonly moment: Moment }): string =>
  JSON.stringify(inSnapshot(reading.file, () => statesThen(reading, ids, moment)));
