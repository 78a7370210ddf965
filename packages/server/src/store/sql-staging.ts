/**
 * The SQL of an import's staging file: the rows of one source between reading and applying. The file is temporary and never the live store.
 */

/** Nothing here outlives a crash, so nothing waits for the disk. */
export const stagingPragmas = 'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000; PRAGMA temp_store = FILE;';

/**
 * staged: rows as read. named: their ids, duplicates settled. known: the source's twins in the store.
 * change: what is to be put under which id. gone: what is to be removed. loose, lost: rows and twins that look for one another.
 */
export const stagingTables = `
CREATE TABLE staged (row INTEGER PRIMARY KEY, bare TEXT NOT NULL, digest TEXT NOT NULL, place TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE named (id TEXT PRIMARY KEY, row INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE known (id TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE change (id TEXT PRIMARY KEY, row INTEGER NOT NULL, op TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE loose (row INTEGER PRIMARY KEY, id TEXT NOT NULL, digest TEXT NOT NULL);
CREATE TABLE lost (id TEXT PRIMARY KEY, digest TEXT NOT NULL, content TEXT NOT NULL, x REAL, y REAL) WITHOUT ROWID;
CREATE INDEX lost_digest ON lost (digest);
CREATE INDEX lost_place ON lost (x, y);
`;

const firstOf = (order: string): string =>
  `INSERT INTO named SELECT bare, row, digest FROM (SELECT bare, row, digest, row_number() OVER (PARTITION BY bare ORDER BY ${order}) AS place_in_group FROM staged) WHERE place_in_group = 1`;

export const stagingSql = {
  begin: 'BEGIN',
  commit: 'COMMIT',
  addRow: 'INSERT INTO staged (row, bare, digest, place, body) VALUES (?, ?, ?, ?, ?)',
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
  row: 'SELECT bare, place, digest, body FROM staged WHERE row = ?',
  addChange: 'INSERT INTO change (id, row, op) VALUES (?, ?, ?)',
  addAll: "INSERT INTO change (id, row, op) SELECT id, row, 'add' FROM named WHERE id > ? ORDER BY id LIMIT ?",
  lastChange: 'SELECT max(id) AS id FROM change',
  changes:
    'SELECT change.id, change.op, staged.digest, staged.place, staged.body FROM change JOIN staged ON staged.row = change.row WHERE change.id > ? ORDER BY change.id LIMIT ?',
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
