/**
 * Cypher that finds twins by words: pages in the order of ids, and best first. The index of words knows no order but its own score, so it is asked for so many at most;
 * where more have the words, it is asked by the beginnings of their ids.
 */
import { brevityStepsMax, normaliseKey, type PageKey, relevanceClass, wordsOfText } from '@cityweave/core';
import { type Bucket, keyOf } from '../neo4j-words/buckets.ts';
import { queryOf, queryOfClass } from '../neo4j-words/index-words.ts';
import { chanceMarks } from '../neo4j-words/key-path.ts';
import { type Asking, conditionOf, param } from './filter.ts';
import { asked, type Finding, headed } from './finding.ts';
import { alternativeKey, stepWord, whole } from './parameters.ts';
import { type Cypher, cypher } from './space.ts';
import { foundBy, settledByWords, startAtAll, startAtIds, startFrom, wordsIn } from './start.ts';

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

/** So many twins are looked at one after the other before the index of words is asked, which takes as long; the first of them tell whether it is worth it. */
const [nearTwins, triedTwins] = [250, 8];
/** So many that have the words are put in order. */
export const sortedTwins = 2_000;

/** Where they are more, ids of less than so many of them tell how all part. */
const sampledTwins = 200;

/** Which twins the index is asked for, which ones beside them by an identifier, and what must hold of all: `isFound` tells that the index has found them. */
export type Seeking = {
  readonly finding: Finding;
  readonly query: string;
  readonly beside?: readonly string[] | undefined;
  readonly passing: (asking: Asking, isFound: boolean) => string;
};

/** What is asked of twins; words by which the index finds them whole are not looked at again. */
const passesOf = ({ filter }: Finding, asking: Asking, isFound: boolean): string =>
  conditionOf({ ...filter, ...(isFound && settledByWords(wordsIn(filter))) }, { asking, alias: 't' }).text;

export type Along = { readonly after: string | undefined; readonly down: boolean; readonly limit: number };

/** Those whose ids begin with one of some beginnings, or with none of others; a beginning is told by its marks. */
export type Scope = { readonly among: readonly (readonly string[])[]; readonly without: readonly (readonly string[])[] };

/** So many of a scope are put in order at most. */
export type Part = Scope & { readonly sorted: number };

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

/** What a query is part of, where it is of one. */
const partIn = (query: string): string => (query.startsWith('part.') ? ', part' : '');

type Few = Readonly<Record<'query' | 'passes' | 'order' | 'most' | 'sorted', string>> & { readonly asking: Asking };

/**
 * What is `found`, put in order where it is less than `sorted`; else ids of some that the query finds, taken by chance: of the marks of chance the first that not too many have.
 * Two that were found are among them always, so that nothing is taken for nobody.
 */
const fewIn = (found: string, { asking, query, passes, order, most, sorted }: Few): string => {
  const some = number(sampledTwins, asking);
  const ofMark = foundBy(`${query} + ' +' + mark`, asking, some);
  return `${found}
CALL (*) { UNWIND CASE WHEN size(found) < ${sorted} THEN found ELSE [] END AS t WITH * WHERE ${passes} WITH t ${order} LIMIT ${most} RETURN collect(t.doc) AS docs }
CALL (*) { UNWIND CASE WHEN size(found) < ${sorted} THEN [] ELSE ${param(asking, chanceMarks)} END AS mark
CALL (mark${partIn(query)}) { ${ofMark} RETURN collect(t.id) AS sample } RETURN collect(sample) AS samples }
WITH *, [t IN CASE WHEN size(found) < ${sorted} THEN [] ELSE found[0..2] END | t.id] + coalesce(head([sample IN samples WHERE size(sample) < ${some}]), []) AS ids`;
};

const number = (value: number, asking: Asking): string => param(asking, whole(value));

/** The first twins along the ids that pass, as many as are wanted among so many, where the very first let expect that; `passes` is what is asked of them. */
const nearAlong = (walk: string, along: Along, { passes, near, most, tried }: Readonly<Record<'passes' | 'near' | 'most' | 'tried', string>>): string =>
  `CALL () { ${walk} ${inOrder(along)} LIMIT ${tried} WITH t WHERE ${passes} RETURN count(t) AS likely }
CALL (likely) { WITH likely WHERE likely * ${near} >= ${tried} * ${most} CALL (likely) { ${walk} ${inOrder(along)} LIMIT ${near} RETURN t }
WITH t WHERE ${passes} WITH t LIMIT ${most} RETURN collect(t.doc) AS first }`;

