/**
 * Conversion: a space of an earlier schema as one of the newest. What is converted is gone from where it was, so that a process that ends in the middle of it is gone on with.
 */
import { instantOfMs, type Sample } from '@cityweave/core';
import { joinSamples } from '../history/joined.ts';
import type { Connection } from '../neo4j/connection.ts';
import { rowsOfLog } from '../neo4j/log.ts';
import { inputOf, propertiesOf, standingOf, trusted, twinOf } from '../neo4j/neo4j-rows.ts';
import { lock, type Row, type Run } from '../neo4j/save.ts';
import type { ChangeRow } from '../neo4j/working-set.ts';
import {
  dropFormer,
  dropFormerChanges,
  dropFormerSchema,
  dropTwice,
  formerChanges,
  formerSamples,
  formerSeries,
  formerTwins,
  latestChunks,
} from '../neo4j-cypher/conversion.ts';
import { loadPasts, putPasts } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import type { Space } from '../neo4j-cypher/space.ts';
import { putChunks } from '../neo4j-cypher/upkeep.ts';
import { createLog, logChangesMax, updateTwins } from '../neo4j-cypher/write.ts';
import { decodePast, neverMs, noPast, type Past, rowOfPast, spillPast } from './tails.ts';
import { walkPasts } from './upkeep.ts';

const seriesPerStep = 20;

type Former = Readonly<Record<'key' | 'id' | 'name', string>> & { readonly chunks: number };

const sampleOf = (series: string, { observed, recorded, said }: Row): Sample => ({
  series,
  observedAt: instantOfMs(Number(observed)),
  recordedAt: instantOfMs(Number(recorded)),
  ...(typeof said === 'string' && { said: JSON.parse(said) }),
});

const pastsWith = async (run: Run, space: Space, series: readonly Former[]): Promise<ReadonlyMap<string, Past>> => {
  const keys = series.map(({ key }) => key);
  const [samples, chunks, known] = await Promise.all([
    run(formerSamples(space, keys)),
    run(latestChunks(space, keys)),
    run(
      loadPasts(
        space,
        series.map(({ id }) => id),
      ),
    ),
  ]);
  const [byKey, lastByKey] = [Map.groupBy(samples, ({ key }) => String(key)), new Map(chunks.map(({ key, last }) => [key, Number(last)]))];
  const pasts = new Map(known.map(({ id, doc }) => [String(id), decodePast(String(doc))]));
  for (const { key, id, name, chunks: made } of series) {
    const tail = joinSamples((byKey.get(key) ?? []).map((row) => sampleOf(name, row)));
    const past = new Map(pasts.get(id) ?? noPast).set(name, { held: tail, chunks: made, until: lastByKey.get(key) ?? neverMs, loose: false });
    pasts.set(id, past);
  }
  return pasts;
};

/** How many series it was. */
const convertSome = async (run: Run, space: Space): Promise<number> => {
  await lock(run, space);
  const rows = await run(formerSeries(space, whole(seriesPerStep)));
  const series = trusted<readonly Former[]>(rows);
  if (series.length === 0) return 0;
  const ends = new Map(rows.map(({ id, src, kind, dst }) => [String(id), { src, kind, dst }]));
  const spilled = [...(await pastsWith(run, space, series))].map(([id, past]) => ({ id, ...spillPast(id, past) }));
  const pasts = spilled.map(({ id, past }) => {
    const row = rowOfPast(id, past);
    return { ...row, properties: { ...row.properties, ...ends.get(id) } };
  });
  await Promise.all([
    run(putPasts(space, pasts)),
    run(
      putChunks(
        space,
        spilled.flatMap(({ chunks }) => chunks),
      ),
    ),
    run(
      dropFormer(
        space,
        series.map(({ key }) => key),
      ),
    ),
  ]);
  return series.length;
};

const changesPerStep = 4 * logChangesMax;

const convertChanges = async (run: Run, space: Space): Promise<number> => {
  await lock(run, space);
  const rows = await run(formerChanges(space, whole(changesPerStep)));
  const changes = rows.map(({ link, kind, ...change }) => trusted<ChangeRow>({ ...change, ...(link !== null && { link }), ...(kind !== null && { kind }) }));
  const last = changes.at(-1);
  if (!last) return 0;
  await run(createLog(space, rowsOfLog(changes)));
  await run(dropFormerChanges(space, whole(last.seq)));
  return changes.length;
};

const twinsPerStep = 500;

/** `1 2026-11-22T10:00:00Z 2026-11-22T10:00:00Z`, a line feed, and the twin as it was given. */
const formerDoc = /^(\d+) (\S+) (\S+)\n(.*)$/s;

/** What is one JSON already is only to be found otherwise. */
const standingIn = (doc: string, shaped: boolean) => {
  const [, version, createdAt = '', updatedAt = '', body = ''] = formerDoc.exec(doc) ?? [];
  if (version === undefined) return { ...standingOf(doc), updatedAt: twinOf(doc).updatedAt };
  return { version: Number(version), createdAt, updatedAt, shaped, body, input: inputOf(body) };
};

const converted = ({ id, doc, shaped }: Row) => {
  const { body, input, ...kept } = standingIn(String(doc), shaped === true);
  return { id, properties: propertiesOf(input, kept, { body }) };
};

/** Some twins with their text as one JSON, and found as they are by now: the id of the last of them, undefined where there were none. */
const rewriteSome = async (run: Run, space: Space, after: string): Promise<string | undefined> => {
  await lock(run, space);
  const rows = await run(formerTwins(space, after, whole(twinsPerStep)));
  const last = rows.at(-1);
  if (!last) return undefined;
  await run(updateTwins(space, rows.map(converted)));
  return String(last['id']);
};

/** With all that is noted beside their text. */
const rewritePasts: Parameters<typeof walkPasts>[1] = async ({ run, space }, kept) => {
  await run(
    putPasts(
      space,
      kept.map(({ id, past }) => rowOfPast(id, past)),
    ),
  );
  return { samples: 0, done: kept.length };
};

/** `from` is the schema that the space has. */
export const convert = async (connection: Connection, space: Space, from: number): Promise<void> => {
  if (from < 3) {
    for (let done = seriesPerStep; done > 0; ) done = await connection.write((run) => convertSome(run, space));
    await connection.command(dropTwice(space));
  }
  if (from < 6) {
    for (let done = changesPerStep; done > 0; ) done = await connection.write((run) => convertChanges(run, space));
    for (const statement of dropFormerSchema(space)) await connection.command(statement);
  }
  for (let after: string | undefined = ''; after !== undefined; )
    after = await connection.write((run): Promise<string | undefined> => rewriteSome(run, space, after ?? ''));
  if (from < 7) await walkPasts({ connection, space }, rewritePasts);
};
