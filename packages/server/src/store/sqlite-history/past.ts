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
  unchangedTwinAt,
} from '@cityweave/core';
import { openChunk } from '../history/chunk.ts';
import { createInstants } from '../history/instants.ts';
import { holdsTimes, pageOf, type Span, spanOf, standing } from '../history/span.ts';
import { readSql } from '../sqlite/sql.ts';
import { inSnapshot, numberOf } from '../sqlite/sqlite-file.ts';
import { twinOfRow } from '../sqlite/sqlite-rows.ts';
import type { ReadingFile } from '../sqlite-reading/reading-file.ts';
import { heldInChunks, type MomentMs, mayTell } from './held.ts';
import { bytesOf, sampleOfRow, sampleOfText, seriesById } from './rows.ts';

const sql = readSql.history;

/** A sample that is made when it is told, and the number of the chunk that tells it. */
type Spotted = { readonly observed: number; readonly recorded: number; readonly number: number; readonly make: () => Sample };

/** What is not folded was said last. */
const aboveAllChunks = Number.POSITIVE_INFINITY;

const inOrder = (a: Spotted, b: Spotted): number => a.observed - b.observed || a.recorded - b.recorded;

/** A series by its name and number. */
type Numbered = readonly [series: string, s: number];

/** How many series may be looked at and how many chunks opened; below nothing where more would have been needed. */
type Allowance = { series: number; chunks: number };

/** Of two samples that are one that of the chunk made last is told. */
const samplesIn = ({ statement }: ReadingFile, [series, s]: Numbered, { span, left }: { readonly span: Span; readonly left: Allowance }): readonly Sample[] => {
  const { from, fromRecorded, to, known, limit } = span;
  const bySpot = new Map<string, Spotted>();
  const note = (spotted: Spotted): void => {
    const spot = `${spotted.observed} ${spotted.recorded}`;
    if (spotted.number >= (bySpot.get(spot)?.number ?? 0)) bySpot.set(spot, spotted);
  };
  for (const row of statement(sql.chunks).iterate(s, from, to, known)) {
    const first = numberOf(row, 'first');
    if (bySpot.size > limit && [...bySpot.values()].filter(({ observed }) => observed < first).length > limit) break;
    left.chunks -= 1;
    if (left.chunks < 0) break;
    const [number, chunk] = [numberOf(row, 'c'), openChunk(series, bytesOf(row), to)];
    for (const [index, observed] of chunk.observed.entries()) {
      const recorded = chunk.recorded[index] ?? 0;
      if (holdsTimes(span, observed, recorded)) note({ observed, recorded, number, make: () => chunk.sample(index) });
    }
  }
  for (const row of statement(sql.samples).all(s, from, fromRecorded, to, known, limit))
    note({ observed: numberOf(row, 'observed'), recorded: numberOf(row, 'recorded'), number: aboveAllChunks, make: () => sampleOfRow(series, row) });
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

const all = 2 ** 40;
const unbounded = (): Allowance => ({ series: all, chunks: all });

/** What was found; undefined where more would have been needed than was allowed. */
const within = <T>(left: Allowance, found: T): T | undefined => (Math.min(left.series, left.chunks) < 0 ? undefined : found);

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

export const historyWithin = (reading: ReadingFile, asked: Asked, left: Allowance): SamplePage | undefined => within(left, historyWith(reading, asked, left));

type Looking = { readonly ms: MomentMs; readonly left: Allowance };

const heldInSeries = ({ statement }: ReadingFile, [series, s]: Numbered, { ms, left, row }: Looking & { readonly row: Sample | undefined }) => {
  const mayOpen = (): boolean => {
    left.chunks -= 1;
    return left.chunks >= 0;
  };
  return heldInChunks(series, statement(sql.chunksAt).iterate(s, ms.valid, ms.known), { ms, row, mayOpen });
};

const heldIn = (reading: ReadingFile, series: Numbered, ms: MomentMs): Sample | undefined => {
  const row = reading.statement(sql.sampleAt).get(series[1], ms.valid, ms.known);
  return heldInSeries(reading, series, { ms, left: unbounded(), row: row && sampleOfRow(series[0], row) });
};

export const pastLink = (reading: ReadingFile, s: number, at: Moment): Link | undefined => {
  const held = heldIn(reading, [linkSeries, s], { valid: msOfInstant(at.valid), known: msOfInstant(at.known) });
  return held && linkOfSample(held);
};

/** The first sample of the twin's own series. */
const firstOf = (reading: ReadingFile, id: TwinId): Sample | undefined => samplesOf(reading, { id, query: { series: twinSeries, first: 1 } }, unbounded())[0];

/** Of every series of which a twin ever said something else, by its name, what held; undefined where it did not begin. */
type HeldThen = { readonly id: TwinId; readonly told: Map<string, Sample | undefined> };

const heldOf = (reading: ReadingFile, ids: readonly TwinId[], looking: Looking): readonly HeldThen[] => {
  const { ms, left } = looking;
  const held = ids.map((id): HeldThen => ({ id, told: new Map() }));
  const rows = reading.lists({ text: sql.heldRows, params: [JSON.stringify(ids), ms.valid, ms.known, left.series + 1] });
  left.series -= rows.length;
  const instantOf = createInstants();
  for (const [at, series, s, text, chunked] of left.series < 0 ? [] : rows) {
    const name = String(series);
    const row = text === null ? undefined : sampleOfText(name, String(text), instantOf);
    const isFolded = chunked !== null && mayTell(row, Number(chunked));
    held[Number(at)]?.told.set(name, isFolded ? heldInSeries(reading, [name, Number(s)], { ...looking, row }) : row);
  }
  return held;
};

const pastOf = (reading: ReadingFile, { id, twin, told }: HeldThen & { readonly twin: Twin | undefined }, at: Moment) => {
  if (twin && told.size === 0) return unchangedTwinAt(twin, at);
  const held = [...[...told.values()].flatMap((sample) => sample ?? []), ...standing(twin, told, { to: at.valid, known: at.known })];
  const isFramed = held.some(({ series }) => series === twinSeries) || !held.some(({ said }) => said);
  return twinOfSamples(id, { held, first: isFramed ? undefined : firstOf(reading, id) }, twin);
};

const twinsById = ({ lists }: ReadingFile, ids: readonly TwinId[]): ReadonlyMap<TwinId, Twin> =>
  new Map(
    lists({ text: readSql.byIds, params: [JSON.stringify(ids)] })
      .map(twinOfRow)
      .map((twin) => [twin.id, twin]),
  );

type AskedThen = { readonly ids: readonly TwinId[]; readonly moment: Moment };

/** Within a snapshot of the caller's. */
export const statesThen = (reading: ReadingFile, { ids, moment }: AskedThen, left = unbounded()): readonly Twin[] => {
  const held = heldOf(reading, ids, { ms: { valid: msOfInstant(moment.valid), known: msOfInstant(moment.known) }, left });
  const twins = twinsById(reading, ids);
  return held.flatMap((one) => pastOf(reading, { ...one, twin: twins.get(one.id) }, moment) ?? []);
};

export const statesWithin = (reading: ReadingFile, asked: AskedThen, left: Allowance): readonly Twin[] | undefined =>
  inSnapshot(reading.file, () => within(left, statesThen(reading, asked, left)));

/** As text: twins that are handed over so are made once. */
export const stateAt = (reading: ReadingFile, asked: AskedThen): string => JSON.stringify(inSnapshot(reading.file, () => statesThen(reading, asked)));