/** From the first ones on where most are such, else what the index has, put in order; where that is too much, some of the ids. */
export const firstAlong = (seeking: Seeking, along: Along): Cypher => {
  const { finding, query, beside } = seeking;
  const asking = asked(finding);
  const passes = seeking.passing(asking, false);
  const [most, near, sorted] = [number(along.limit, asking), number(nearTwins, asking), number(sortedTwins, asking)];
  const words = param(asking, query);
  const start = foundBy(words, asking, sorted);
  const all = beside === undefined ? `${start} WITH t` : `CALL (first) { ${start} RETURN t UNION ${startAtIds(beside, asking).text} RETURN t }`;
  const found = `CALL (first) { WITH first WHERE size(first) < ${most} ${all} RETURN collect(t) AS found }`;
  const walk = nearAlong(startAtAll(finding.filter, asking, along).text, along, { passes, near, most, tried: number(triedTwins, asking) });
  const passing = `${seeking.passing(asking, beside === undefined)}${past(along, asking)}`;
  const few = fewIn(found, { asking, query: words, passes: passing, order: inOrder(along), most, sorted });
  const text = `${walk}\n${few}\nRETURN CASE WHEN size(first) >= ${most} THEN first ELSE docs END AS docs, ids`;
  return { text: headed(finding.space, text, 'docs, ids'), params: asking.params };
};

/** Along the ids from whatever begins so, or from what comes behind the page before; a beginning that is undefined is not walked from. */
export type From = { readonly from: string | undefined };

/**
 * `beside` of the parts are asked whatever there is. Of those behind them none is where the first ones along the ids `from` there fill the page,
 * and only the first where it does, or is too much.
 */
type Parting = From & { readonly beside: number; readonly parts: readonly Part[] };

/** Each part by itself, with nobody beside. */
export const partsAlong = ({ finding, query, passing }: Seeking, along: Along, { from, beside, parts }: Parting): Cypher => {
  const asking = asked(finding);
  const [passes, passesFound] = [passing(asking, false), passing(asking, true)];
  const [most, near] = [number(along.limit, asking), number(from === undefined ? 0 : nearTwins, asking)];
  const asks = parts.map(({ sorted, ...scope }, at) => ({
    query: scoped(query, scope),
    always: at < beside,
    sorted: whole(sorted),
  }));
  const begun = `${startFrom(asking, from ?? '', along)}${past(along, asking)} WITH t`;
  const found = `CALL (part) { ${foundBy('part.query', asking, 'part.sorted')} RETURN collect(t) AS found }`;
  const few = fewIn(found, { asking, query: 'part.query', passes: `${passesFound}${past(along, asking)}`, order: inOrder(along), most, sorted: 'part.sorted' });
  const [soon, late] = [param(asking, asks.slice(0, beside + 1)), param(asking, asks.slice(beside + 1))];
  return cypher(
    `${nearAlong(begun, along, { passes, near, most, tried: number(triedTwins, asking) })}
CALL (first) { UNWIND ${soon} AS part WITH part WHERE part.always OR size(first) < ${most} ${few} RETURN collect([docs, ids]) AS soon }
WITH first, soon, CASE WHEN size(first) >= ${most} OR size(soon[-1][0]) >= ${most} OR size(soon[-1][1]) > 0 THEN [] ELSE ${late} END AS left
CALL (left) { UNWIND left AS part ${few} RETURN collect([docs, ids]) AS late }
RETURN first AS docs, soon + late AS parts`,
    asking.params,
  );
};

/** Those that are known by an identifier. */
export const besideAlong = ({ finding, beside = [], passing }: Seeking, along: Along): Cypher => {
  const asking = asked(finding);
  const passes = passing(asking, false);
  const start = startAtIds(beside, asking).text;
  return cypher(
    `${start} WHERE ${passes}${past(along, asking)} WITH t ${inOrder(along)} LIMIT ${param(asking, whole(along.limit))} RETURN collect(t.doc) AS docs`,
    asking.params,
  );
};

/** From the first ones on, however far. */
export const walkAlong = (seeking: Seeking, along: Along): Cypher => {
  const asking = asked(seeking.finding);
  const passes = seeking.passing(asking, false);
  return cypher(
    `${startAtAll(seeking.finding.filter, asking, along).text} ${inOrder(along)} WITH t WHERE ${passes} WITH t LIMIT ${param(asking, whole(along.limit))} RETURN collect(t.doc) AS docs`,
    asking.params,
  );
};

/** Twins that have the words. */
export const wordsSought = (finding: Finding): Seeking => ({
  finding,
  query: queryOf(wordsIn(finding.filter)),
  passing: (asking, isFound) => passesOf(finding, asking, isFound),
});

export type BestPage = { readonly text: string; readonly after: PageKey | undefined; readonly limit: number };

/** Those behind the last one of the page before, as well named or less, put in order. */
const behindLast = (key: string, { after, limit }: BestPage, asking: Asking): string => {
  const [value, id] = [param(asking, after?.value ?? -1), param(asking, after?.id ?? '')];
  return `WITH t, ${key} AS key WHERE key > ${value} OR (key = ${value} AND t.id > ${id}) WITH t, key ORDER BY key, t.id LIMIT ${param(asking, whole(limit))}`;
};

