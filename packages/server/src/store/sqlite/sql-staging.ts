/**
 * The SQL of an import's staging file: the rows of one source between reading and applying. The file is temporary and never the live store.
 */

/** Nothing here outlives a crash, so nothing waits for the disk. */
export const stagingPragmas =
  'PRAGMA page_size = 32768; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000; PRAGMA temp_store = FILE;';

/**
 * staged: rows as read, ready to be columns of the store. used: the terms of each kind. named: their ids, duplicates settled. known: the source's twins in the store.
 * change: what is to be put under which id. gone: what is to be removed. loose, lost: rows and twins that look for one another.
 */
export const stagingTables = `
CREATE TABLE staged (
  row INTEGER PRIMARY KEY, bare TEXT NOT NULL, digest TEXT NOT NULL, place TEXT NOT NULL, size INTEGER NOT NULL,
  kind TEXT NOT NULL, name TEXT NOT NULL, object TEXT, alts TEXT, west REAL, south REAL, east REAL, north REAL, words_hash INTEGER NOT NULL, words TEXT NOT NULL, folded TEXT NOT NULL,
  doc TEXT NOT NULL, footprint TEXT, shapes TEXT, declared TEXT
);
CREATE TABLE used (kind TEXT NOT NULL, term TEXT NOT NULL, unit TEXT, PRIMARY KEY (kind, term)) WITHOUT ROWID;
CREATE TABLE named (id TEXT PRIMARY KEY, row INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE known (id TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE change (id TEXT PRIMARY KEY, row INTEGER NOT NULL, op TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE loose (row INTEGER PRIMARY KEY, id TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE lost (id TEXT PRIMARY KEY, digest TEXT NOT NULL, content TEXT NOT NULL, x REAL, y REAL) WITHOUT ROWID;
CREATE INDEX lost_digest ON lost (digest);
CREATE INDEX lost_place ON lost (x, y);
`;

const firstOf = (order: string): string => `INSERT OR IGNORE INTO named SELECT bare, row, digest FROM staged ORDER BY bare, ${order}`;

