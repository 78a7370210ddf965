/**
 * Questions by name: identifiers, links, changes, joins, kinds, as the port wants their answers.
 */
import {
  assert,
  type Change,
  compareText,
  type Direction,
  firstOfEach,
  isOfKinds,
  type Join,
  type JoinState,
  joinKeyOf,
  type Link,
  limits,
  normaliseKey,
  type Shape,
  sameAs,
  type TermId,
  type Twin,
  type TwinId,
} from '@cityweave/core';
import { alternativeKey, objectKey, whole } from '../neo4j-cypher/parameters.ts';
import {
  countIdentities,
  countJoins,
  type Frontier,
  readJoins,
  readKinds,
  readKindsOf,
  readLinks,
  readLinksOfEach,
  readLog,
  readShapes,
  readTerms,
  readTwins,
  resolveIds,
  resolveKeys,
  type Signed,
} from '../neo4j-cypher/read.ts';
import { logChangesMax } from '../neo4j-cypher/write.ts';
import type { ChangesPage, TwinStore } from '../store.ts';
import { joinKey } from './decide.ts';
import type { Asker } from './find.ts';
import { changesOfLog, type LogRow } from './log.ts';
import { linksIn, textsIn, trusted, twinOf } from './neo4j-rows.ts';

export const twinsById = async ({ reading, space }: Asker, ids: readonly string[]): Promise<ReadonlyMap<TwinId, Twin>> =>
  new Map(
    textsIn(await reading.run(readTwins(space, ids)))
      .map(twinOf)
      .map((twin) => [twin.id, twin]),
  );

export const shapesById = async ({ reading, space }: Asker, ids: readonly string[]): Promise<ReadonlyMap<TwinId, readonly Shape[]>> =>
  new Map((await reading.run(readShapes(space, ids))).map(({ id, doc }) => [trusted<TwinId>(id), trusted<readonly Shape[]>(JSON.parse(String(doc)))]));

const append = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const known = map.get(key);
  if (!known) map.set(key, [value]);
  else if (!known.includes(value)) known.push(value);
};

/** Names under which the identifiers stand in the store, each with the identifiers that come to it. */
const keysOf = (identifiers: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const keys = new Map<string, string[]>();
  for (const identifier of identifiers) {
    append(keys, objectKey(identifier), identifier);
    append(keys, alternativeKey(normaliseKey(identifier)), identifier);
  }
  return keys;
};

type Resolving = { readonly identifiers: readonly string[]; readonly scheme: string | undefined; readonly limit: number };

export const resolve = async ({ reading, space }: Asker, asked: Resolving): Promise<ReadonlyMap<string, readonly TwinId[]>> => {
  const { identifiers, scheme, limit } = asked;
  const keys = keysOf(identifiers);
  const named = resolveKeys(space, { keys: [...keys.keys()], scheme, limit: whole(limit) });
  const [own, others] = await Promise.all([reading.run(resolveIds(space, identifiers)), reading.run(named)]);
  const found = new Map<string, TwinId[]>();
  for (const { key, id } of own) append(found, String(key), trusted<TwinId>(id));
  for (const { key, id } of others) for (const identifier of keys.get(String(key)) ?? []) append(found, identifier, trusted<TwinId>(id));
  return new Map([...found].map(([identifier, ids]) => [identifier, ids.toSorted(compareText).slice(0, limit)]));
};

export type Adjacent = Omit<Frontier, 'limit'> & { readonly direction: Direction; readonly limit: number };

/** One hop; a link between two of the twins is met from both its ends. */
export const adjacent = async ({ reading, space }: Asker, asked: Adjacent & Pick<Signed, 'evidence'>): Promise<readonly Link[]> => {
  const { direction, limit, ids, kinds, evidence } = asked;
  const frontier = { ids, kinds, evidence, limit: whole(limit) };
  const rows = await Promise.all([
    direction === 'in' ? [] : reading.run(readLinksOfEach(space, 'a', frontier)),
    direction === 'out' ? [] : reading.run(readLinksOfEach(space, 'b', frontier)),
  ]);
  return firstOfEach(rows.flatMap(linksIn), asked);
};

