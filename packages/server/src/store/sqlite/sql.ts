/**
 * The only SQL of the embedded store, beside the filters of `sql-filter.ts`. Values are always parameters, never text.
 */

import { historyReadSql, historyTables, historyWriteSql, linkHistoryTables } from '../sqlite-history/sql-history.ts';
import { unloadSql } from '../sqlite-moving/sql-moving.ts';
import { shelfSql, shelfTables } from '../sqlite-words/sql-shelves.ts';

/** Marks a file as a store of ours, so that no other database is opened by mistake. */
export const applicationId = 0x43_57_54_31;

export const pragmas = (synchronous: 'full' | 'normal'): string => `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'};
PRAGMA cache_size = -65536;
PRAGMA mmap_size = 268435456;
PRAGMA wal_autocheckpoint = 8192;
PRAGMA journal_size_limit = 67108864;
PRAGMA temp_store = MEMORY;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 5000;
PRAGMA analysis_limit = 400;`;

/** All words of the index, in their order. */
export const wordList = 'CREATE VIRTUAL TABLE temp.word USING fts5vocab(main, words, instance);';

/** The list of words lives in memory, and is lost where `temp_store` changes after it. */
const readerPragmasOf = (cacheKiB: number, busyMs: number): string => `
PRAGMA temp_store = MEMORY;
${wordList}
PRAGMA query_only = ON;
PRAGMA cache_size = -${cacheKiB};
PRAGMA mmap_size = 268435456;
PRAGMA busy_timeout = ${busyMs};`;

/** Readers keep a smaller cache each: the pages are mapped anyway. */
export const readerPragmas = { thread: readerPragmasOf(16_384, 5_000), near: readerPragmasOf(4_096, 0) } as const;

/**
 * Steps from one version of the schema to the next; the place in the list is the version reached.
 * `twin` is narrow for scans and sorts, `body` has the rest; a twin's row number `n` ties twin, body, place and words together.
 */
export const migrations: readonly string[] = [
  `
CREATE TABLE twin (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  agency TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  west REAL, south REAL, east REAL, north REAL,
  pad_west REAL, pad_south REAL, pad_east REAL, pad_north REAL,
  object TEXT,
  alts TEXT,
  words_hash INTEGER NOT NULL,
  shaped INTEGER NOT NULL,
  source TEXT,
  digest TEXT
) STRICT;
CREATE INDEX twin_kind ON twin (kind, id);
CREATE INDEX twin_object ON twin (object) WHERE object IS NOT NULL;
CREATE INDEX twin_source ON twin (source, id) WHERE source IS NOT NULL;
CREATE TABLE body (n INTEGER PRIMARY KEY, doc TEXT NOT NULL, footprint TEXT) STRICT;
CREATE TABLE shape (n INTEGER PRIMARY KEY, doc TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE place USING rtree (n, west, east, south, north);
CREATE VIRTUAL TABLE words USING fts5 (found, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
CREATE TABLE alt (value TEXT NOT NULL, scheme TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (value, scheme, n)) STRICT, WITHOUT ROWID;
CREATE TABLE link (
  src TEXT NOT NULL, kind TEXT NOT NULL, dst TEXT NOT NULL,
  source TEXT NOT NULL, recorded_at TEXT NOT NULL, evidence TEXT,
  own_id TEXT,
  PRIMARY KEY (src, kind, dst)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_reverse ON link (dst, kind, src);
CREATE INDEX link_same ON link (src, dst) WHERE kind = 'city:sameAs';
CREATE INDEX link_own_id ON link (own_id) WHERE own_id IS NOT NULL;
CREATE TABLE change (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, op TEXT NOT NULL, at TEXT NOT NULL, link TEXT) STRICT;
CREATE TABLE pending_join (
  src TEXT NOT NULL, kind TEXT NOT NULL, agency TEXT NOT NULL, scheme TEXT NOT NULL, value TEXT NOT NULL,
  state TEXT NOT NULL, dst TEXT, tried_at TEXT,
  PRIMARY KEY (src, kind, agency, scheme, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_join_state ON pending_join (state, src, kind, agency, scheme, value);
CREATE TABLE import (id TEXT PRIMARY KEY, source TEXT NOT NULL, started_at TEXT NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE INDEX import_source ON import (source, started_at);
CREATE TABLE cursor (peer TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE kind (kind TEXT PRIMARY KEY, twins INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE kind_term (kind TEXT NOT NULL, term TEXT NOT NULL, unit TEXT, PRIMARY KEY (kind, term)) STRICT, WITHOUT ROWID;`,
  'ALTER TABLE change ADD COLUMN kind TEXT;',
  historyTables,
  "ALTER TABLE twin ADD COLUMN folded TEXT NOT NULL DEFAULT ''; UPDATE twin SET folded = folded_names((SELECT doc FROM body WHERE body.n = twin.n));",
  // the change that wrote the twin last; 0 where that is not known
  'ALTER TABLE twin ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;',
  linkHistoryTables,
  shelfTables,
  'ALTER TABLE link ADD COLUMN version INTEGER NOT NULL DEFAULT 1;',
  // the last version of what is gone, by the id of the twin or by that which is made of the link's ends
  'CREATE TABLE gone (id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;',
  // whether more twins have the key than it was linked to
  'ALTER TABLE pending_join ADD COLUMN beyond INTEGER NOT NULL DEFAULT 0;',
];