export const stagingSql = {
  begin: 'BEGIN',
  commit: 'COMMIT',
  addRow: `INSERT INTO staged (row, bare, digest, place, size, kind, name, object, alts, west, south, east, north, words_hash, words, folded, doc, footprint, shapes, declared)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  addUsed: 'INSERT OR IGNORE INTO used (kind, term, unit) VALUES (?, ?, ?)',
  countNamed: 'SELECT count(*) AS n FROM named',
  /** equal keys in the order of their content, so that the order of a file does not matter */
  nameFirstByDigest: firstOf('digest, row'),
  nameFirstByRow: firstOf('row'),
  surplusByDigest:
    'SELECT staged.row, bare, staged.digest, place FROM staged LEFT JOIN named ON named.id = staged.bare AND named.row = staged.row WHERE named.id IS NULL ORDER BY bare, staged.digest, staged.row',
  surplusByRow:
    'SELECT staged.row, bare, staged.digest, place FROM staged LEFT JOIN named ON named.id = staged.bare AND named.row = staged.row WHERE named.id IS NULL ORDER BY staged.row',
  addName: 'INSERT INTO named (id, row, digest) VALUES (?, ?, ?)',
  isTaken:
    'SELECT EXISTS (SELECT 1 FROM named WHERE id = ?1) OR EXISTS (SELECT 1 FROM known WHERE id = ?1) OR EXISTS (SELECT 1 FROM change WHERE id = ?1) AS taken',
  addKnown: 'INSERT INTO known (id, digest) VALUES (?, ?)',
  pairs:
    'SELECT named.id, named.row, named.digest, known.digest AS was FROM named LEFT JOIN known ON known.id = named.id WHERE named.id > ? ORDER BY named.id LIMIT ?',
  unnamed: 'SELECT known.id, known.digest FROM known LEFT JOIN named ON named.id = known.id WHERE named.id IS NULL AND known.id > ? ORDER BY known.id LIMIT ?',
  row: 'SELECT place, digest, doc, footprint, shapes, declared FROM staged WHERE row = ?',
  addChange: 'INSERT INTO change (id, row, op) VALUES (?, ?, ?)',
  addAll: "INSERT INTO change (id, row, op) SELECT id, row, 'add' FROM named WHERE id > ? ORDER BY id LIMIT ?",
  lastChange: 'SELECT max(id) AS id FROM change',
  changes:
    'SELECT change.id, change.op, staged.digest, staged.place, staged.size, staged.doc, staged.footprint, staged.shapes, staged.declared FROM change JOIN staged ON staged.row = change.row WHERE change.id > ? ORDER BY change.id LIMIT ?',
  addGone: 'INSERT INTO gone (id) VALUES (?)',
  gone: 'SELECT id FROM gone WHERE id > ? ORDER BY id LIMIT ?',
  addLoose: 'INSERT INTO loose (row, id, digest) VALUES (?, ?, ?)',
  loose: 'SELECT row, id, digest FROM loose WHERE row > ? ORDER BY row LIMIT ?',
  dropLoose: 'DELETE FROM loose WHERE row = ?',
  addLost: 'INSERT INTO lost (id, digest, content, x, y) VALUES (?, ?, ?, ?, ?)',
  lost: 'SELECT id FROM lost WHERE id > ? ORDER BY id LIMIT ?',
  lostByDigest: 'SELECT id FROM lost WHERE digest = ? ORDER BY id LIMIT 1',
  lostNear: 'SELECT id, content FROM lost WHERE x BETWEEN ? AND ? AND y BETWEEN ? AND ? ORDER BY id LIMIT ?',
  lostOfGroup: "SELECT id FROM lost WHERE id = ?1 OR (id > ?1 || ';' AND id < ?1 || '<') ORDER BY id LIMIT 1",
  placeLost: 'UPDATE lost SET x = ?, y = ? WHERE id = ?',
  isKnown: 'SELECT 1 FROM known WHERE id = ?',
  dropLost: 'DELETE FROM lost WHERE id = ?',
} as const;

/** Columns of a staged row beside those of the page: `p` is the page, `d` the row, `?1` the number before the first. */
const fromPage = 'FROM temp.page AS p CROSS JOIN staging.staged AS d ON d.row = p.row';

/** A row that is not the first of its key has another id than the one that it was read with. */
const docNamed = `CASE WHEN p.id = d.bare THEN d.doc ELSE '{"id":"' || p.id || '"' || substr(d.doc, length(d.bare) + 9) END`;
const wordsNamed = `CASE WHEN p.id = d.bare THEN d.words ELSE d.words || ' 3' || substr(p.id, length(d.bare) + 2) END`;

/** The writer's SQL for twins that come straight from a staging file, a page at a time. */
export const takeSql = {
  attach: 'ATTACH ? AS staging',
  detach: 'DETACH staging',
  createPage: 'CREATE TEMP TABLE IF NOT EXISTS page (n INTEGER PRIMARY KEY, row INTEGER NOT NULL, id TEXT NOT NULL)',
  emptyPage: 'DELETE FROM temp.page',
  fillPage: `INSERT INTO temp.page (row, id) SELECT row, id FROM (
SELECT r.row, r.id, size, sum(size) OVER (ORDER BY r.id ROWS UNBOUNDED PRECEDING) AS upto
FROM (SELECT row, id FROM staging.named WHERE id > ? ORDER BY id LIMIT ?) AS r CROSS JOIN staging.staged AS d ON d.row = r.row) WHERE upto - size <= ? ORDER BY id`,
  pageEnds: 'SELECT count(*) AS rows, min(id) AS first, max(id) AS last FROM temp.page',
  /** a twin that was there before has a history to go on with */
  isThere: 'SELECT EXISTS (SELECT 1 FROM main.twin WHERE id BETWEEN ?1 AND ?2) OR EXISTS (SELECT 1 FROM main.series WHERE id BETWEEN ?1 AND ?2) AS there',
  lastNumber: 'SELECT coalesce(max(n), 0) AS n FROM main.twin',
  takeTwins: `INSERT INTO main.twin (n, id, agency, kind, name, version, created_at, updated_at, west, south, east, north, pad_west, pad_south, pad_east, pad_north, object, alts, words_hash, shaped, source, digest, folded, seq, stand)
SELECT ?1 + p.n, p.id, ?2, d.kind, d.name, 1, ?3, ?3, d.west, d.south, d.east, d.north, d.west, d.south, d.east, d.north, d.object, d.alts, d.words_hash, d.shapes IS NOT NULL, ?4, d.digest, d.folded, ?5 + p.n, -(?1 + p.n) ${fromPage}`,
  takeBodies: `INSERT INTO main.body (n, doc, footprint) SELECT ?1 + p.n, ${docNamed}, d.footprint ${fromPage}`,
  takeShapes: `INSERT INTO main.shape (n, doc) SELECT ?1 + p.n, d.shapes ${fromPage} WHERE d.shapes IS NOT NULL`,
  takePlaces: `INSERT INTO main.place (n, west, east, south, north) SELECT ?1 + p.n, d.west, d.east, d.south, d.north ${fromPage} WHERE d.west IS NOT NULL`,
  words: `SELECT p.n, p.id, brevity_of(d.folded) AS step, ${wordsNamed} AS words ${fromPage} ORDER BY p.n`,
  putStand: 'UPDATE main.twin SET stand = ? WHERE n = ?',
  takeChanges: "INSERT INTO main.change (seq, id, op, at) SELECT ?1 + n, id, 'put', ?2 FROM temp.page",
  takeKinds: `INSERT INTO main.kind (kind, twins) SELECT d.kind, count(*) ${fromPage} WHERE true GROUP BY d.kind ON CONFLICT (kind) DO UPDATE SET twins = twins + excluded.twins`,
  takeTerms: 'INSERT OR IGNORE INTO main.kind_term (kind, term, unit) SELECT kind, term, unit FROM staging.used',
  more: `SELECT p.n, p.id, d.bare, d.object, d.alts, d.declared ${fromPage} WHERE d.object IS NOT NULL OR d.alts IS NOT NULL OR d.declared IS NOT NULL`,
} as const;
