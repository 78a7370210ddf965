/**
 * Along ids: a page of what has some words, in the order of ids. Where too many have them to be put in order, the index is asked by the beginnings of ids: which there are,
 * then those of the nearest ones. What it costs grows with the page and with how deep the ids part, not with how many twins come before it.
 */
import { compareText, type Twin } from '@cityweave/core';
import type { Reading } from '../neo4j/connection.ts';
import { textsIn, trusted, twinOf } from '../neo4j/neo4j-rows.ts';
import type { Row } from '../neo4j/save.ts';
import { type Along, besideAlong, type From, firstAlong, partsAlong, type Seeking, sortedTwins, walkAlong } from '../neo4j-cypher/find-words.ts';
import { beginningOf, marksIn, marksOf } from './key-path.ts';

/** Statements that a page may take before the ids are walked along instead, one after the other. */
export const divisionsMax = 48;
/** Marks by which beginnings are told apart at once: the index takes no query of more than 1,024 parts, words and all. */
export const marksMax = 500;

/** Twins in order, or where these are too many some of their ids. */
export type Asked = { readonly twins: readonly Twin[]; readonly ids: readonly string[] };

/** Ids that begin with one of some beginnings, or with none of others, and how many of them are put in order at most. */
export type Scope = { readonly among: readonly string[]; readonly without: readonly string[]; readonly sorted: number };

type Answer = { readonly others: Asked; readonly first: readonly Twin[]; readonly parts: readonly Asked[] };

/**
 * An index of words that knows how ids begin, and the page that is wanted. `first` are twins along the ids from a beginning on; where they fill the page nothing is said of the parts,
 * and where the first part does, or is too much, nothing of the others. Undefined where it is not asked any more.
 */
export type Index = {
  readonly ask: (asking: From & { readonly others: Scope | undefined; readonly parts: readonly Scope[] }) => Promise<Answer | undefined>;
  readonly along: Along;
};

const nobody: Asked = { twins: [], ids: [] };

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

/** Whether an id that begins so may come behind the one where the page before ended. */
const mayFollow = (beginning: string, along: Along): boolean =>
  along.after === undefined || along.after.startsWith(beginning) || inOrder(along)(along.after, beginning) < 0;

const nearest = (twins: readonly Twin[], along: Along): readonly Twin[] => {
  const order = inOrder(along);
  return [...new Map(twins.map((twin) => [twin.id, twin])).values()].toSorted((a, b) => order(a.id, b.id)).slice(0, along.limit);
};

/** How many beginnings are asked for together: the nearest by themselves, those farther on by more and more. */
const groupSizes = [1, 1, 1, 1, 4, 4, 16, 16] as const;
/** Of a group but the first so many are put in order: there are others to look at. */
const sortedBeside = 250;

type Group = readonly string[];

/** The nearest of some beginnings; those that had nothing much before them go `wider`. */
const groupsOf = (beginnings: readonly string[], wider: number): readonly Group[] => {
  const groups: Group[] = [];
  let at = 0;
  for (const size of groupSizes) {
    groups.push(beginnings.slice(at, at + size * wider));
    at += size * wider;
  }
  return groups.filter(({ length }) => length > 0);
};

const scopeOf = (among: Group, at: number): Scope => ({ among, without: [], sorted: at === 0 ? sortedTwins : sortedBeside });

/** What was asked of groups, in their order. */
type Told = readonly { readonly group: Group; readonly asked: Asked }[];

const toldOf = (groups: readonly Group[], parts: readonly Asked[]): Told => groups.flatMap((group, at) => (parts[at] ? [{ group, asked: parts[at] }] : []));

const askGroups = async ({ ask }: Index, groups: readonly Group[]): Promise<Told | undefined> => {
  const asked = await ask({ others: undefined, from: undefined, parts: groups.map(scopeOf) });
  return asked && toldOf(groups, asked.parts);
};

/** Twins of groups one after the other, until it is enough or one of several beginnings is too much; how many beginnings are done. */
const takeIn = async (index: Index, told: Told, found: Twin[]): Promise<number | undefined> => {
  let done = 0;
  for (const { group, asked } of told) {
    if (found.length >= index.along.limit || (isMany(asked) && group.length > 1)) break;
    const twins = isMany(asked) ? await within(index, group, asked.ids) : asked.twins;
    if (!twins) return undefined;
    found.push(...twins);
    done += group.length;
  }
  return done;
};