export const schemaSql = {
  applicationId: 'PRAGMA application_id',
  setApplicationId: `PRAGMA application_id = ${applicationId}`,
  tables: 'SELECT count(*) AS tables FROM sqlite_schema',
  create: 'CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, at TEXT NOT NULL) STRICT',
  version: 'SELECT coalesce(max(version), 0) AS version FROM schema_version',
  note: 'INSERT INTO schema_version (version, at) VALUES (?, ?)',
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  savepoint: 'SAVEPOINT batch',
  release: 'RELEASE batch',
  rollbackTo: 'ROLLBACK TO batch',
  beginRead: 'BEGIN',
  integrity: 'PRAGMA integrity_check',
  checkpoint: 'PRAGMA wal_checkpoint(TRUNCATE)',
  optimize: 'PRAGMA optimize',
} as const;

const all = (columns: readonly string[]): string => columns.map(() => '?').join(', ');

/** Columns of indexes: written again only where one of them changed. */
const keyColumns = ['id', 'kind', 'object', 'source', 'stand'];

const plainColumns = [
  ...['agency', 'name', 'version', 'created_at', 'updated_at', 'west', 'south', 'east', 'north', 'pad_west', 'pad_south', 'pad_east', 'pad_north'],
  ...['alts', 'words_hash', 'shaped', 'digest', 'folded', 'seq'],
];

const twinColumns = [...keyColumns, ...plainColumns];

const linkColumns = 'l.src, l.kind, l.dst, l.source, l.recorded_at, l.evidence, l.own_id, l.observed_at';

/** Of what was, no version is told. */
const linkColumnsNow = `${linkColumns}, l.version`;

