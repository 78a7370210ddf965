/**
 * The floor of the store's benchmark: bare node:sqlite with the best statements, on the thread that asks.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { batchesOf, box, idOf, indices, twinOf } from './store-town.ts';

/** The floor: the smallest tables that could answer, on this thread, nothing packed and nothing parsed but the rows themselves. */
export const createFloor = (folder: string) => {
  const file = new DatabaseSync(join(folder, 'floor.sqlite'));
  file.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456;
CREATE TABLE twin (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, x REAL, y REAL, version INTEGER NOT NULL, doc TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE place USING rtree (n, west, east, south, north);
CREATE VIRTUAL TABLE words USING fts5 (found, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
CREATE TABLE change (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, op TEXT NOT NULL) STRICT;
CREATE TABLE link (src INTEGER NOT NULL, dst INTEGER NOT NULL, PRIMARY KEY (src, dst)) STRICT, WITHOUT ROWID;
CREATE INDEX link_reverse ON link (dst, src);`);
  return file;
};

export type Floor = ReturnType<typeof createFloor>;

export const fillFloor = (file: Floor, size: number): void => {
  const twin = file.prepare('INSERT INTO twin (n, id, x, y, version, doc) VALUES (?, ?, ?, ?, 1, ?)');
  const place = file.prepare('INSERT INTO place (n, west, east, south, north) VALUES (?, ?, ?, ?, ?)');
  const words = file.prepare('INSERT INTO words (rowid, found) VALUES (?, ?)');
  const change = file.prepare("INSERT INTO change (id, op) VALUES (?, 'put')");
  for (const batch of batchesOf(size)) {
    file.exec('BEGIN');
    for (const index of batch) {
      const one = twinOf(index);
      const [x = 0, y = 0] = one.position ?? [];
      twin.run(index + 1, one.id, x, y, JSON.stringify(one));
      place.run(index + 1, x, x, y, y);
      words.run(index + 1, `${one.name['en']} ${index % 3 ? 'dwelling' : 'office'}`);
      change.run(one.id);
    }
    file.exec('COMMIT');
  }
};

export const linkFloor = (file: Floor, size: number): void => {
  const put = file.prepare('INSERT INTO link (src, dst) VALUES (?, ?)');
  file.exec('BEGIN');
  for (const index of indices(0, size, size)) for (const step of [1, 317, 7919]) put.run(index, (index + step) % size);
  file.exec('COMMIT');
};

export const upsertFloor = (file: Floor, of: readonly number[], round: number): void => {
  const update = file.prepare('UPDATE twin SET (x, y, doc, version) = (?, ?, ?, version + 1) WHERE id = ?');
  const change = file.prepare("INSERT INTO change (id, op) VALUES (?, 'put')");
  file.exec('BEGIN');
  for (const index of of) {
    const one = twinOf(index, round + 1);
    update.run(one.position?.[0] ?? 0, one.position?.[1] ?? 0, JSON.stringify(one), one.id);
    change.run(one.id);
  }
  file.exec('COMMIT');
};

export const floorReads = (file: Floor) => {
  const inBox = file.prepare(
    'SELECT t.doc FROM place AS r CROSS JOIN twin AS t ON t.n = r.n WHERE r.west <= ? AND r.east >= ? AND r.south <= ? AND r.north >= ? AND t.x BETWEEN ? AND ? AND t.y BETWEEN ? AND ? ORDER BY t.id',
  );
  const counted = file.prepare(
    'SELECT count(*) AS twins FROM place AS r CROSS JOIN twin AS t ON t.n = r.n WHERE r.west <= ? AND r.east >= ? AND r.south <= ? AND r.north >= ? AND t.x BETWEEN ? AND ? AND t.y BETWEEN ? AND ?',
  );
  const byNumber = file.prepare("SELECT doc FROM twin WHERE doc ->> '$.values.city:number.value' BETWEEN ? AND ? ORDER BY id LIMIT 100");
  const log = file.prepare('SELECT seq, id, op FROM change WHERE seq > ? ORDER BY seq LIMIT 1000');
  const byId = file.prepare('SELECT doc FROM twin WHERE id = ?');
  const byText = file.prepare('SELECT t.doc FROM words AS w CROSS JOIN twin AS t ON t.n = w.rowid WHERE words MATCH ? ORDER BY t.id LIMIT 100');
  const [out, back] = [
    file.prepare('SELECT l.dst AS far FROM json_each(?) AS f CROSS JOIN link AS l ON l.src = f.value'),
    file.prepare('SELECT l.src AS far FROM json_each(?) AS f CROSS JOIN link AS l ON l.dst = f.value'),
  ];
  const parse = (rows: readonly { readonly [column: string]: unknown }[]): number => rows.map(({ doc }) => JSON.parse(String(doc))).length;
  const [west, south, east, north] = box;
  return {
    box: () => parse(inBox.all(east, west, north, south, west, east, south, north)),
    count: () => counted.get(east, west, north, south, west, east, south, north),
    get: (index: number) => JSON.parse(String(byId.get(idOf(index))?.['doc'])),
    property: (from: number) => parse(byNumber.all(from, from + 99)),
    feed: (since: number) => log.all(since).length,
    text: () => parse(byText.all('"street"* "77"*')),
    hops: (from: number) => {
      const seen = new Set([from]);
      let frontier: readonly number[] = [from];
      for (let hop = 0; hop < 3; hop += 1) {
        const asked = JSON.stringify(frontier);
        frontier = [...new Set([...out.all(asked), ...back.all(asked)].map(({ far }) => Number(far)))].filter((one) => !seen.has(one));
        for (const one of frontier) seen.add(one);
      }
      return seen.size;
    },
  };
};
