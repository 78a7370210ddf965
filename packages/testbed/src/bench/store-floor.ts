/**
 * The floor of the store's benchmark: bare node:sqlite with the best statements, on the thread that asks.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { linkIdOf, type TwinInput } from '@cityweave/core';
import { createGaining, pastTables } from './store-floor-past.ts';
import { agency, at, batchesOf, box, feeds, idOf, indices, twinOf } from './store-town.ts';

export const against = 'bare node:sqlite';

export const openFloor = (folder: string): DatabaseSync => {
  const file = new DatabaseSync(join(folder, 'floor.sqlite'));
  file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456;');
  return file;
};

/** The floor: the smallest tables that could answer the same, on this thread, with nothing sent and nothing kept: the same rows, parsed to the same values. */
export const createFloor = (folder: string) => {
  const file = openFloor(folder);
  file.exec(`
CREATE TABLE twin (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, x REAL, y REAL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE place USING rtree (n, west, east, south, north);
CREATE VIRTUAL TABLE words USING fts5 (found, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
CREATE TABLE change (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, op TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE link (src TEXT NOT NULL, kind TEXT NOT NULL, dst TEXT NOT NULL, id TEXT NOT NULL, source TEXT NOT NULL, recorded_at TEXT NOT NULL, PRIMARY KEY (src, kind, dst)) STRICT, WITHOUT ROWID;
CREATE INDEX link_reverse ON link (dst, kind, src);
${pastTables}`);
  return file;
};

export type Floor = ReturnType<typeof createFloor>;

const wordsOf = ({ name, values }: TwinInput): string => `${name['en']} ${values['city:use']?.value}`;

export const fillFloor = (file: Floor, size: number): void => {
  const twin = file.prepare('INSERT INTO twin (n, id, x, y, version, created_at, updated_at, doc) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, ?6)');
  const place = file.prepare('INSERT INTO place (n, west, east, south, north) VALUES (?, ?, ?, ?, ?)');
  const words = file.prepare('INSERT INTO words (rowid, found) VALUES (?, ?)');
  const change = file.prepare("INSERT INTO change (id, op, at) VALUES (?, 'put', ?)");
  for (const batch of batchesOf(size)) {
    file.exec('BEGIN');
    for (const index of batch) {
      const one = twinOf(index);
      const [x = 0, y = 0] = one.position ?? [];
      twin.run(index + 1, one.id, x, y, at, JSON.stringify(one));
      place.run(index + 1, x, x, y, y);
      words.run(index + 1, wordsOf(one));
      change.run(one.id, at);
    }
    file.exec('COMMIT');
  }
};

export const linkFloor = (file: Floor, size: number): void => {
  const put = file.prepare('INSERT INTO link (src, kind, dst, id, source, recorded_at) VALUES (?, ?, ?, ?, ?, ?)');
  file.exec('BEGIN');
  for (const index of indices(0, size, size)) {
    for (const step of [1, 317, 7919]) {
      const [from, to] = [idOf(index), idOf((index + step) % size)];
      put.run(from, feeds, to, linkIdOf(from, feeds, to), agency, at);
    }
  }
  file.exec('COMMIT');
};

/** Nothing is looked at, nothing of what was is kept, and what is searched stays as it was. */
export const upsertFloor = (file: Floor, of: readonly number[], round: number): void => {
  const update = file.prepare('UPDATE twin SET (x, y, doc, updated_at, version) = (?, ?, ?, ?, version + 1) WHERE id = ?');
  const change = file.prepare("INSERT INTO change (id, op, at) VALUES (?, 'put', ?)");
  file.exec('BEGIN');
  for (const index of of) {
    const one = twinOf(index, round + 1);
    update.run(one.position?.[0] ?? 0, one.position?.[1] ?? 0, JSON.stringify(one), at, one.id);
    change.run(one.id, at);
  }
  file.exec('COMMIT');
};

