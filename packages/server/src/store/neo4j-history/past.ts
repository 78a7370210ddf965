/**
 * History and past states: samples and chunks of a series told as one. Series are asked together, so that a page of twins takes few round trips.
 */
import {
  compareSamples,
  type HistoryQuery,
  instantOfMs,
  type Moment,
  msOfInstant,
  type Sample,
  type SamplePage,
  sampleAt,
  type Twin,
  type TwinId,
  twinOfSamples,
  twinSeries,
} from '@cityweave/core';
import { fitsIn, pageOf, type Span, spanOf, standing } from '../history/span.ts';
import type { Asker } from '../neo4j/find.ts';
import { trusted } from '../neo4j/neo4j-rows.ts';
import { twinsById } from '../neo4j/questions.ts';
import type { Row } from '../neo4j/save.ts';
import { chunksAt, loadSeries, type Span as Parameters, readChunks, readSamples, samplesAt } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { sampleOfRow, samplesOfChunk, seriesKey } from './samples.ts';

const parametersOf = (span: Span): Parameters => ({
  from: whole(span.from),
  fromRecorded: whole(span.fromRecorded),
  to: whole(span.to),
  known: whole(span.known),
  limit: whole(span.limit),
});

/** Chunks may lie over one another where values came late; what is not yet folded was said last. */
const samplesIn = async ({ reading, space }: Asker, [id, series]: readonly [TwinId, string], span: Span): Promise<readonly Sample[]> => {
  const bySpot = new Map<string, Sample>();
  const fits = fitsIn(span);
  const note = (sample: Sample): unknown => bySpot.set(`${sample.observedAt}${sample.recordedAt}`, sample);
  const key = seriesKey(id, series);
  await reading.each(readChunks(space, key, parametersOf(span)), (row) => {
    const first = instantOfMs(Number(row['first']));
    if (bySpot.size > span.limit && [...bySpot.values()].filter(({ observedAt }) => observedAt < first).length > span.limit) return true;
    for (const sample of samplesOfChunk(series, row)) if (fits(sample)) note(sample);
    return false;
  });
  for (const row of await reading.run(readSamples(space, key, parametersOf(span)))) note(sampleOfRow(series, row));
  return [...bySpot.values()].toSorted(compareSamples).slice(0, span.limit);
};

/** Names of the series of each twin that have samples. */
const seriesById = async ({ reading, space }: Asker, ids: readonly TwinId[]): Promise<ReadonlyMap<TwinId, ReadonlySet<string>>> => {
  const rows = await reading.run(
    loadSeries(
      space,
      ids.map((id) => seriesKey(id, '')),
    ),
  );
  const named = Map.groupBy(rows, (row) => trusted<TwinId>(row['id']));
  return new Map([...named].map(([id, all]) => [id, new Set(all.map((row) => String(row['name'])))]));
};

const none: ReadonlySet<string> = new Set();

const samplesOf = async (asker: Asker, id: TwinId, query: HistoryQuery): Promise<readonly Sample[]> => {
  const known = (await seriesById(asker, [id])).get(id) ?? none;
  const asked = [...known].filter((series) => (query.series ?? series) === series);
  const found: Sample[] = [];
  for (const series of asked) found.push(...(await samplesIn(asker, [id, series], spanOf(query))));
  found.push(...standing((await twinsById(asker, [id])).get(id), known, query));
  const { after } = query;
  return found.toSorted(compareSamples).filter((sample) => !after || compareSamples(sample, after) > 0);
};

export const history = async (asker: Asker, id: TwinId, query: HistoryQuery): Promise<SamplePage> => {
  return pageOf(await samplesOf(asker, id, query), query.first);
};

type Held = Map<string, Sample>;
type Past = { readonly names: ReadonlyMap<string, string>; readonly moment: Moment };

const parametersAt = ({ moment }: Past) => ({ valid: whole(msOfInstant(moment.valid)), known: whole(msOfInstant(moment.known)) });

/** Whether a chunk that ends then may still tell something later than what is held. */
const mayTell = (held: Held, { key, last }: Row): boolean => {
  const known = held.get(String(key));
  return known === undefined || Number(last) >= msOfInstant(known.observedAt);
};

/** Chunks one after the other, the latest first, of those series where an earlier one may still tell something later. */
const lookIntoChunks = async ({ reading, space }: Asker, held: Held, past: Past): Promise<void> => {
  let open: readonly string[] = [...past.names.keys()];
  for (let skipped = 0; open.length > 0; skipped += 1) {
    const rows = await reading.run(chunksAt(space, open, { ...parametersAt(past), skipped: whole(skipped) }));
    const telling = rows.filter((row) => mayTell(held, row));
    for (const row of telling) {
      const key = String(row['key']);
      const [told, known] = [sampleAt(samplesOfChunk(past.names.get(key) ?? '', row), past.moment), held.get(key)];
      if (told && (!known || compareSamples(told, known) > 0)) held.set(key, told);
    }
    open = telling.map(({ key }) => String(key));
  }
};

/** The sample of each series that held at a moment, by the key of the series. */
export const heldAt = async (asker: Asker, past: Past): Promise<Held> => {
  const rows = await asker.reading.run(samplesAt(asker.space, [...past.names.keys()], parametersAt(past)));
  const held: Held = new Map(rows.map((row) => [String(row['key']), sampleOfRow(past.names.get(String(row['key'])) ?? '', row)]));
  await lookIntoChunks(asker, held, past);
  return held;
};

/** The first sample of the twin's own series. */
const firstOf = async (asker: Asker, id: TwinId): Promise<Sample | undefined> => (await samplesOf(asker, id, { series: twinSeries, first: 1 }))[0];

export const stateAt = async (asker: Asker, ids: readonly TwinId[], moment: Moment): Promise<ReadonlyMap<TwinId, Twin>> => {
  const [series, twins] = await Promise.all([seriesById(asker, ids), twinsById(asker, ids)]);
  const names = new Map([...series].flatMap(([id, all]) => [...all].map((name) => [seriesKey(id, name), name] as const)));
  const held = await heldAt(asker, { names, moment });
  const found = new Map<TwinId, Twin>();
  for (const id of ids) {
    const [known, twin] = [series.get(id) ?? none, twins.get(id)];
    const told = [...known].flatMap((name) => held.get(seriesKey(id, name)) ?? []);
    const all = [...told, ...standing(twin, known, { to: moment.valid, known: moment.known })];
    const isFramed = all.some(({ series: name }) => name === twinSeries) || !all.some(({ said }) => said);
    const past = twinOfSamples(id, { held: all, first: isFramed ? undefined : await firstOf(asker, id) }, twin);
    if (past) found.set(id, past);
  }
  return found;
};
