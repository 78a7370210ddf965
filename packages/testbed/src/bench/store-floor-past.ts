/**
 * The floor of history: bare node:sqlite that keeps what was said before, sample by sample, and tells it as it was.
 */
import { instantOfMs, type Moment, type Reading, type Sample, type TermId, type TwinId, type TwinInput } from '@cityweave/core';
import type { Floor } from './store-floor.ts';

export const pastTables = `
CREATE TABLE series (s INTEGER PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (id, name)) STRICT;
CREATE TABLE sample (s INTEGER NOT NULL, observed INTEGER NOT NULL, recorded INTEGER NOT NULL, said TEXT NOT NULL, PRIMARY KEY (s, observed, recorded)) STRICT, WITHOUT ROWID;`;

type Row = { readonly [column: string]: unknown };

const msOf = (instant: unknown): number => Date.parse(String(instant));

/** Keeps one sample of a series, which is begun where there is none. */
const keeping = (file: Floor) => {
  const begin = file.prepare('INSERT INTO series (id, name) VALUES (?, ?)');
  const put = file.prepare('INSERT OR REPLACE INTO sample (s, observed, recorded, said) VALUES (?, ?, ?, ?)');
  const of = file.prepare('SELECT s, name FROM series WHERE id = ?');
  const known = (id: TwinId) => new Map(of.all(id).map(({ s, name }) => [String(name), Number(s)]));
  const keep = (s: number, { observedAt, recordedAt, ...said }: Row): void => {
    put.run(s, msOf(observedAt), msOf(recordedAt), JSON.stringify(said));
  };
  return { known, keep, begin: (id: TwinId, name: string): number => Number(begin.run(id, name).lastInsertRowid) };
};

const seriesOf = ({ values, position, name, kind, agency }: TwinInput): Row => ({
  '@twin': { value: { agency, kind, name } },
  '@place': { value: { position } },
  ...values,
});

/** What a twin's history gains: of every series what stood when it is changed first, of those that say something else what stands. */
export const createGaining = (file: Floor) => {
  const { known, keep, begin } = keeping(file);
  return (id: TwinId, before: TwinInput, after: TwinInput): void => {
    const [series, was] = [known(id), seriesOf(before)];
    for (const [name, said] of Object.entries(seriesOf(after))) {
      const isNew = !series.has(name);
      const s = series.get(name) ?? begin(id, name);
      if (isNew) keep(s, { ...(was[name] ?? {}), ...before.provenance });
      if (JSON.stringify(was[name]) !== JSON.stringify(said)) keep(s, { ...(said ?? {}), ...after.provenance });
    }
  };
};

export const recordFloor = (file: Floor, [id, name]: readonly [TwinId, TermId], readings: readonly Reading[]): void => {
  const { known, keep, begin } = keeping(file);
  file.exec('BEGIN');
  const s = known(id).get(name) ?? begin(id, name);
  for (const reading of readings) keep(s, reading);
  file.exec('COMMIT');
};

const sampleOf = (series: string, { observed, recorded, said }: Row): Sample => ({
  series,
  observedAt: instantOfMs(Number(observed)),
  recordedAt: instantOfMs(Number(recorded)),
  said: JSON.parse(String(said)),
});

/** One row more tells whether others follow. */
const samplesAtOnce = 500;

export const floorPasts = (file: Floor) => {
  const samples = file.prepare(
    `SELECT x.observed, x.recorded, x.said FROM series AS s CROSS JOIN sample AS x ON x.s = s.s WHERE s.id = ? AND s.name = ? AND x.observed >= ? ORDER BY x.observed, x.recorded LIMIT ${samplesAtOnce + 1}`,
  );
  const docs = file.prepare('SELECT t.id, t.version, t.created_at, t.updated_at, t.doc FROM json_each(?) AS f CROSS JOIN twin AS t ON t.id = f.value');
  const held = file.prepare(`SELECT s.id, s.name, x.observed, x.recorded, x.said FROM json_each(?1) AS f CROSS JOIN series AS s ON s.id = f.value
CROSS JOIN sample AS x ON x.s = s.s AND (x.observed, x.recorded) = (SELECT o.observed, o.recorded FROM sample AS o WHERE o.s = s.s AND o.observed <= ?2 AND o.recorded <= ?3 ORDER BY o.observed DESC, o.recorded DESC LIMIT 1)`);
  const stateAt = (ids: readonly TwinId[], { valid, known }: Moment) => {
    const asked = JSON.stringify(ids);
    const said = Map.groupBy(held.all(asked, msOf(valid), msOf(known)), ({ id }) => id);
    return docs.all(asked).map(({ id, version, created_at: createdAt, updated_at: updatedAt, doc }) => {
      const twin = JSON.parse(String(doc));
      const then = (said.get(id) ?? []).map((row) => sampleOf(String(row['name']), row));
      const values = then.filter(({ series }) => !series.startsWith('@')).map(({ series, said: value, ...times }) => [series, { ...value, ...times }]);
      return { ...twin, version, createdAt, updatedAt, values: { ...twin.values, ...Object.fromEntries(values) } };
    });
  };
  return {
    samples: (id: TwinId, name: TermId, from: string) =>
      samples
        .all(id, name, msOf(from))
        .slice(0, samplesAtOnce)
        .map((row) => sampleOf(name, row)),
    stateAt,
  };
};
