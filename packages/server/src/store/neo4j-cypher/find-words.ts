/**
 * Cypher that finds twins by words: pages in the order of ids, and best first. The index of words knows no order but its own score, so it is asked for so many at most;
 * where more have the words, it is asked by the beginnings of their ids.
 */
import { brevityStepsMax, normaliseKey, type PageKey, relevanceClass, wordsOfText } from '@cityweave/core';
import { type Bucket, keyOf } from '../neo4j-words/buckets.ts';
import { type Wanted, wantedOf } from '../wanted-words.ts';
import { type Asking, conditionOf, param } from './filter.ts';
import { asked, type Finding, headed } from './finding.ts';
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

/** Where they are more, so many of them tell where they stand: more than there can be ids that part no further than others begin. */
const sampledTwins = 500;

/** Which twins the index is asked for, which ones beside them by an identifier, and what must hold of all. */
export type Seeking = {
  readonly finding: Finding;
  readonly query: string;
  readonly beside?: readonly string[] | undefined;
  readonly passing: (asking: Asking) => string;
};

export type Along = { readonly after: string | undefined; readonly down: boolean; readonly limit: number };

/** Those whose ids begin with one of some beginnings, or with none of others; a beginning is told by its marks. */
export type Scope = { readonly among: readonly (readonly string[])[]; readonly without: readonly (readonly string[])[] };

/** Whatever is no letter and no digit may mean something to the index. */
const escaped = (mark: string): string => mark.replaceAll(/[^\p{L}\p{N}]/gu, '\\$&');

/** Beginnings that differ in the last mark alone are told together. */
const anyOf = (beginnings: readonly (readonly string[])[]): string => {
  const apart = Map.groupBy(beginnings, (marks) =>
    marks
      .slice(0, -1)
      .map((mark) => `+${escaped(mark)}`)
      .join(' '),
  );
  return `(${[...apart].map(([before, some]) => `(${before} +(${some.map((marks) => escaped(marks.at(-1) ?? '')).join(' ')}))`).join(' ')})`;
};

const scoped = (query: string, { among, without }: Scope): string =>
  [query, ...(among.length > 0 ? [`+${anyOf(among)}`] : []), ...(without.length > 0 ? [`-${anyOf(without)}`] : [])].join(' ');

const inOrder = ({ down }: Along): string => `ORDER BY t.id ${down ? 'DESC' : 'ASC'}`;

const past = ({ after, down }: Along, asking: Asking): string => (after === undefined ? '' : ` AND t.id ${down ? '<' : '>'} ${param(asking, after)}`);

/** What is found in a scope: put in order where it is not too much, else some of its ids. */
const fewIn = (asking: Asking, along: Along, { found, passes }: { readonly found: string; readonly passes: string }): string => {
  const [most, sorted] = [along.limit, sortedTwins].map((value) => param(asking, whole(value)));
  const step = param(asking, whole(sortedTwins / sampledTwins));
  return `${found}
CALL (found) { UNWIND CASE WHEN size(found) < ${sorted} THEN found ELSE [] END AS t WITH t WHERE ${passes}${past(along, asking)} WITH t ${inOrder(along)} LIMIT ${most} RETURN collect(t.doc) AS docs }
CALL (found) { UNWIND CASE WHEN size(found) < ${sorted} THEN [] ELSE range(0, size(found) - 1, ${step}) END AS place WITH found[place] AS t RETURN collect(t.id) AS ids }`;
};

const allAlong = ({ finding }: Seeking, asking: Asking, along: Along): string => `${startAtAll(finding.filter, asking, along).text} ${inOrder(along)}`;

/** From the first ones on where most are such, else what the index has, put in order; where that is too much, some of the ids. */
export const firstAlong = (seeking: Seeking, along: Along): Cypher => {
  const { finding, query, beside } = seeking;
  const asking = asked(finding);
  const passes = seeking.passing(asking);
  const [most, near, sorted] = [along.limit, nearTwins, sortedTwins].map((value) => param(asking, whole(value)));
  const start = startAtWords(query, asking, sorted);
  const all = beside === undefined ? start : `CALL (first) { ${start} RETURN t UNION ${startAtIds(beside, asking).text} RETURN t }`;
  const found = `CALL (first) { WITH first WHERE size(first) < ${most} ${all} RETURN collect(t) AS found }`;
  const text = `CALL () { ${allAlong(seeking, asking, along)} LIMIT ${near} WITH t WHERE ${passes} WITH t LIMIT ${most} RETURN collect(t.doc) AS first }
${fewIn(asking, along, { found, passes })}
RETURN CASE WHEN size(first) >= ${most} THEN first ELSE docs END AS docs, ids`;
  return { text: headed(finding.space, text, 'docs, ids'), params: asking.params };
};

