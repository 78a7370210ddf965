/**
 * Recording: a feed as it was recorded, row by row in the order of publication. Late, missing and corrected readings are just rows.
 */
import {
  fail,
  type Json,
  msOfInstant,
  ok,
  type Position,
  type Problem,
  parseReferenceSystem,
  problem,
  type Reading,
  type Result,
  shorten,
} from '@cityweave/core';
import { type Cells, cellsOf, cellText, convertCell, parseInstant, type Row } from '../adapt/columns.ts';
import { createPlacing, type Placing } from '../adapt/place.ts';
import { readCsv } from '../format/csv.ts';
import { fileFault } from '../format/file.ts';
import { readLines } from '../format/lines.ts';
import type { Refusal } from '../record.ts';
import { reportLimits } from '../report.ts';
import type { Source } from '../source.ts';

export const dayMs = 24 * 60 * 60 * 1000;

/** Rows that one feed keeps in memory: a day of a thousand sensors at one a five minutes is a third of it. */
export const recordedRowsMax = 1_000_000;

/** One row: what was published of one twin at one moment. */
export type Recorded = {
  readonly key: string;
  /** ms since 1970, or since midnight (UTC) of a day that is played every day */
  readonly publishedMs: number;
  /** how much earlier it was true */
  readonly lagMs: number;
  readonly readings: Readonly<Record<string, Reading>>;
  readonly position?: Position | undefined;
};

export type Recording = { readonly rows: readonly Recorded[]; readonly refused: number; readonly refusals: readonly Refusal[] };

type Feed = NonNullable<Source['feed']>;
type Parsing = { readonly source: Source; readonly feed: Feed; readonly placing: Placing; readonly midnightMs: number };

/** What a thread needs to read one; copied into it. */
export type RecordingTask = { readonly path: string; readonly source: Source; readonly midnightMs: number };

/** Seconds of the day in a feed that is played once are those of the day that begins at `midnightMs`. */
export const readRecording = async ({ path, source, midnightMs }: RecordingTask): Promise<Result<Recording, Problem>> => {
  const { feed } = source;
  if (!feed) return fail(problem('badConfiguration', { subject: source.id, path: 'feed', accepted: 'the columns of the recording' }));
  const system = parseReferenceSystem(source.crs ?? 'OGC:CRS84');
  if (!system.ok) return system;
  return collect(path, { source, feed, placing: createPlacing(source, system.value), midnightMs });
};

const collect = async (path: string, parsing: Parsing): Promise<Result<Recording, Problem>> => {
  const rows: Recorded[] = [];
  const refusals: Refusal[] = [];
  let refused = 0;
  for await (const item of rowsOf(path, parsing.source)) {
    if ('fault' in item) return fail(item.fault);
    const parsed = 'columns' in item ? parseRow(parsing, item.columns) : fail(item.problem);
    if (parsed.ok) rows.push(parsed.value);
    else {
      refused += 1;
      if (refusals.length < reportLimits.refusalsListedMax) refusals.push({ where: item.where, problem: parsed.problem });
    }
    if (rows.length > recordedRowsMax) return fail(problem('tooLarge', { subject: 'rows of the recording', limit: recordedRowsMax }));
  }
  return ok({ rows: rows.toSorted((a, b) => a.publishedMs - b.publishedMs), refused, refusals });
};

type RowItem = { readonly where: string; readonly columns: Row } | Refusal | { readonly fault: Problem };

const never = new AbortController().signal;

async function* rowsOf(path: string, source: Source): AsyncGenerator<RowItem> {
  if (/\.(ndjson|jsonl)(\.gz)?$/i.test(path)) yield* rowsOfLines(path);
  else
    for await (const item of readCsv(path, source, never)) {
      if (item.type === 'record') yield { where: item.record.where, columns: item.record.columns };
      else if (item.type === 'refused') yield item.refusal;
      else if (item.type === 'fault') yield { fault: item.problem };
    }
}

