/**
 * Along ids: a page of what has some words, in the order of ids. Where too many have them to be put in order, the index is asked by the beginnings of ids: which there are,
 * then those of the nearest ones. What it costs grows with the page and with how deep the ids part, not with how many twins come before it.
 */
import { compareText, type Twin } from '@cityweave/core';
import type { Reading } from '../neo4j/connection.ts';
import { textsIn, trusted, twinOf } from '../neo4j/neo4j-rows.ts';
import type { Row } from '../neo4j/save.ts';
import { type Along, besideAlong, firstAlong, type Seeking, scopeAlong, sortedTwins, walkAlong } from '../neo4j-cypher/find-words.ts';
import { beginningOf, marksIn, marksOf } from './key-path.ts';

/** Statements that a page may take before the ids are walked along instead, one after the other. */
export const divisionsMax = 48;
/** Marks by which beginnings are told apart at once: the index takes no query of more than 1,024 parts, words and all. */
export const marksMax = 500;
/** Of the nearest beginnings so many are asked for at first. */
const beginningsAtFirst = 8;

/** Twins in order of so many that were looked at, or where these are too many some of their ids. */
export type Asked = { readonly twins: readonly Twin[]; readonly looked: number; readonly ids: readonly string[] };

/** An index of words that knows how ids begin, and the page that is wanted. Undefined where it is not asked any more. */
export type Index = {
  readonly ask: (scope: { readonly among: readonly string[]; readonly without: readonly string[] }) => Promise<Asked | undefined>;
  readonly along: Along;
};

const inOrder =
  ({ down }: Along) =>
  (a: string, b: string): number =>
    down ? compareText(b, a) : compareText(a, b);

const isMany = ({ ids }: Asked): boolean => ids.length > 0;

const commonBeginning = (ids: readonly string[]): string => {
  const [first = '', ...others] = ids;
  let marks = marksIn(first);
  while (marks > 0 && !others.every((id) => id.startsWith(beginningOf(first, marks) ?? ''))) marks -= 1;
  return beginningOf(first, marks) ?? '';
};

/** Where ids part: their beginnings by one mark more than all have. Of an id that is no longer than that there is none. */
const parted = (ids: readonly string[]): readonly string[] => {
  const common = commonBeginning(ids);
  const marks = common === '' ? 1 : marksIn(common) + 1;
  return [...new Set(ids.flatMap((id) => beginningOf(id, marks) ?? []))];
};

/** Of beginnings those that lie within no other one. */
const widest = (beginnings: readonly string[]): readonly string[] => {
  const kept: string[] = [];
  for (const beginning of beginnings.toSorted(compareText)) if (!kept.some((one) => beginning.startsWith(one))) kept.push(beginning);
  return kept;
};

/** Beginnings that differ in the last mark alone are told together. */
const marksTold = (beginnings: readonly string[]): number => {
  const apart = Map.groupBy(beginnings.map(marksOf), (marks) => marks.slice(0, -1).join(' '));
  return [...apart.values()].reduce((sum, some) => sum + some.length + (some[0]?.length ?? 1) - 1, 0);
};

type Divided = { readonly beginnings: readonly string[]; readonly others: readonly Twin[] };

/** All beginnings in a scope, and those of whom none of them is told; undefined where they cannot be told apart. */
const divide = async ({ ask }: Index, among: readonly string[], sampled: readonly string[]): Promise<Divided | undefined> => {
  let beginnings: readonly string[] = [];
  for (let ids = sampled; ; ) {
    const more = parted(ids).filter((one) => !beginnings.includes(one));
    beginnings = widest([...beginnings, ...more]);
    if (more.length === 0 || marksTold(beginnings) > marksMax) return undefined;
    const rest = await ask({ among, without: beginnings });
    if (!rest) return undefined;
    if (!isMany(rest)) return { beginnings, others: rest.twins };
    ids = rest.ids;
  }
};

/** Whether an id that begins so may come behind the one where the page before ended. */
const mayFollow = (beginning: string, along: Along): boolean =>
  along.after === undefined || along.after.startsWith(beginning) || inOrder(along)(along.after, beginning) < 0;

