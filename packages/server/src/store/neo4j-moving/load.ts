/**
 * A store loaded: rows that another store unloaded, as they are, with their versions and times. A row that is there already as it comes changes nothing:
 * a move that broke off is made once more from its beginning.
 */
import { compareSamples, fail, linkOfSample, linkSeries, ok, type Problem, problem, type Result } from '@cityweave/core';
import type { Moved } from '../moving/moved.ts';
import { joinKey } from '../neo4j/decide.ts';
import { altsOf, bodyOf } from '../neo4j/neo4j-rows.ts';
import { before, nothing, save, type Wanted } from '../neo4j/save.ts';
import { placeLink, type WorkingSet } from '../neo4j/working-set.ts';
import { commitOnce, type Writer } from '../neo4j/write.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { moveOldest, putImport } from '../neo4j-cypher/write.ts';
import { lastOf, noPast, withSamples } from '../neo4j-history/tails.ts';

type Part<P extends Moved['part']> = Extract<Moved, { part: P }>;

const rowsOf = <P extends Moved['part']>(rows: readonly Moved[], part: P): readonly Part<P>[] => rows.filter((row): row is Part<P> => row.part === part);

const placeTwin = ({ twins, tally }: WorkingSet, { twin, shapes, source, digest }: Part<'twin'>): void => {
  const { version, createdAt, updatedAt, shaped = false, ...input } = twin;
  const { kind, objectOfInterest: object = null } = input;
  const kept = { version, createdAt, updatedAt, source, digest, shapes, shaped };
  twins.set(twin.id, { version, createdAt, kind, object, alts: altsOf(input), fresh: true, shaped, body: bodyOf(input), input, written: kept });
  tally.set(kind, (tally.get(kind) ?? 0) + 1);
};

/** Whether the twin is there as it comes; told as a problem where another one has its id, or two of the rows have. */
const isThere = ({ twins }: WorkingSet, { twin: { version, createdAt, updatedAt, shaped, ...input } }: Part<'twin'>): Result<boolean> => {
  const found = twins.get(input.id);
  if (!found) return ok(false);
  if (!found.fresh && found.version === version && found.body === bodyOf(input)) return ok(true);
  return fail(problem('invalid', { subject: input.id, found: 'another twin of this id', accepted: 'a store that is empty' }));
};

const placeTwins = (set: WorkingSet, rows: readonly Moved[]): Problem | undefined => {
  for (const row of rowsOf(rows, 'twin')) {
    const there = isThere(set, row);
    if (!there.ok) return there.problem;
    if (!there.value) placeTwin(set, row);
  }
  return undefined;
};

const placeJoin = ({ joins }: WorkingSet, { join }: Part<'join'>): void => {
  joins.set(join.from, new Map(joins.get(join.from)).set(joinKey(join), join));
};

const placeChange = (set: WorkingSet, { change }: Part<'change'>): void => {
  const { seq, id, op, at, link, kind } = change;
  if (seq <= set.head) return;
  set.changes.push({ seq, id, op, at, ...(link && { link }), ...(kind && { kind }) });
  set.head = seq;
};

/** Pages of a series come in their order, so what is not later than its last sample came before. */
const placeSamples = ({ pasts, pastLinks }: WorkingSet, rows: readonly Moved[]): void => {
  for (const { id, samples } of rowsOf(rows, 'samples'))
    for (const [series, given] of Map.groupBy(samples, (sample) => sample.series)) {
      const past = pasts.get(id) ?? noPast;
      const last = lastOf(past.get(series));
      const later = given.filter((sample) => !last || compareSamples(sample, last) > 0);
      if (later.length > 0) pasts.set(id, withSamples(past, [{ series, samples: later }]));
      const link = series === linkSeries ? later.flatMap((sample) => linkOfSample(sample) ?? [])[0] : undefined;
      if (link) pastLinks.set(id, { src: link.from, kind: link.kind, dst: link.to });
    }
};

const placeRest = (set: WorkingSet, rows: readonly Moved[]): void => {
  for (const { link } of rowsOf(rows, 'link')) placeLink(set, { id: link.id, src: link.from, kind: link.kind, dst: link.to, link, written: true });
  for (const row of rowsOf(rows, 'join')) placeJoin(set, row);
  for (const { kind, term, unit = null } of rowsOf(rows, 'term')) set.terms.set(JSON.stringify([kind, term]), { kind, term, unit });
  for (const { id, version } of rowsOf(rows, 'gone')) set.gone.set(id, version);
  for (const { peer, seq } of rowsOf(rows, 'cursor')) set.cursors.set(peer, seq);
  for (const row of rowsOf(rows, 'change')) placeChange(set, row);
};

const wantedBy = (rows: readonly Moved[]): Wanted => ({
  ...nothing,
  twins: [
    ...new Set([...rowsOf(rows, 'twin').map(({ twin }) => twin.id), ...[...rowsOf(rows, 'samples'), ...rowsOf(rows, 'gone')].map(({ id }) => id)]),
  ].toSorted(),
});

/** The head of the log once they are in; `name` is one that this writer never used before. */
export const loadRows = (to: Writer, name: string, rows: readonly Moved[]): Promise<Result<number>> =>
  commitOnce<Result<number>>(to, { name, wanted: wantedBy(rows) }, async ({ run, set, mark }) => {
    const { space, writer } = to;
    const was = before(set);
    const refused = placeTwins(set, rows);
    if (refused) return fail(refused);
    placeRest(set, rows);
    placeSamples(set, rows);
    await save(run, { space, set, was, marking: { writer, mark, at: undefined } });
    for (const { record } of rowsOf(rows, 'import'))
      await run(putImport(space, { key: `import:${record.source}`, startedAt: record.startedAt, doc: JSON.stringify(record) }));
    for (const { change } of rowsOf(rows, 'change')) await run(moveOldest(space, whole(change.seq - 1)));
    return ok(set.head);
  });