async function* rowsOfLines(path: string): AsyncGenerator<RowItem> {
  for await (const line of readLines(path, never)) {
    if (line.type === 'fault') return yield { fault: line.problem };
    const where = `line ${line.number}`;
    const columns = line.type === 'line' ? parseObject(line.bytes.toString('utf8')) : undefined;
    if (columns) yield { where, columns };
    else if (line.type === 'line' && !line.ended) yield { fault: fileFault(where, 'cut off', 'a whole object') };
    else yield { where, problem: problem('malformed', { path: where, accepted: 'one JSON object a line' }) };
  }
}

const parseObject = (text: string): Row | undefined => {
  try {
    const value: Json = JSON.parse(text);
    return isRow(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isRow = (value: Json): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const parseRow = (parsing: Parsing, columns: Row): Result<Recorded, Problem> => {
  const { source, feed } = parsing;
  const cells = cellsOf(columns, undefined, new Set(source.drop));
  const key = cellText(cells(feed.key));
  if (key === '') return fail(problem('malformed', { path: `column ${feed.key}`, found: 'nothing', accepted: 'the key of a twin' }));
  const published = momentOf(parsing, cells, feed.publishedAt);
  if (!published.ok) return published;
  const observed = momentOf(parsing, cells, feed.observedAt);
  if (!observed.ok) return observed;
  const readings = readingsOf(source, cells);
  if (!readings.ok) return readings;
  const position = positionOf(parsing, cells);
  if (!position.ok) return position;
  return ok({ key, ...timesOf(feed, published.value, observed.value), readings: readings.value, ...(position.value && { position: position.value }) });
};

type Moment = { readonly ms: number; readonly ofDay: boolean };

const momentOf = ({ midnightMs, feed }: Parsing, cells: Cells, column: string): Result<Moment, Problem> => {
  const cell = cells(column) ?? null;
  const text = cellText(cell);
  const seconds = Number(text);
  if (text !== '' && Number.isFinite(seconds) && seconds >= 0 && seconds * 1000 < 2 * dayMs)
    return ok({ ms: Math.round(seconds * 1000) + (feed.repeat === 'once' ? midnightMs : 0), ofDay: feed.repeat === 'daily' });
  const instant = parseInstant(cell);
  return instant
    ? ok({ ms: msOfInstant(instant), ofDay: false })
    : fail(problem('malformed', { path: `column ${column}`, found: shorten(cell), accepted: 'seconds since midnight, or an instant with offset' }));
};

/** Of a day that is played again only the time of day counts. What was observed before midnight and published after it is a day older than its seconds say. */
const timesOf = ({ repeat }: Feed, published: Moment, observed: Moment): Pick<Recorded, 'publishedMs' | 'lagMs'> => {
  const lag = published.ms - observed.ms;
  const lagMs = published.ofDay && observed.ofDay && lag < -dayMs / 2 ? lag + dayMs : lag;
  return { publishedMs: repeat === 'daily' ? ((published.ms % dayMs) + dayMs) % dayMs : published.ms, lagMs };
};

/** A cell that is empty says nothing; one that the recording flags as missing says that there is none. */
const readingsOf = (source: Source, cells: Cells): Result<Record<string, Reading>, Problem> => {
  const flag = flagOf(source, cells);
  const readings: Record<string, Reading> = {};
  for (const property of source.properties) {
    const converted = convertCell(cells(property.column), property);
    if (!converted.ok) return converted;
    const value = converted.value ?? (flag === 'MISSING' ? null : undefined);
    if (value === undefined) continue;
    const { unit, datum, term } = property;
    readings[term] = { value, ...(unit !== undefined && { unit }), ...(datum !== undefined && { datum }), ...(flag && { flag }) };
  }
  return ok(readings);
};

const flagOf = ({ feed }: Source, cells: Cells): Reading['flag'] => {
  const code = feed?.flag ? cellText(cells(feed.flag.column)) : '';
  return feed?.flag && Object.hasOwn(feed.flag.codes, code) ? feed.flag.codes[code] : undefined;
};

const positionOf = ({ feed, placing }: Parsing, cells: Cells): Result<Position | undefined, Problem> => {
  if (!feed.position) return ok(undefined);
  const [x, y] = [cellText(cells(feed.position.x)), cellText(cells(feed.position.y))];
  if (x === '' || y === '') return ok(undefined);
  const placed = placing({ type: 'Point', coordinates: [Number(x), Number(y)] });
  return placed.ok ? ok(placed.value.position) : placed;
};
