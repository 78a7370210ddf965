/**
 * The SQL of history: series by twin and name, recent samples as rows, older ones folded into chunks. Instants are milliseconds here.
 */

/**
 * The last sample of a series is always a row; a chunk tells its first and last observation and its earliest record.
 * Chunks may lie over one another: of equal samples that of the one made last stands, and a row above all of them.
 */
export const historyTables = `
CREATE TABLE series (s INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (id, name)) STRICT;
CREATE TABLE sample (s INTEGER NOT NULL, observed INTEGER NOT NULL, recorded INTEGER NOT NULL, said TEXT, PRIMARY KEY (s, observed, recorded)) STRICT, WITHOUT ROWID;
CREATE TABLE chunk (c INTEGER PRIMARY KEY, s INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, known INTEGER NOT NULL, samples INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE INDEX chunk_series ON chunk (s, last);`;

/** Links of which something else was said: their series, by their ends. */
export const linkHistoryTables = `
ALTER TABLE link ADD COLUMN observed_at TEXT;
CREATE TABLE link_past (src TEXT NOT NULL, kind TEXT NOT NULL, dst TEXT NOT NULL, s INTEGER NOT NULL, PRIMARY KEY (src, kind, dst)) STRICT, WITHOUT ROWID;
CREATE INDEX link_past_reverse ON link_past (dst, kind, src);
CREATE UNIQUE INDEX link_past_series ON link_past (s);`;

export const historyWriteSql = {
  seriesOf: 'SELECT s, name FROM series WHERE id = ?',
  addSeries: 'INSERT INTO series (id, name) VALUES (?, ?)',
  lastSample: 'SELECT observed, recorded, said FROM sample WHERE s = ? ORDER BY observed DESC, recorded DESC LIMIT 1',
  samplesBetween: 'SELECT observed, recorded, said FROM sample WHERE s = ? AND observed >= ? AND (observed, recorded) <= (?, ?)',
  samplesOf: 'SELECT observed, recorded, said FROM sample WHERE s = ? AND observed = ?',
  chunksBetween: 'SELECT bytes FROM chunk WHERE s = ? AND last >= ? AND first <= ? ORDER BY c',
  dropBetween: 'DELETE FROM sample WHERE s = ? AND observed >= ? AND (observed, recorded) <= (?, ?)',
  putChunk: 'INSERT INTO chunk (s, first, last, known, samples, bytes) VALUES (?, ?, ?, ?, ?, ?)',
  toFold: 'SELECT s FROM sample WHERE s > ? AND observed < ? GROUP BY s HAVING count(*) > ? ORDER BY s LIMIT ?',
  foldable:
    'SELECT observed, recorded, said FROM sample WHERE s = ?1 AND observed < ?2 AND (observed, recorded) < (SELECT observed, recorded FROM sample WHERE s = ?1 ORDER BY observed DESC, recorded DESC LIMIT 1) ORDER BY observed, recorded',
  seriesName: 'SELECT name FROM series WHERE s = ?',
  lastChunk: 'SELECT c, samples, bytes FROM chunk WHERE c = (SELECT max(c) FROM chunk WHERE s = ?)',
  dropChunk: 'DELETE FROM chunk WHERE c = ?',
  nextSeries: 'SELECT s.s, s.id, s.name, t.kind FROM series AS s LEFT JOIN twin AS t ON t.id = s.id WHERE s.s > ? ORDER BY s.s LIMIT ?',
  heldRow: 'SELECT observed, recorded, said FROM sample WHERE s = ? AND observed <= ? AND recorded <= ? ORDER BY observed DESC, recorded DESC LIMIT 1',
  chunksAt: 'SELECT c, last, bytes FROM chunk WHERE s = ? AND first <= ? AND known <= ? ORDER BY last DESC, c DESC',
  chunksOver: 'SELECT c, bytes FROM chunk WHERE s = ?1 AND last >= ?2 AND first <= ?2 ORDER BY first LIMIT ?3',
  cutChunk: 'UPDATE chunk SET first = ?, known = ?, samples = ?, bytes = ? WHERE c = ?',
  forgetSamples: 'DELETE FROM sample WHERE s = ? AND (observed, recorded) < (?, ?)',
  forgettingChunks: 'SELECT coalesce(sum(samples), 0) AS samples FROM chunk WHERE s = ? AND last < ?',
  forgetChunks: 'DELETE FROM chunk WHERE s = ? AND last < ?',
  /** of what is gone for good nothing has to be known */
  forgetGone:
    'DELETE FROM sample WHERE s = ?1 AND said IS NULL AND observed <= ?2 AND recorded <= ?2 AND NOT EXISTS (SELECT 1 FROM sample AS o WHERE o.s = ?1 AND (o.observed, o.recorded) <> (sample.observed, sample.recorded)) AND NOT EXISTS (SELECT 1 FROM chunk WHERE s = ?1)',
  forgetSeries: 'DELETE FROM series WHERE s = ?1 AND NOT EXISTS (SELECT 1 FROM sample WHERE s = ?1)',
  forgetPastLink: 'DELETE FROM link_past WHERE s = ?1 AND NOT EXISTS (SELECT 1 FROM series WHERE s = ?1)',
  forgetVersion: 'DELETE FROM gone WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM series WHERE id = ?1)',
  putPastLink: 'INSERT OR REPLACE INTO link_past (src, kind, dst, s) VALUES (?, ?, ?, ?)',
  putSample: 'INSERT OR REPLACE INTO sample (s, observed, recorded, said) VALUES (?, ?, ?, ?)',
} as const;

export const historyReadSql = {
  seriesOf: historyWriteSql.seriesOf,
  samples:
    'SELECT observed, recorded, said FROM sample WHERE s = ? AND (observed, recorded) >= (?, ?) AND observed <= ? AND recorded <= ? ORDER BY observed, recorded LIMIT ?',
  chunks: 'SELECT c, first, bytes FROM chunk WHERE s = ? AND last >= ? AND first <= ? AND known <= ? ORDER BY first, c',
  sampleAt: historyWriteSql.heldRow,
  /** of every series of twins by their places in a list, so many at most: the last row that held then as JSON, and when the latest chunk ends that may tell more */
  heldRows: `SELECT asked.key, s.name, s.s,
(SELECT '[' || o.observed || ',' || o.recorded || ',' || coalesce(o.said, 'null') || ']' FROM sample AS o WHERE o.s = s.s AND o.observed <= ?2 AND o.recorded <= ?3 ORDER BY o.observed DESC, o.recorded DESC LIMIT 1),
(SELECT c.last FROM chunk AS c WHERE c.s = s.s AND c.first <= ?2 AND c.known <= ?3 ORDER BY c.last DESC LIMIT 1)
FROM json_each(?1) AS asked CROSS JOIN series AS s ON s.id = asked.value LIMIT ?4`,
  chunksAt: historyWriteSql.chunksAt,
} as const;