export const writeSql = {
  head: 'SELECT coalesce(max(seq), 0) AS head FROM change',
  findTwin:
    'SELECT n, kind, version, created_at, west, south, east, north, pad_west, pad_south, pad_east, pad_north, object, alts, words_hash, shaped, source, digest, stand FROM twin WHERE id = ?',
  insertTwin: `INSERT INTO twin (${twinColumns.join(', ')}) VALUES (${all(twinColumns)})`,
  updateTwin: `UPDATE twin SET (${twinColumns.join(', ')}) = (${all(twinColumns)}) WHERE n = ?`,
  updatePlain: `UPDATE twin SET (${plainColumns.join(', ')}) = (${all(plainColumns)}) WHERE n = ?`,
  deleteTwin: 'DELETE FROM twin WHERE n = ?',
  insertBody: 'INSERT INTO body (n, doc, footprint) VALUES (?, ?, ?)',
  updateBody: 'UPDATE body SET (doc, footprint) = (?, ?) WHERE n = ?',
  readBody: 'SELECT doc, footprint FROM body WHERE n = ?',
  deleteBody: 'DELETE FROM body WHERE n = ?',
  putShape: 'INSERT INTO shape (n, doc) VALUES (?, ?) ON CONFLICT (n) DO UPDATE SET doc = excluded.doc',
  deleteShape: 'DELETE FROM shape WHERE n = ?',
  insertPlace: 'INSERT INTO place (n, west, east, south, north) VALUES (?, ?, ?, ?, ?)',
  putPlace: 'INSERT OR REPLACE INTO place (n, west, east, south, north) VALUES (?, ?, ?, ?, ?)',
  deletePlace: 'DELETE FROM place WHERE n = ?',
  putAlt: 'INSERT OR IGNORE INTO alt (value, scheme, n) VALUES (?, ?, ?)',
  deleteAlt: 'DELETE FROM alt WHERE value = ? AND scheme = ? AND n = ?',
  putChange: 'INSERT INTO change (seq, id, op, at, link, kind) VALUES (?, ?, ?, ?, ?, ?)',
  putLink:
    'INSERT INTO link (src, kind, dst, source, recorded_at, evidence, own_id, observed_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (src, kind, dst) DO UPDATE SET source = excluded.source, recorded_at = excluded.recorded_at, evidence = excluded.evidence, own_id = excluded.own_id, observed_at = excluded.observed_at, version = excluded.version',
  findLinkByEnds: `SELECT ${linkColumnsNow} FROM link AS l WHERE src = ? AND kind = ? AND dst = ?`,
  findLinkByOwnId: `SELECT ${linkColumnsNow} FROM link AS l WHERE own_id = ?`,
  linksOf: `SELECT ${linkColumnsNow} FROM link AS l WHERE src = ? UNION SELECT ${linkColumnsNow} FROM link AS l WHERE dst = ?`,
  deleteLink: 'DELETE FROM link WHERE src = ? AND kind = ? AND dst = ?',
  goneVersion: 'SELECT version FROM gone WHERE id = ?',
  putGone: 'INSERT OR REPLACE INTO gone (id, version) VALUES (?, ?)',
  joinsOf: 'SELECT kind, agency, scheme, value FROM pending_join WHERE src = ?',
  putJoin: 'INSERT OR IGNORE INTO pending_join (src, kind, agency, scheme, value, state, dst, tried_at, beyond) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  deleteJoin: 'DELETE FROM pending_join WHERE src = ? AND kind = ? AND agency = ? AND scheme = ? AND value = ?',
  settleJoin: 'UPDATE pending_join SET state = ?, dst = ?, tried_at = ?, beyond = ? WHERE src = ? AND kind = ? AND agency = ? AND scheme = ? AND value = ?',
  tallyKind: 'INSERT INTO kind (kind, twins) VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET twins = twins + excluded.twins',
  putKindTerm: 'INSERT OR IGNORE INTO kind_term (kind, term, unit) VALUES (?, ?, ?)',
  cursor: 'SELECT seq FROM cursor WHERE peer = ?',
  putCursor: 'INSERT INTO cursor (peer, seq) VALUES (?, ?) ON CONFLICT (peer) DO UPDATE SET seq = excluded.seq',
  putImport:
    'INSERT INTO import (id, source, started_at, doc) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET source = excluded.source, started_at = excluded.started_at, doc = excluded.doc',
  // only the last of a source is ever asked for
  forgetImports:
    'DELETE FROM import WHERE source = :source AND id <> (SELECT id FROM import WHERE source = :source ORDER BY started_at DESC, rowid DESC LIMIT 1)',
  // the last change stays, so that the sequence goes on where it was
  prune: 'DELETE FROM change WHERE seq <= :upTo AND seq < (SELECT min(seq) FROM change) + :atOnce AND seq < (SELECT max(seq) FROM change)',
  ...historyWriteSql,
  ...shelfSql,
} as const;

/** The columns of a twin as one JSON text; what `twinText` makes of a row. */
const asText = `substr(b.doc, 1, length(b.doc) - 1) || ',"version":' || t.version || ',"createdAt":"' || t.created_at || '","updatedAt":"' || t.updated_at || '"' || CASE WHEN b.footprint IS NULL THEN '' ELSE ',"footprint":' || b.footprint END || CASE t.shaped WHEN 0 THEN '}' ELSE ',"shaped":true}' END`;

export type LinksShape = { readonly way: 'out' | 'in'; readonly ofKinds: boolean };

