/**
 * History and past states: chunks and the tail of a series told as one. Twins and their tails come together, and chunks only where they may tell more.
 */
import {
  compareSamples,
  type HistoryQuery,
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
import { chunkSamplesMax } from '../history/chunk.ts';
import { createInstants } from '../history/instants.ts';
import { pageOf, spanOf, standing } from '../history/span.ts';
import type { Asker } from '../neo4j/find.ts';
import { textsIn, trusted, twinOf } from '../neo4j/neo4j-rows.ts';
import type { Row } from '../neo4j/save.ts';
import { chunksAt, readPasts, readPastsThen, readPastWithChunks } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { joint, sampleInChunk, seriesKey } from './samples.ts';
import { type Begun, boundsOf, type Named, samplesIn } from './spots.ts';
import { decodePast, noPast, type Past, sampleOfTailAt } from './tails.ts';

/** What is told of an id: the twin where it is there, and what was said of it before. */
type Told = { readonly id: TwinId; readonly twin: Twin | undefined; readonly past: Past };

const toldIn = (ids: readonly TwinId[], rows: readonly Row[], texts: ReadonlyMap<TwinId, string>): readonly Told[] => {
  const twins = new Map(
    textsIn(rows)
      .map(twinOf)
      .map((twin) => [twin.id, twin]),
  );
  const instantOf = createInstants();
  return ids.map((id) => {
    const text = texts.get(id);
    return { id, twin: twins.get(id), past: text === undefined ? noPast : decodePast(text, instantOf) };
  });
};

const toldWith = (ids: readonly TwinId[], rows: readonly Row[]): readonly Told[] =>
  toldIn(ids, rows, new Map(trusted<readonly (readonly [TwinId, string])[]>(rows[0]?.['pasts'] ?? [])));

const momentMs = ({ valid, known }: Moment) => ({ valid: whole(msOfInstant(valid)), known: whole(msOfInstant(known)) });

const namedIn = (id: string, past: Past): readonly Named[] => [...past].map(([series, tail]) => ({ key: seriesKey(id, series), series, tail }));

const samplesOf = async (
  asker: Asker,
  { id, twin, past }: Told,
  { begun, ...query }: HistoryQuery & { readonly begun?: Begun },
): Promise<readonly Sample[]> => {
  const found: Sample[] = [];
  const spanned = { span: spanOf(query), begun };
  for (const named of namedIn(id, past)) if ((query.series ?? named.series) === named.series) found.push(...(await samplesIn(asker, named, spanned)));
  found.push(...standing(twin, past, query));
  const { after } = query;
  return found.toSorted(compareSamples).filter((sample) => !after || compareSamples(sample, after) > 0);
};

/** Of chunks that are full so many hold a page, the first one in part, and one more tells that it is enough. */
const chunksOfPage = (limit: number): number => Math.ceil(limit / chunkSamplesMax) + 2;

/** A page of one series: its first chunks come with what is told of the twin. */
const historyOfSeries = async (asker: Asker, id: TwinId, query: HistoryQuery & { readonly series: string }): Promise<readonly Sample[]> => {
  const [span, key] = [spanOf(query), seriesKey(id, query.series)];
  const asked = chunksOfPage(span.limit);
  const rows = await asker.reading.run(readPastWithChunks(asker.space, id, { key, ...boundsOf(span), limit: whole(asked) }));
  const chunks = trusted<readonly (readonly unknown[])[]>(rows[0]?.['chunks'] ?? []).map(([first, number, bytes]): Row => ({ first, number, bytes }));
  const [told] = toldWith([id], rows);
  return told ? samplesOf(asker, told, { ...query, begun: { key, chunks, asked } }) : [];
};

export const history = async (asker: Asker, id: TwinId, query: HistoryQuery): Promise<SamplePage> => {
  const { series } = query;
  if (series !== undefined) return pageOf(await historyOfSeries(asker, id, { ...query, series }), query.first);
  const [told] = toldWith([id], await asker.reading.run(readPasts(asker.space, [id])));
  return pageOf(told ? await samplesOf(asker, told, query) : [], query.first);
};

type Held = Map<string, Sample>;

type Asking = { readonly reading: Pick<Asker['reading'], 'run'>; readonly space: Asker['space'] };

/** Whether a chunk that ends then may still tell something later than what is held. */
const mayTell = (held: Sample | undefined, last: number): boolean => held === undefined || last >= msOfInstant(held.observedAt);

const chunksAtOnce = 2;

/** Of the same sample the tail tells before any chunk does. */
const ofTail = Number.POSITIVE_INFINITY;

/** The latest chunk of a series that may tell; `next` is when the one before it ends, null where there is none. */
type LatestChunk = { readonly key: string; readonly number: number; readonly last: number; readonly bytes: unknown; readonly next: number | null };

type Looking = { readonly all: readonly Named[]; readonly moment: Moment; readonly latest?: readonly LatestChunk[] | undefined };

/** Chunks some at a time, the latest first, of those series where an earlier one may still tell something later, or the same once more: then the chunk made last tells. */
const lookIntoChunks = async ({ reading, space }: Asking, held: Held, { all, moment, latest }: Looking) => {
  const names = new Map(all.map(({ key, series }) => [key, series]));
  const [valid, known] = [msOfInstant(moment.valid), msOfInstant(moment.known)];
  const at = { ...momentMs(moment), limit: whole(chunksAtOnce) };
  const numbers = new Map<string, number>();
  const look = (row: Row): boolean => {
    const [key, number] = [String(row['key']), Number(row['number'])];
    const standing = held.get(key);
    if (!mayTell(standing, Number(row['last']))) return false;
    const told = sampleInChunk(names.get(key) ?? '', row, { valid, known });
    const order = told && standing ? compareSamples(told, standing) : 1;
    if (told && (order > 0 || (order === 0 && number > (numbers.get(key) ?? ofTail)))) {
      held.set(key, told);
      numbers.set(key, number);
    }
    return true;
  };
  const goesOn = (row: LatestChunk): boolean => look(row) && row.next !== null && mayTell(held.get(row.key), row.next);
  let open: readonly string[] = (latest?.filter(goesOn) ?? all.filter(({ key, tail }) => tail.chunks > 0 && mayTell(held.get(key), tail.until))).map(
    ({ key }) => key,
  );
  for (let skipped = latest ? 1 : 0; open.length > 0; skipped += chunksAtOnce) {
    const rows = await reading.run(chunksAt(space, open, { ...at, skipped: whole(skipped) }));
    const telling = Map.groupBy(rows.filter(look), ({ key }) => String(key));
    open = open.filter((key) => telling.get(key)?.length === chunksAtOnce);
  }
};

/** The sample of each series that held at a moment, by the key of the series. */
export const heldAt = async (
  asker: Asking,
  pasts: ReadonlyMap<string, Past>,
  { moment, latest }: Omit<Looking, 'all'>,
): Promise<ReadonlyMap<string, Sample>> => {
  const all = [...pasts].flatMap(([id, past]) => namedIn(id, past));
  const held: Held = new Map();
  const by = { valid: msOfInstant(moment.valid), known: msOfInstant(moment.known) };
  for (const { key, tail } of all) {
    const sample = sampleOfTailAt(tail, by);
    if (sample) held.set(key, sample);
  }
  await lookIntoChunks(asker, held, { all, moment, latest });
  return held;
};

type LatestThen = readonly [series: string, number: number, last: number, bytes: unknown, next: number | null];
type PastThen = readonly [id: TwinId, doc: string, chunks: readonly LatestThen[]];

/** What is told of them, and the sample of each series that held. */
const toldAt = async (asker: Asker, ids: readonly TwinId[], moment: Moment) => {
  const rows = await asker.reading.run(readPastsThen(asker.space, ids, { ...momentMs(moment), joint }));
  const pasts = trusted<readonly PastThen[]>(rows[0]?.['pasts'] ?? []);
  const latest = pasts.flatMap(([id, , chunks]) =>
    chunks.map(([series, number, last, bytes, next]): LatestChunk => ({ key: seriesKey(id, series), number, last, bytes, next })),
  );
  const all = toldIn(ids, rows, new Map(pasts.map(([id, doc]) => [id, doc])));
  return { all, held: await heldAt(asker, new Map(all.map(({ id, past }) => [id, past])), { moment, latest }) };
};

const stateOf = async (asker: Asker, told: Told, { held, moment }: { readonly held: ReadonlyMap<string, Sample>; readonly moment: Moment }) => {
  const { id, twin, past } = told;
  if (twin && past.size === 0) return unchangedTwinAt(twin, moment);
  const samples = [...past.keys()].flatMap((series) => held.get(seriesKey(id, series)) ?? []);
  const said = [...samples, ...standing(twin, past, { to: moment.valid, known: moment.known })];
  const isFramed = said.some(({ series }) => series === twinSeries) || !said.some((sample) => sample.said);
  const first = isFramed ? undefined : (await samplesOf(asker, told, { series: twinSeries, first: 1 }))[0];
  return twinOfSamples(id, { held: said, first }, twin);
};

export const stateAt = async (asker: Asker, ids: readonly TwinId[], moment: Moment): Promise<ReadonlyMap<TwinId, Twin>> => {
  const { all, held } = await toldAt(asker, ids, moment);
  const found = new Map<TwinId, Twin>();
  for (const told of all) {
    const then = await stateOf(asker, told, { held, moment });
    if (then) found.set(told.id, then);
  }
  return found;
};
