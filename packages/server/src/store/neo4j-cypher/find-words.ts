/**
 * Cypher that finds twins by words: pages in the order of ids, and best first. The index of words knows no order but its own score, so it is asked for so many at most;
 * where more have the words, the next ones are met soon along the ids.
 */
import { brevityStepsMax, normaliseKey, type PageKey, relevanceClass, wordsOfText } from '@cityweave/core';
import { type Wanted, wantedOf } from '../wanted-words.ts';
import { type Asking, conditionOf, param } from './filter.ts';
import { asked, type Finding, type FindShape, type Found, headed, isDown } from './finding.ts';
import { alternativeKey, nameWord, stepWord, whole, wordCharactersMax } from './parameters.ts';
import { type Cypher, cypher } from './space.ts';
import { queryOf, startAtAll, startAtIds, startAtWords, wordsIn } from './start.ts';

/** Who is known by the text itself. */
const knownAs = (text: string, asking: Asking): string => {
  const { end, twin, identifier, knownAs: named } = asking.space;
  return `MATCH (t:${end}) WHERE t.id = ${param(asking, text)} AND t:${twin} RETURN t
UNION MATCH (i:${identifier})<-[:${named}]-(t:${twin}) WHERE i.key = ${param(asking, alternativeKey(normaliseKey(text)))} RETURN t`;
};

const isKnownAs = (text: string, asking: Asking): string => {
  const { knownAs, identifier } = asking.space;
  return `t.id = ${param(asking, text)} OR EXISTS { (t)-[:${knownAs}]->(known:${identifier}) WHERE known.key = ${param(asking, alternativeKey(normaliseKey(text)))} }`;
};

/** What `relevanceOf` of core asks of the property that `foldedNames` filled: of each class but the last what a twin of it, or of a better one, has; `known` tells who is known by the text itself. */
const classesOf = (text: string, asking: Asking, known: string): readonly string[] => {
  const words = wordsOfText(text);
  const line = `\n ${words.join(' ')}`;
  const named = (folded: string): string => `t.folded CONTAINS ${param(asking, folded)}`;
  return [`(${named(`${line}\n`)} OR ${known})`, named(line), ['true', ...words.map((word) => named(` ${word}`))].join(' AND ')];
};

/** `relevanceOf` of core. */
export const relevanceKey = (text: string, asking: Asking, known = isKnownAs(text, asking)): string => {
  const rank = `CASE ${classesOf(text, asking, known)
    .map((has, at) => `WHEN ${has} THEN ${at}`)
    .join(' ')} ELSE 3 END`;
  const brevity = brevityStepsMax.map((most) => `CASE WHEN size(t.folded) > ${most} THEN 1 ELSE 0 END`).join(' + ');
  return `${rank} * ${relevanceClass} + ${brevity}`;
};

/** Whether words are what a search begins with, and the server decides alone. */
export const isOfWords = (finding: Finding): boolean =>
  finding.filter.ids === undefined && wordsIn(finding.filter).length > 0 && conditionOf(finding.filter, { asking: asked(finding), alias: 't' }).exact;

/** So many twins are looked at one after the other before the index of words is asked, which takes as long. */
const nearTwins = 250;
/** So many that have the words are put in order. */
export const sortedTwins = 5_000;

/** Along the ids: which twins the index is asked for, which ones beside them by an identifier, and what must hold of all. */
type Along = {
  readonly query: string;
  readonly beside?: readonly string[] | undefined;
  readonly passes: string;
  readonly after: string | undefined;
  readonly down: boolean;
  readonly limit: number;
};

/** From the first ones on where most are such, else all that there are put in order, else from the first ones on all the same. */
const alongIds = ({ filter }: Finding, asking: Asking, { query, beside, passes, after, down, limit }: Along): string => {
  const [most, near, sorted] = [limit, nearTwins, sortedTwins].map((value) => param(asking, whole(value)));
  const inOrder = `ORDER BY t.id ${down ? 'DESC' : 'ASC'}`;
  const walk = startAtAll(filter, asking, { after, down }).text;
  const past = after === undefined ? '' : ` AND t.id ${down ? '<' : '>'} ${param(asking, after)}`;
  const told = `LIMIT ${most} RETURN collect(t.doc)`;
  const start = startAtWords(query, asking, sorted);
  const found = beside === undefined ? start : `CALL (first) { ${start} RETURN t UNION ${startAtIds(beside, asking).text} RETURN t }`;
  return `CALL () { ${walk} ${inOrder} LIMIT ${near} WITH t WHERE ${passes} WITH t ${told} AS first }
CALL (first) { WITH first WHERE size(first) < ${most} ${found} RETURN collect(t) AS found }
CALL (found) { UNWIND CASE WHEN size(found) < ${sorted} THEN found ELSE [] END AS t WITH t WHERE ${passes}${past} WITH t ${inOrder} ${told} AS sorted }
CALL (found) { UNWIND CASE WHEN size(found) < ${sorted} THEN [] ELSE [true] END AS many CALL (many) { ${walk} ${inOrder} WITH t WHERE ${passes} WITH t ${told} AS docs } RETURN collect(docs) AS walked }
RETURN CASE WHEN size(first) >= ${most} THEN first WHEN size(found) < ${sorted} THEN sorted ELSE walked[0] END AS docs`;
};