/** What ours promises: the version that stands, what was said before, and whatever is searched where it changed. */
export const createUpsertKeptFloor = (file: Floor) => {
  const find = file.prepare('SELECT n, version, doc FROM twin WHERE id = ?');
  const update = file.prepare('UPDATE twin SET (x, y, doc, updated_at, version) = (?, ?, ?, ?, ?) WHERE n = ?');
  const change = file.prepare("INSERT INTO change (id, op, at) VALUES (?, 'put', ?)");
  const move = file.prepare('UPDATE place SET (west, east, south, north) = (?1, ?1, ?2, ?2) WHERE n = ?3');
  const [forget, words] = [file.prepare('DELETE FROM words WHERE rowid = ?'), file.prepare('INSERT INTO words (rowid, found) VALUES (?, ?)')];
  const gain = createGaining(file);
  const put = (one: TwinInput): void => {
    const { n = 0, version, doc } = find.get(one.id) ?? {};
    const before: TwinInput = JSON.parse(String(doc));
    const [x = 0, y = 0] = one.position ?? [];
    update.run(x, y, JSON.stringify(one), at, Number(version) + 1, n);
    if (before.position?.[0] !== x || before.position[1] !== y) move.run(x, y, n);
    if (wordsOf(before) !== wordsOf(one)) {
      forget.run(n);
      words.run(n, wordsOf(one));
    }
    gain(one.id, before, one);
    change.run(one.id, at);
  };
  return (of: readonly number[], round: number): void => {
    file.exec('BEGIN');
    for (const index of of) put(twinOf(index, round + 1));
    file.exec('COMMIT');
  };
};

const columns = 't.version, t.created_at, t.updated_at, t.doc';

type Row = { readonly [column: string]: unknown };

const twinOfRow = ({ version, created_at: createdAt, updated_at: updatedAt, doc }: Row) => ({ ...JSON.parse(String(doc)), version, createdAt, updatedAt });

/** One row more tells whether others follow. */
const pageOf = (rows: readonly Row[]) => ({ twins: rows.slice(0, 100).map(twinOfRow), more: rows.length > 100 });

const floorFinds = (file: Floor) => {
  const inBox = file.prepare(
    `SELECT ${columns} FROM place AS r CROSS JOIN twin AS t ON t.n = r.n WHERE r.west <= ? AND r.east >= ? AND r.south <= ? AND r.north >= ? AND t.x BETWEEN ? AND ? AND t.y BETWEEN ? AND ? ORDER BY t.id`,
  );
  const counted = file.prepare(
    'SELECT count(*) AS twins FROM place AS r CROSS JOIN twin AS t ON t.n = r.n WHERE r.west <= ? AND r.east >= ? AND r.south <= ? AND r.north >= ? AND t.x BETWEEN ? AND ? AND t.y BETWEEN ? AND ?',
  );
  const byNumber = file.prepare(`SELECT ${columns} FROM twin AS t WHERE doc ->> '$.values.city:number.value' BETWEEN ? AND ? ORDER BY id LIMIT 101`);
  const byId = file.prepare(`SELECT ${columns} FROM twin AS t WHERE id = ?`);
  const byText = file.prepare(`SELECT ${columns} FROM words AS w CROSS JOIN twin AS t ON t.n = w.rowid WHERE words MATCH ? ORDER BY t.id LIMIT 101`);
  const placed = ([west, south, east, north]: typeof box) => [east, west, north, south, west, east, south, north];
  return {
    box: (of: typeof box) => inBox.all(...placed(of)).map(twinOfRow),
    count: () => counted.get(...placed(box)),
    get: (index: number) => twinOfRow(byId.get(idOf(index)) ?? {}),
    property: (from: number) => pageOf(byNumber.all(from, from + 99)),
    text: () => pageOf(byText.all('"street"* "77"*')),
  };
};

const floorWalks = (file: Floor) => {
  const log = file.prepare('SELECT seq, id, op, at FROM change WHERE seq > ? ORDER BY seq LIMIT 1000');
  const ends = 'l.id, l.kind, l.src AS "from", l.dst AS "to", l.source, l.recorded_at AS recordedAt';
  const [out, back] = [
    file.prepare(`SELECT ${ends} FROM json_each(?) AS f CROSS JOIN link AS l ON l.src = f.value`),
    file.prepare(
      `SELECT ${ends} FROM json_each(?) AS f CROSS JOIN link AS r INDEXED BY link_reverse ON r.dst = f.value CROSS JOIN link AS l ON l.src = r.src AND l.kind = r.kind AND l.dst = r.dst`,
    ),
  ];
  return {
    feed: (since: number) => log.all(since).length,
    hops: (from: string) => {
      const seen = new Set<unknown>([from]);
      let frontier: readonly unknown[] = [from];
      for (let hop = 0; hop < 3; hop += 1) {
        const asked = JSON.stringify(frontier);
        const links = [...out.all(asked), ...back.all(asked)];
        frontier = [...new Set(links.flatMap((link) => [link['from'], link['to']]))].filter((one) => !seen.has(one));
        for (const one of frontier) seen.add(one);
      }
      return seen.size;
    },
  };
};

export const floorReads = (file: Floor) => ({ ...floorFinds(file), ...floorWalks(file) });