/** The nearest beginnings, so many together as are not too much, until it is enough. */
const gather = async (index: Index, beginnings: readonly string[], first: Told): Promise<readonly Twin[] | undefined> => {
  const found: Twin[] = [];
  let [told, left, wider]: [Told | undefined, readonly string[], number] = [first, beginnings, 1];
  for (;;) {
    const done = told && (await takeIn(index, told, found));
    if (told === undefined || done === undefined) return undefined;
    left = left.slice(done);
    if (left.length === 0 || found.length >= index.along.limit) return found;
    wider = told.some(({ asked }) => isMany(asked)) ? 1 : 4 * wider;
    told = await askGroups(index, groupsOf(left, wider));
  }
};

/** The nearest of too many: `sampled` are ids of some of them. Undefined where the index cannot tell. */
const within = async (index: Index, among: Group, sampled: readonly string[]): Promise<readonly Twin[] | undefined> => {
  const { ask, along } = index;
  let [beginnings, ids]: [readonly string[], readonly string[]] = [[], sampled];
  for (;;) {
    const more = parted(ids).filter((one) => !beginnings.includes(one));
    beginnings = widest([...beginnings, ...more]);
    if (more.length === 0 || marksTold(beginnings) > marksMax) return undefined;
    const ahead = beginnings.filter((beginning) => mayFollow(beginning, along)).toSorted(inOrder(along));
    const groups = groupsOf(ahead, 1);
    const asked = await ask({ others: { among, without: beginnings, sorted: sortedTwins }, from: ahead[0], parts: groups.map(scopeOf) });
    if (!asked) return undefined;
    if (!isMany(asked.others)) {
      const found = asked.first.length >= along.limit ? asked.first : await gather(index, ahead, toldOf(groups, asked.parts));
      return found && nearest([...found, ...asked.others.twins], along);
    }
    ids = asked.others.ids;
  }
};

/** The nearest of what is found everywhere, where some of its ids are `sampled`. */
export const nearestOfMany = (index: Index, sampled: readonly string[]): Promise<readonly Twin[] | undefined> => within(index, [], sampled);

const twinsIn = (rows: readonly Row[]): readonly Twin[] => textsIn(rows).map(twinOf);

/** As `fewIn` tells it. */
const askedOf = ([docs, ids]: readonly [docs: readonly string[], ids: readonly string[]]): Asked => ({ twins: docs.map(twinOf), ids });

export const partsIn = ([row]: readonly Row[]): readonly Asked[] => trusted<readonly Parameters<typeof askedOf>[0][]>(row?.['parts'] ?? []).map(askedOf);

type Paging = { readonly reading: Reading; readonly seeking: Seeking; readonly along: Along };

const createIndex = ({ reading, seeking, along }: Paging): Index => {
  let left = divisionsMax;
  const told = (beginnings: readonly string[]) => beginnings.map(marksOf);
  const ask: Index['ask'] = async ({ others, from, parts }) => {
    left -= 1;
    if (left < 0) return undefined;
    const asked = [...(others ? [others] : []), ...parts].map(({ among, without, sorted }) => ({ among: told(among), without: told(without), sorted }));
    const rows = await reading.run(partsAlong(seeking, along, { from, beside: others ? 1 : 0, parts: asked }));
    const answers = partsIn(rows);
    return { others: (others && answers[0]) ?? nobody, first: twinsIn(rows), parts: others ? answers.slice(1) : answers };
  };
  return { ask, along };
};

/** One page of so many that some of their ids are `sampled`. */
export const manyAlong = async (paging: Paging, sampled: readonly string[]): Promise<readonly Twin[]> => {
  const { reading, seeking, along } = paging;
  const found = await nearestOfMany(createIndex(paging), sampled);
  if (!found) return twinsIn(await reading.run(walkAlong(seeking, along)));
  return seeking.beside ? nearest([...found, ...twinsIn(await reading.run(besideAlong(seeking, along)))], along) : found;
};

/** One page, and the head of the log as it was before. */
export const pageAlong = async (paging: Paging): Promise<{ readonly seq: number; readonly twins: readonly Twin[] }> => {
  const rows = await paging.reading.run(firstAlong(paging.seeking, paging.along));
  const ids: readonly string[] = trusted(rows[0]?.['ids'] ?? []);
  return { seq: Number(rows[0]?.['seq'] ?? 0), twins: ids.length > 0 ? await manyAlong(paging, ids) : twinsIn(rows) };
};