const nearest = (twins: readonly Twin[], along: Along): readonly Twin[] => {
  const order = inOrder(along);
  return [...new Map(twins.map((twin) => [twin.id, twin])).values()].toSorted((a, b) => order(a.id, b.id)).slice(0, along.limit);
};

/** How many beginnings come next, where so many had so much: nearly as many as may be looked at, as far as these tell. */
const nextTogether = (together: number, looked: number): number =>
  Math.min(4 * together, Math.max(1, Math.floor((together * sortedTwins) / (1.5 * looked + 1))));

/** The nearest beginnings, so many together as are not too much, until it is enough. */
const gather = async (index: Index, beginnings: readonly string[]): Promise<readonly Twin[] | undefined> => {
  const found: Twin[] = [];
  let [at, together] = [0, beginningsAtFirst];
  while (at < beginnings.length && found.length < index.along.limit) {
    const among = beginnings.slice(at, at + together);
    const asked = await index.ask({ among, without: [] });
    if (!asked) return undefined;
    if (isMany(asked) && among.length > 1) {
      together = Math.ceil(among.length / 4);
      continue;
    }
    const twins = isMany(asked) ? await within(index, among, asked.ids) : asked.twins;
    if (!twins) return undefined;
    found.push(...twins);
    at += among.length;
    together = isMany(asked) ? 1 : nextTogether(among.length, asked.looked);
  }
  return found;
};

/** The nearest of too many: `sampled` are ids of some of them. Undefined where the index cannot tell. */
const within = async (index: Index, among: readonly string[], sampled: readonly string[]): Promise<readonly Twin[] | undefined> => {
  const divided = await divide(index, among, sampled);
  if (!divided) return undefined;
  const { along } = index;
  const ahead = divided.beginnings.filter((beginning) => mayFollow(beginning, along)).toSorted(inOrder(along));
  const found = await gather(index, ahead);
  return found && nearest([...found, ...divided.others], along);
};

/** The nearest of what is found everywhere, where some of its ids are `sampled`. */
export const nearestOfMany = (index: Index, sampled: readonly string[]): Promise<readonly Twin[] | undefined> => within(index, [], sampled);

const twinsIn = (rows: readonly Row[]): readonly Twin[] => textsIn(rows).map(twinOf);

const askedOf = (rows: readonly Row[]): Asked => ({ twins: twinsIn(rows), looked: Number(rows[0]?.['looked'] ?? 0), ids: trusted(rows[0]?.['ids'] ?? []) });

type Paging = { readonly reading: Reading; readonly seeking: Seeking; readonly along: Along };

const createIndex = ({ reading, seeking, along }: Paging): Index => {
  let left = divisionsMax;
  const told = (beginnings: readonly string[]) => beginnings.map(marksOf);
  const ask: Index['ask'] = async ({ among, without }) => {
    left -= 1;
    return left < 0 ? undefined : askedOf(await reading.run(scopeAlong(seeking, along, { among: told(among), without: told(without) })));
  };
  return { ask, along };
};

const manyAlong = async (paging: Paging, sampled: readonly string[]): Promise<readonly Twin[]> => {
  const { reading, seeking, along } = paging;
  const found = await nearestOfMany(createIndex(paging), sampled);
  if (!found) return twinsIn(await reading.run(walkAlong(seeking, along)));
  return seeking.beside ? nearest([...found, ...twinsIn(await reading.run(besideAlong(seeking, along)))], along) : found;
};

/** One page, and the head of the log as it was before. */
export const pageAlong = async (paging: Paging): Promise<{ readonly seq: number; readonly twins: readonly Twin[] }> => {
  const rows = await paging.reading.run(firstAlong(paging.seeking, paging.along));
  const asked = askedOf(rows);
  return { seq: Number(rows[0]?.['seq'] ?? 0), twins: isMany(asked) ? await manyAlong(paging, asked.ids) : asked.twins };
};
