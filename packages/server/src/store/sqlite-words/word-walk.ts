/**
 * Word walk: pages of what matches a text, in the order of ids or best first, read along the full-text index until the page is full. What it costs grows with the page, not with
 * how many twins match. Classes of relevance are asked for one after the other: what is called exactly so, what begins so, what has the words in its names, what has them anywhere.
 */
import { compareText, type PageKey, relevanceClass, wordsOfText } from '@cityweave/core';
import { readSql } from '../sqlite/sql.ts';
import { type Compiled, type Sql, sql } from '../sqlite/sql-filter.ts';
import { numberOf } from '../sqlite/sqlite-file.ts';
import type { Find } from '../sqlite/sqlite-read.ts';
import type { Lists, ReadingFile } from '../sqlite-reading/reading-file.ts';
import { relevanceKey } from '../sqlite-reading/sql-find.ts';
import { anywhere, wantedOf } from '../wanted-words.ts';
import { labelOf, labelsOfStep, slotsMax, steps } from './sql-shelves.ts';
import { knownSql, stepSql } from './sql-walk.ts';
import { matchOf } from './word-beginnings.ts';

type Row = readonly [n: unknown, seq: unknown, id: string, key: number, stand: number];
type Rows = Generator<Row, void, undefined>;

/** The text of a filter that can be walked: nothing else in it has an index of its own, and the order is one of the index. */
export const walkedText = ({ filter, order, backwards }: Find): string | undefined => {
  const { text, ids, box, areas, linked } = filter;
  if (text === undefined || ids || box || areas || linked || backwards || order?.descending) return undefined;
  const by = order?.by ?? 'id';
  const isWalked = by === 'id' || (typeof by === 'object' && 'text' in by && by.text === text);
  return isWalked && wordsOfText(text).length > 0 ? text : undefined;
};

const isBefore = (a: Row, b: Row): boolean => compareText(a[2], b[2]) < 0;

/** On a shelf twins stand in any order. */
function* inOrder(rows: Iterable<Row>): Rows {
  let shelf: Row[] = [];
  for (const row of rows) {
    if (shelf[0] && labelOf(shelf[0][4]) !== labelOf(row[4])) {
      yield* shelf.sort((a, b) => (isBefore(a, b) ? -1 : 1));
      shelf = [];
    }
    shelf.push(row);
  }
  yield* shelf.sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

/** Several walks as one, in the order of ids. */
function* together(walks: readonly Rows[]): Rows {
  try {
    const heads = walks.map((walk) => walk.next().value);
    for (;;) {
      const at = heads.reduce((least, head, index) => {
        const best = heads[least];
        return head && (!best || isBefore(head, best)) ? index : least;
      }, 0);
      const row = heads[at];
      if (!row) return;
      yield row;
      heads[at] = walks[at]?.next().value;
    }
  } finally {
    for (const walk of walks) walk.return();
  }
}

type Walking = { readonly reading: ReadingFile; readonly rest: Sql; readonly key: Sql; readonly text: string };

/** Where an id stands, or would: the beginning of its shelf; that of the step where there is no id. */
const startOf = ({ statement }: ReadingFile, step: number, id: string | undefined): number =>
  (id === undefined ? step * labelsOfStep : numberOf(statement(readSql.shelfOf).get(`${step}${id}`), 'label')) * slotsMax;

function* walkStep(walking: Walking, { match, step, after }: { readonly match: string; readonly step: number; readonly after: string | undefined }): Rows {
  const { reading, rest, key } = walking;
  const from = startOf(reading, step, after);
  if (!reading.statement(readSql.isStanding).get(from, (step + 1) * labelsOfStep * slotsMax)) return;
  const rows = reading.each(stepSql({ match, rest, key, step, from })) as Iterable<Row>; // branding: the columns of `stepSql`
  for (const row of inOrder(rows)) if (after === undefined || compareText(row[2], after) > 0) yield row;
}

const nextWord = ({ statement }: ReadingFile) => statement(readSql.nextWord);

const matchOfAll = ({ reading, text }: Walking): string =>
  matchOf(
    nextWord(reading),
    wordsOfText(text).map((word) => ({ word, places: anywhere, whole: false })),
  );

/** Whatever step they are of. */
const byId = (walking: Walking, after: PageKey | undefined): Rows => {
  const match = matchOfAll(walking);
  return together(steps.map((step) => walkStep(walking, { match, step, after: after?.id })));
};

function* ofKey(rows: Rows, key: number): Rows {
  for (const row of rows) if (row[3] === key) yield row;
}

/** Those that are known as exactly this, by whatever register, beside those that are called so. */
function* known({ reading, rest, key, text }: Walking, match: string, after: string | undefined): Rows {
  const rows = reading.lists(knownSql(text, { match, rest, key })) as unknown as readonly Row[]; // branding: the columns of `knownSql`
  for (const row of rows) if (after === undefined || compareText(row[2], after) > 0) yield row;
}

function* eachOnce(rows: Rows): Rows {
  let before: unknown;
  for (const row of rows) {
    if (row[0] !== before) yield row;
    before = row[0];
  }
}

function* byRelevance(walking: Walking, after: PageKey | undefined): Rows {
  const all = matchOfAll(walking);
  for (const [index, wanted] of wantedOf(walking.text).entries()) {
    const match = matchOf(nextWord(walking.reading), wanted);
    for (const step of steps) {
      const key = index * relevanceClass + step;
      if (after && key < Number(after.value)) continue;
      const from = after && key === after.value ? after.id : undefined;
      const called = walkStep(walking, { match, step, after: from });
      yield* ofKey(index === 0 ? eachOnce(together([known(walking, all, from), called])) : called, key);
    }
  }
}

const taken = (rows: Rows, count: number): Lists => {
  const found: Row[] = [];
  for (const row of rows) if (found.push(row) >= count) break;
  return found;
};

/** One page as `findSql` tells it; `rest` is the filter without its text. */
export const walkWords = (
  reading: ReadingFile,
  { text, rest }: { readonly text: string; readonly rest: Compiled },
  { order, after, limit }: { readonly order: Find['order']; readonly after: PageKey | undefined; readonly limit: number },
): Lists => {
  const isById = (order?.by ?? 'id') === 'id';
  const walking = { reading, text, rest: rest.where, key: isById ? sql('t.id') : relevanceKey(text) };
  return taken(isById ? byId(walking, after) : byRelevance(walking, after), limit);
};
