/**
 * The SQL of shelves: twins stand in the full-text index as they are told, by the step of their brevity and then by id, so that it is read in that order and no further than a page goes.
 * A shelf holds some twins that follow one another, in any order; the number of a twin's stand is its shelf's label and a slot on it.
 */
import { brevityStepsMax } from '@cityweave/core';

/** Slots of a shelf; a slot is used once, until the shelf gets another label. */
export const slotsMax = 4_096;
/** Twins on one shelf. */
export const shelfTwinsMax = 512;
/** Labels of a step: the first shelf has the middle one. */
export const labelsOfStep = 2 ** 37;
export const steps: readonly number[] = [0, ...brevityStepsMax.map((_, index) => index + 1)];

const firstLabelOf = (step: number): number => step * labelsOfStep + labelsOfStep / 2;
export const labelOf = (stand: number): number => Math.floor(stand / slotsMax);
export const stepOf = (stand: number): number => Math.floor(labelOf(stand) / labelsOfStep);

/** How full a shelf is made, and how far from the next, where all are made at once. */
const [twinsOfNewShelf, labelsApart] = [256, 65_536];

const emptyShelves = steps.map((step) => `('${step}', ${firstLabelOf(step)}, 0, 0)`).join(', ');

/** Characters of a placed word by whose beginnings the index knows twins. */
export const knownBeginningMax = 4;

/** From the words of before: names are folded as they are now, twins get their stands, and the index is made anew in their order. It merges its parts later than it would by itself, so that a change costs less. */
export const shelfTables = `
UPDATE twin SET folded = folded_names((SELECT doc FROM body WHERE body.n = twin.n));
ALTER TABLE twin ADD COLUMN stand INTEGER NOT NULL DEFAULT 0;
UPDATE twin SET stand = m.stand FROM (
  SELECT n, (step * ${labelsOfStep} + ${labelsOfStep / 2} + at / ${twinsOfNewShelf} * ${labelsApart}) * ${slotsMax} + at % ${twinsOfNewShelf} AS stand
  FROM (SELECT n, step, row_number() OVER (PARTITION BY step ORDER BY id) - 1 AS at FROM (SELECT n, id, brevity_of(folded) AS step FROM twin))
) AS m WHERE twin.n = m.n;
CREATE UNIQUE INDEX twin_stand ON twin (stand);
CREATE TABLE shelf (first TEXT PRIMARY KEY, label INTEGER NOT NULL UNIQUE, next INTEGER NOT NULL, live INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO shelf (first, label, next, live)
SELECT step || CASE label WHEN step * ${labelsOfStep} + ${labelsOfStep / 2} THEN '' ELSE first END, label, twins, twins
FROM (SELECT stand / ${slotsMax * labelsOfStep} AS step, stand / ${slotsMax} AS label, min(id) AS first, count(*) AS twins FROM twin GROUP BY stand / ${slotsMax});
INSERT OR IGNORE INTO shelf (first, label, next, live) VALUES ${emptyShelves};
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (found, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '${Array.from({ length: knownBeginningMax - 1 }, (_, at) => at + 2).join(' ')}');
INSERT INTO words (words, rank) VALUES ('automerge', 8), ('deletemerge', 40);
INSERT INTO words (rowid, found) SELECT t.stand, words_of(b.doc) FROM twin AS t CROSS JOIN body AS b ON b.n = t.n ORDER BY t.stand;`;

/** Twins of a shelf from an id on: between the first and the last of its slots. */
const onShelf = 't.stand >= ?2 AND t.stand < ?3 AND t.id >= ?4';

export const shelfSql = {
  findShelf: 'SELECT first, label, next, live FROM shelf WHERE first <= ? ORDER BY first DESC LIMIT 1',
  shelfAfter: 'SELECT first FROM shelf WHERE first > ? ORDER BY first LIMIT 1',
  addShelf: 'INSERT INTO shelf (first, label, next, live) VALUES (?, ?, ?, ?)',
  saveShelf: 'UPDATE shelf SET (label, next, live) = (?, ?, ?) WHERE first = ?',
  leaveShelf: 'UPDATE shelf SET live = live - 1 WHERE label = ?',
  shelvesUpTo: 'SELECT first, label, next, live FROM shelf WHERE label <= ? AND label >= ? ORDER BY label DESC LIMIT ?',
  shelvesBehind: 'SELECT first, label, next, live FROM shelf WHERE label > ? AND label < ? ORDER BY label LIMIT ?',
  idsOnShelf: 'SELECT id FROM twin WHERE stand >= ? AND stand < ? ORDER BY id',
  removeWordsOnShelf: 'DELETE FROM words WHERE rowid IN (SELECT stand FROM twin WHERE stand >= ? AND stand < ? AND id >= ?)',
  copyWordsOnShelf: `INSERT INTO words (rowid, found) SELECT ?1 + row_number() OVER (ORDER BY t.id) - 1, words_of(b.doc) FROM twin AS t CROSS JOIN body AS b ON b.n = t.n WHERE ${onShelf} ORDER BY t.id`,
  moveTwinsOnShelf: `UPDATE twin SET stand = m.stand FROM (SELECT t.n, ?1 + row_number() OVER (ORDER BY t.id) - 1 AS stand FROM twin AS t WHERE ${onShelf}) AS m WHERE twin.n = m.n`,
  insertWords: 'INSERT INTO words (rowid, found) VALUES (?, ?)',
  deleteWords: 'DELETE FROM words WHERE rowid = ?',
} as const;