/** Twins that have the words, in the order of ids. */
export const wordsPage = (finding: Finding, shape: FindShape, limit: number): Found => {
  const asking = asked(finding);
  const passes = conditionOf(finding.filter, { asking, alias: 't' }).text;
  const along = { query: queryOf(wordsIn(finding.filter)), passes, after: shape.after?.id, down: isDown(shape), limit };
  const text = alongIds(finding, asking, along);
  return { cypher: { text: headed(finding.space, text, 'docs'), params: asking.params }, exact: true, flags: [] };
};

/** Best first where not too many have the words; else `many`, and nothing. `known` are the ids of those that are known by the text itself. */
export const bestOfFew = (
  finding: Finding,
  { text, after, limit }: { readonly text: string; readonly after: PageKey | undefined; readonly limit: number },
): Cypher => {
  const asking = asked(finding);
  const sorted = param(asking, whole(sortedTwins));
  const known = `CALL () { CALL () { ${knownAs(text, asking)} } RETURN collect(t.id) AS known }`;
  const found = `${known} CALL (known) { ${startAtWords(queryOf(wordsIn(finding.filter)), asking, sorted)} RETURN collect(t) AS found }`;
  const passes = conditionOf(finding.filter, { asking, alias: 't' }).text;
  const key = relevanceKey(text, asking, 't.id IN known');
  const [value, id] = [param(asking, after?.value ?? -1), param(asking, after?.id ?? '')];
  const told = `WITH t, ${key} AS key WHERE key > ${value} OR (key = ${value} AND t.id > ${id}) WITH t, key ORDER BY key, t.id LIMIT ${param(asking, whole(limit))}`;
  const best = `CALL (found, known) { UNWIND CASE WHEN size(found) < ${sorted} THEN found ELSE [] END AS t WITH t WHERE ${passes} ${told} RETURN collect(t.doc) AS docs }`;
  return cypher(headed(finding.space, `${found} ${best} RETURN docs, size(found) >= ${sorted} AS many, known`, 'docs, many, known'), asking.params);
};

/** A class of relevance and a step of brevity: of such twins only the id decides. */
export type Bucket = { readonly class: number; readonly step: number };

export const keyOf = (bucket: Bucket): number => bucket.class * relevanceClass + bucket.step;

/** The best first. */
export const buckets: readonly Bucket[] = [0, 1, 2, 3].flatMap((one) => [0, ...brevityStepsMax.map((_, at) => at + 1)].map((step) => ({ class: one, step })));

const termOf = ({ word, places, whole: isWhole }: Wanted): string => {
  const written = places.includes(3) ? [word] : places.map((place) => nameWord(place, word));
  const terms = written.map((one) => (isWhole && one.length <= wordCharactersMax ? one : `${one.slice(0, wordCharactersMax)}*`));
  return `+(${terms.join(' ')})`;
};

/** What may be of a bucket; whether it is the names tell. */
const queryOfBucket = (text: string, bucket: Bucket): string => `${(wantedOf(text)[bucket.class] ?? []).map(termOf).join(' ')} +${stepWord(bucket.step)}`;

/** Which of some buckets may hold a twin: for each whether the index has one. */
export const someOfBuckets = (finding: Finding, text: string, of: readonly Bucket[]): Cypher => {
  const asking = asked(finding);
  const queries = param(
    asking,
    of.map((bucket) => queryOfBucket(text, bucket)),
  );
  const index = param(asking, finding.space.words);
  return cypher(
    `UNWIND ${queries} AS query
CALL (query) { CALL db.index.fulltext.queryNodes(${index}, query, {limit: 1}) YIELD node RETURN count(node) > 0 AS one } RETURN collect(one) AS some`,
    asking.params,
  );
};

type Best = {
  readonly text: string;
  readonly known: readonly string[];
  readonly bucket: Bucket;
  readonly after: string | undefined;
  readonly limit: number;
};

/** Twins of a bucket in the order of ids. Whoever is not named as its class is looked at no further. */
export const bestOfBucket = (finding: Finding, { text, known, bucket, after, limit }: Best): Cypher => {
  const asking = asked(finding);
  const isKnown = `t.id IN ${param(asking, known)}`;
  const named = classesOf(text, asking, isKnown)[bucket.class] ?? 'true';
  const isOfBucket = `${conditionOf(finding.filter, { asking, alias: 't' }).text} AND ${relevanceKey(text, asking, isKnown)} = ${param(asking, keyOf(bucket))}`;
  const passes = `CASE WHEN ${named} THEN ${isOfBucket} ELSE false END`;
  const beside = bucket.class === 0 && known.length > 0 ? known : undefined;
  return cypher(alongIds(finding, asking, { query: queryOfBucket(text, bucket), beside, passes, after, down: false, limit }), asking.params);
};