/** So many hops from twins; links that are near lie one hop away. */
export const traverse = async ({ reading, space }: Asker, { limit, ...asked }: Adjacent & { readonly depth: number }): Promise<readonly Link[]> => {
  assert(asked.depth >= 1 && asked.depth <= limits.walkHopsMax, 'a walk has one hop, and no more than it may');
  return linksIn(await reading.run(readLinks(space, { ...asked, limit: whole(limit) })));
};

export const countOf = async ({ reading, space }: Asker, objects: boolean): Promise<number> =>
  Number((await reading.run(countIdentities(space, { objects, kind: sameAs })))[0]?.['twins'] ?? 0);

export const kindsIn = async ({ reading, space }: Asker): ReturnType<TwinStore['kinds']> => {
  const [kinds, terms] = await Promise.all([reading.run(readKinds(space)), reading.run(readTerms(space))]);
  const byKind = Map.groupBy(terms, ({ kind }) => kind);
  const termsOf = (kind: unknown) => (byKind.get(kind) ?? []).map(({ term, unit }) => (unit === null ? { term } : { term, unit }));
  return trusted(kinds.map(({ kind, twins }) => ({ kind, count: Number(twins), terms: termsOf(kind) })));
};

/** A commit becomes visible piece by piece. Numbers have no holes, so what comes after a missing one is not told yet. */
const withoutHoles = (changes: readonly Change[], from: number): readonly Change[] => {
  const hole = changes.findIndex(({ seq }, index) => seq !== from + index + 1);
  return hole < 0 ? changes : changes.slice(0, hole);
};

/** Those of twins of these kinds: most often it is not known from the change what its twin is. */
const ofKinds = async ({ reading, space }: Asker, changes: readonly Change[], kinds: readonly TermId[]): Promise<readonly Change[]> => {
  const ids = [...new Set(changes.filter(({ op, kind }) => op === 'put' || kind === undefined).map(({ id }) => id))];
  const rows = ids.length > 0 ? await reading.run(readKindsOf(space, ids)) : [];
  const known = new Map(rows.map(({ id, kind }) => [id, trusted<TermId>(kind)]));
  const wanted = new Set(kinds);
  return changes.filter((change) => isOfKinds(change, known.get(change.id), wanted));
};

export const changesSince = async (asker: Asker, since: number, { limit, kinds }: Parameters<TwinStore['changes']>[1]): Promise<ChangesPage> => {
  const { reading, space } = asker;
  const [row] = await reading.run(readLog(space, whole(since), { limit: whole(limit), most: whole(logChangesMax) }));
  const after = Number(row?.['after']);
  const changes = trusted<readonly LogRow[]>(row?.['log'] ?? []).flatMap(changesOfLog);
  const seen = withoutHoles(
    changes.filter(({ seq }) => seq > after && seq <= after + limit),
    after,
  );
  const told = kinds ? await ofKinds(asker, seen, kinds) : seen;
  return { changes: told, seen: seen.at(-1)?.seq ?? since, head: Number(row?.['head'] ?? 0), oldest: Number(row?.['oldest'] ?? 0) };
};

type JoinQuery = Parameters<TwinStore['joins']>[0];

export const joinsOf = async ({ reading, space }: Asker, { state, agency, first, after }: JoinQuery): ReturnType<TwinStore['joins']> => {
  const rows = await reading.run(readJoins(space, { state, agency, after: after ? joinKey(after) : '', limit: whole(first + 1) }));
  const found = rows.slice(0, first).map(({ doc }) => trusted<Join>(JSON.parse(String(doc))));
  const last = found.at(-1);
  return { joins: found, ...(rows.length > first && last && { next: joinKeyOf(last) }) };
};

export const countJoinsIn = async ({ reading, space }: Asker): Promise<Readonly<Record<JoinState, number>>> => {
  const counts: Record<JoinState, number> = { PENDING: 0, RESOLVED: 0, UNRESOLVED: 0 };
  for (const { state, joins } of await reading.run(countJoins(space))) counts[trusted<JoinState>(state)] = Number(joins);
  return counts;
};