const walks = {
  out: { tables: 'link AS l', near: 'l.src', kind: 'l.kind', far: 'l.dst', past: 'link_past AS p', pastNear: 'p.src', pastFar: 'p.dst' },
  in: {
    tables: 'link AS r INDEXED BY link_reverse CROSS JOIN link AS l ON l.src = r.src AND l.kind = r.kind AND l.dst = r.dst',
    near: 'r.dst',
    kind: 'r.kind',
    far: 'r.src',
    past: 'link_past AS p INDEXED BY link_past_reverse',
    pastNear: 'p.dst',
    pastFar: 'p.src',
  },
} as const;

const ofTheseKinds = (column: string): string => `${column} IN (SELECT value FROM json_each(?))`;

/** Links that touch any of the twins. Parameters: ids, kinds, limit. */
export const linksSql = ({ way, ofKinds }: LinksShape): string => {
  const { tables, near, kind } = walks[way];
  return `SELECT ${linkColumnsNow} FROM json_each(?) AS asked CROSS JOIN ${tables} WHERE ${near} = asked.value${ofKinds ? ` AND ${ofTheseKinds(kind)}` : ''} LIMIT ?`;
};

/** Of links without a history. */
const stoodThen =
  'coalesce(l.observed_at, l.recorded_at) <= ? AND l.recorded_at <= ? AND NOT EXISTS (SELECT 1 FROM link_past AS p WHERE p.src = l.src AND p.kind = l.kind AND p.dst = l.dst)';

const ofThisEvidence = 'EXISTS (SELECT 1 FROM json_each(?) AS sign WHERE substr(l.evidence, 1, length(sign.value)) = sign.value)';

/** Links of one twin by kind and far end, as an index has them. Parameters: id, kinds, `valid` and `known`, beginnings of evidence, limit. */
export const linksOfOneSql = ({ way, ofKinds, ofBefore, ofEvidence }: LinksShape & { readonly ofBefore: boolean; readonly ofEvidence: boolean }): string => {
  const { tables, near, kind, far } = walks[way];
  const conditions = [`${near} = ?`, ...(ofKinds ? [ofTheseKinds(kind)] : []), ...(ofBefore ? [stoodThen] : []), ...(ofEvidence ? [ofThisEvidence] : [])];
  return `SELECT ${ofBefore ? linkColumns : linkColumnsNow} FROM ${tables} WHERE ${conditions.join(' AND ')} ORDER BY ${kind}, ${far} LIMIT ?`;
};

/** Series of what was said before of links of one twin, by kind and far end, as an index has them. Parameters: id, kinds. */
export const pastLinksOfOneSql = ({ way, ofKinds }: LinksShape): string => {
  const { past, pastNear, pastFar } = walks[way];
  return `SELECT p.s FROM ${past} WHERE ${pastNear} = ?${ofKinds ? ` AND ${ofTheseKinds('p.kind')}` : ''} ORDER BY p.kind, ${pastFar}`;
};

const twinColumnsRead = 't.version, t.created_at, t.updated_at, t.shaped, b.doc, b.footprint';