/** The same in a scope, with nobody beside. */
export const scopeAlong = ({ finding, query, passing }: Seeking, along: Along, scope: Scope): Cypher => {
  const asking = asked(finding);
  const passes = passing(asking);
  const found = `CALL () { ${startAtWords(scoped(query, scope), asking, param(asking, whole(sortedTwins)))} RETURN collect(t) AS found }`;
  return cypher(`${fewIn(asking, along, { found, passes })} RETURN docs, ids, size(found) AS looked`, asking.params);
};

/** Those that are known by an identifier. */
export const besideAlong = ({ finding, beside = [], passing }: Seeking, along: Along): Cypher => {
  const asking = asked(finding);
  const passes = passing(asking);
  const start = startAtIds(beside, asking).text;
  return cypher(
    `${start} WHERE ${passes}${past(along, asking)} WITH t ${inOrder(along)} LIMIT ${param(asking, whole(along.limit))} RETURN collect(t.doc) AS docs`,
    asking.params,
  );
};

/** From the first ones on, however far. */
export const walkAlong = (seeking: Seeking, along: Along): Cypher => {
  const asking = asked(seeking.finding);
  const passes = seeking.passing(asking);
  return cypher(
    `${allAlong(seeking, asking, along)} WITH t WHERE ${passes} WITH t LIMIT ${param(asking, whole(along.limit))} RETURN collect(t.doc) AS docs`,
    asking.params,
  );
};

/** Twins that have the words. */
export const wordsSought = (finding: Finding): Seeking => ({
  finding,
  query: queryOf(wordsIn(finding.filter)),
  passing: (asking) => conditionOf(finding.filter, { asking, alias: 't' }).text,
});

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

const termOf = ({ word, places, whole: isWhole }: Wanted): string => {
  const written = places.includes(3) ? [word] : places.map((place) => nameWord(place, word));
  const terms = written.map((one) => (isWhole && one.length <= wordCharactersMax ? one : `${one.slice(0, wordCharactersMax)}*`));
  return `+(${terms.join(' ')})`;
};

/** What may be of a bucket; whether it is the names tell. */
const queryOfBucket = (text: string, bucket: Bucket): string => `${(wantedOf(text)[bucket.class] ?? []).map(termOf).join(' ')} +${stepWord(bucket.step)}`;

/** How well the first twins along the ids are named that have the words: what many are, some of them are. */
export const nearBuckets = (finding: Finding, text: string, known: readonly string[]): Cypher => {
  const asking = asked(finding);
  const walk = startAtAll(finding.filter, asking, { after: undefined, down: false }).text;
  const passes = conditionOf(finding.filter, { asking, alias: 't' }).text;
  const key = relevanceKey(text, asking, `t.id IN ${param(asking, known)}`);
  return cypher(`${walk} ORDER BY t.id LIMIT ${param(asking, whole(nearTwins))} WITH t WHERE ${passes} RETURN collect(${key}) AS keys`, asking.params);
};

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

/** Twins of a bucket, and beside the best those that are `known` by the text itself. Whoever is not named as its class is looked at no further. */
export const bucketSought = (finding: Finding, text: string, { known, bucket }: { readonly known: readonly string[]; readonly bucket: Bucket }): Seeking => ({
  finding,
  query: queryOfBucket(text, bucket),
  beside: bucket.class === 0 && known.length > 0 ? known : undefined,
  passing: (asking) => {
    const isKnown = `t.id IN ${param(asking, known)}`;
    const named = classesOf(text, asking, isKnown)[bucket.class] ?? 'true';
    const isOfBucket = `${conditionOf(finding.filter, { asking, alias: 't' }).text} AND ${relevanceKey(text, asking, isKnown)} = ${param(asking, keyOf(bucket))}`;
    return `CASE WHEN ${named} THEN ${isOfBucket} ELSE false END`;
  },
});