/** Where so many of the first twins along the ids have the words, too many have them. */
const nearOfMany = nearTwins / 2;

/**
 * Best first where not too many have the words; else `many`, and how well those of the first twins along the ids are named: what many are, some of them are.
 * `known` are the ids of those that are known by the text itself.
 */
export const bestOfFew = (finding: Finding, page: BestPage): Cypher => {
  const asking = asked(finding);
  const { filter, space } = finding;
  const [sorted, near, ofMany] = [number(sortedTwins, asking), number(nearTwins, asking), number(nearOfMany, asking)];
  const [passes, passesFound] = [passesOf(finding, asking, false), passesOf(finding, asking, true)];
  const key = relevanceKey(page.text, asking, 't.id IN known');
  const walk = startAtAll(filter, asking, { after: undefined, down: false }).text;
  const known = `CALL () { CALL () { ${knownAs(page.text, asking)} } RETURN collect(t.id) AS known }`;
  const keys = `CALL (known) { CALL () { ${walk} ORDER BY t.id LIMIT ${near} RETURN t } WITH t, known WHERE ${passes} RETURN collect(${key}) AS keys }`;
  const found = `CALL (keys) { WITH keys WHERE size(keys) < ${ofMany} ${foundBy(param(asking, queryOf(wordsIn(filter))), asking, sorted)} RETURN collect(t) AS found }`;
  const many = `WITH known, keys, found, size(keys) >= ${ofMany} OR size(found) >= ${sorted} AS many`;
  const best = `CALL (found, known, many) { UNWIND CASE WHEN many THEN [] ELSE found END AS t WITH t, known WHERE ${passesFound} ${behindLast(key, page, asking)} RETURN collect(t.doc) AS docs }`;
  return cypher(headed(space, [known, keys, found, many, best, 'RETURN docs, many, known, keys'].join('\n'), 'docs, many, known, keys'), asking.params);
};

/** What may be of a bucket. */
const queryOfBucket = (text: string, bucket: Bucket): string => `${queryOfClass(text, bucket.class)} +${stepWord(bucket.step)}`;

type Named = { readonly known: readonly string[]; readonly bucket: Bucket };

/** Whoever is not named as its class is looked at no further. */
const passesBucket = (
  finding: Finding,
  text: string,
  {
    asking,
    isFound,
    isKnown,
    key,
    of,
  }: { readonly asking: Asking; readonly isFound: boolean; readonly of: number } & Readonly<Record<'isKnown' | 'key', string>>,
) => {
  const named = classesOf(text, asking, isKnown)[of] ?? 'true';
  const isOfBucket = `${passesOf(finding, asking, isFound)} AND ${relevanceKey(text, asking, isKnown)} = ${key}`;
  return `CASE WHEN ${named} THEN ${isOfBucket} ELSE false END`;
};

/** So many of a bucket are put in order where several are asked for together. */
const sortedOfBucket = 1_000;

/** Buckets of one class, each by itself: its first twins where it has not too many, else some of their ids. */
export const bestOfClass = (
  finding: Finding,
  { text, after, limit }: BestPage,
  { known, of }: { readonly known: readonly string[]; readonly of: readonly Bucket[] },
): Cypher => {
  const asking = asked(finding);
  const ofClass = of[0]?.class ?? 0;
  const isLast = (bucket: Bucket): boolean => after?.value === keyOf(bucket);
  const asks = of.map((bucket) => ({ query: queryOfBucket(text, bucket), key: keyOf(bucket), after: isLast(bucket) ? (after?.id ?? '') : '' }));
  const [most, sorted] = [number(limit, asking), number(sortedOfBucket, asking)];
  const isKnown = `t.id IN ${param(asking, known)}`;
  const isFound = ofClass > 0 || known.length === 0;
  const passes = `t.id > part.after AND ${passesBucket(finding, text, { asking, isFound, isKnown, key: 'part.key', of: ofClass })}`;
  const beside = isFound ? '' : ` RETURN t UNION ${startAtIds(known, asking).text}`;
  const found = `CALL (part) { CALL (part) { ${foundBy('part.query', asking, sorted)}${beside} RETURN t } RETURN collect(t) AS found }`;
  return cypher(
    `UNWIND ${param(asking, asks)} AS part
${fewIn(found, { asking, query: 'part.query', passes, order: 'ORDER BY t.id', most, sorted })}
RETURN collect([docs, ids]) AS parts`,
    asking.params,
  );
};

/** Twins of a bucket, and beside the best those that are `known` by the text itself. */
export const bucketSought = (finding: Finding, text: string, { known, bucket }: Named): Seeking => ({
  finding,
  query: queryOfBucket(text, bucket),
  beside: bucket.class === 0 && known.length > 0 ? known : undefined,
  passing: (asking, isFound) =>
    passesBucket(finding, text, { asking, isFound, isKnown: `t.id IN ${param(asking, known)}`, key: param(asking, keyOf(bucket)), of: bucket.class }),
});