export const readSql = {
  head: writeSql.head,
  /** one by one: the columns of `twinOfRow` */
  byId: `SELECT ${twinColumnsRead} FROM twin AS t CROSS JOIN body AS b ON b.n = t.n WHERE t.id = ?`,
  byNumbers: `SELECT ${twinColumnsRead} FROM json_each(?) AS asked CROSS JOIN twin AS t ON t.n = asked.value CROSS JOIN body AS b ON b.n = t.n`,
  byIds: `SELECT ${twinColumnsRead} FROM json_each(?) AS asked CROSS JOIN twin AS t ON t.id = asked.value CROSS JOIN body AS b ON b.n = t.n`,
  /** one list of all, in the order of the numbers given */
  textOfTwins: `SELECT CAST('[' || group_concat(${asText}) || ']' AS BLOB) AS text FROM json_each(?) AS asked CROSS JOIN twin AS t ON t.n = asked.value CROSS JOIN body AS b ON b.n = t.n`,
  nextWord: 'SELECT term FROM temp.word WHERE term >= ? LIMIT 1',
  isStanding: 'SELECT 1 FROM twin WHERE stand >= ? AND stand < ? LIMIT 1',
  shelfOf: 'SELECT label FROM shelf WHERE first <= ? ORDER BY first DESC LIMIT 1',
  shapes: `SELECT t.id, s.doc FROM json_each(?) AS asked CROSS JOIN twin AS t ON t.id = asked.value CROSS JOIN shape AS s ON s.n = t.n`,
  resolveId: 'SELECT id FROM twin WHERE id = ? LIMIT ?',
  resolveObject: 'SELECT id FROM twin WHERE object = ? ORDER BY id LIMIT ?',
  resolveAlt: 'SELECT DISTINCT t.id FROM alt AS a CROSS JOIN twin AS t ON t.n = a.n WHERE a.value = ? ORDER BY t.id LIMIT ?',
  resolveAltOfScheme: 'SELECT t.id FROM alt AS a CROSS JOIN twin AS t ON t.n = a.n WHERE a.value = ? AND a.scheme = ? ORDER BY t.id LIMIT ?',
  identities: `SELECT count(*) AS twins FROM (
SELECT id FROM twin WHERE object IS NOT NULL
UNION SELECT l.src FROM link AS l CROSS JOIN twin AS t ON t.id = l.src WHERE l.kind = 'city:sameAs'
UNION SELECT l.dst FROM link AS l CROSS JOIN twin AS t ON t.id = l.dst WHERE l.kind = 'city:sameAs')`,
  linkedTwins: `SELECT count(*) AS twins FROM (
SELECT l.src FROM link AS l CROSS JOIN twin AS t ON t.id = l.src WHERE l.kind = 'city:sameAs'
UNION SELECT l.dst FROM link AS l CROSS JOIN twin AS t ON t.id = l.dst WHERE l.kind = 'city:sameAs')`,
  kinds: 'SELECT kind, twins FROM kind WHERE twins > 0 ORDER BY kind',
  kindTerms: 'SELECT kind, term, unit FROM kind_term ORDER BY kind, term',
  changes: 'SELECT seq, id, op, at, link, kind FROM change WHERE seq > ? ORDER BY seq LIMIT ?',
  changesWithKinds:
    'SELECT c.seq, c.id, c.op, c.at, c.link, c.kind, t.kind FROM (SELECT seq, id, op, at, link, kind FROM change WHERE seq > ? ORDER BY seq LIMIT ?) AS c LEFT JOIN twin AS t ON t.id = c.id ORDER BY c.seq',
  oldest: 'SELECT coalesce(min(seq) - 1, 0) AS oldest FROM change',
  cursor: writeSql.cursor,
  joins: 'SELECT src, kind, agency, scheme, value, state, dst, tried_at, beyond FROM pending_join WHERE (src, kind, agency, scheme, value) > (?, ?, ?, ?, ?)',
  joinsOfState: ' AND state = ?',
  joinsOfAgency: ' AND agency = ?',
  joinsOrder: ' ORDER BY src, kind, agency, scheme, value LIMIT ?',
  countJoins: 'SELECT state, count(*) AS joins FROM pending_join GROUP BY state',
  sourceState: "SELECT id, coalesce(digest, '') AS digest FROM twin WHERE source = ? AND id > ? ORDER BY id LIMIT ?",
  lastImport: 'SELECT doc FROM import WHERE source = ? ORDER BY started_at DESC, rowid DESC LIMIT 1',
  history: historyReadSql,
  unload: unloadSql,
} as const;

export const recordSql = {
  migrations: [
    'CREATE TABLE record (noun TEXT NOT NULL, id TEXT NOT NULL, at TEXT NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (noun, id)) STRICT, WITHOUT ROWID;',
  ],
  get: 'SELECT doc FROM record WHERE noun = ? AND id = ?',
  all: 'SELECT noun, id, at, doc FROM record ORDER BY noun, id',
  list: 'SELECT id, at, doc FROM record WHERE noun = ? ORDER BY id',
  put: 'INSERT INTO record (noun, id, at, doc) VALUES (?, ?, ?, ?) ON CONFLICT (noun, id) DO UPDATE SET at = excluded.at, doc = excluded.doc',
  remove: 'DELETE FROM record WHERE noun = ? AND id = ?',
  prune: 'DELETE FROM record WHERE noun = ? AND at < ?',
} as const;
