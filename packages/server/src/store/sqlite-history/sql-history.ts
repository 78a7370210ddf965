/**
 * The SQL of history: series by twin and name, recent samples as rows, older ones folded into chunks. Instants are milliseconds here.
 */

/** The last sample of a series is always a row; a chunk tells its first and last observation and its earliest record. */
export const historyTables = `
CREATE TABLE series (s INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (id, name)) STRICT;
CREATE TABLE sample (s INTEGER NOT NULL, observed INTEGER NOT NULL, recorded INTEGER NOT NULL, said TEXT, PRIMARY KEY (s, observed, recorded)) STRICT, WITHOUT ROWID;
CREATE TABLE chunk (c INTEGER PRIMARY KEY, s INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, known INTEGER NOT NULL, samples INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE INDEX chunk_series ON chunk (s, last);`;

export const historyWriteSql = {
  seriesOf: 'SELECT s, name FROM series WHERE id = ?',
  addSeries: 'INSERT INTO series (id, name) VALUES (?, ?)',
  lastSample: 'SELECT observed, recorded, said FROM sample WHERE s = ? ORDER BY observed DESC, recorded DESC LIMIT 1',
  samplesBetween: 'SELECT observed, recorded, said FROM sample WHERE s = ? AND observed >= ? AND (observed, recorded) <= (?, ?)',
  dropBetween: 'DELETE FROM sample WHERE s = ? AND observed >= ? AND (observed, recorded) <= (?, ?)',
  putChunk: 'INSERT INTO chunk (s, first, last, known, samples, bytes) VALUES (?, ?, ?, ?, ?, ?)',
  putSample: 'INSERT OR REPLACE INTO sample (s, observed, recorded, said) VALUES (?, ?, ?, ?)',
} as const;

export const historyReadSql = {
  seriesOf: historyWriteSql.seriesOf,
  samples:
    'SELECT observed, recorded, said FROM sample WHERE s = ? AND (observed, recorded) >= (?, ?) AND observed <= ? AND recorded <= ? ORDER BY observed, recorded LIMIT ?',
  chunks: 'SELECT first, bytes FROM chunk WHERE s = ? AND last >= ? AND first <= ? AND known <= ? ORDER BY first, c',
  sampleAt: 'SELECT observed, recorded, said FROM sample WHERE s = ? AND observed <= ? AND recorded <= ? ORDER BY observed DESC, recorded DESC LIMIT 1',
  chunksAt: 'SELECT last, bytes FROM chunk WHERE s = ? AND first <= ? AND known <= ? ORDER BY last DESC, c DESC',
} as const;
