/**
 * The SQL of moving a store: its parts page by page, in the order of their keys.
 */

export const unloadSql = {
  twin: `SELECT t.id, t.version, t.created_at, t.updated_at, t.shaped, t.source, t.digest, b.doc, b.footprint, s.doc AS shapes
FROM twin AS t CROSS JOIN body AS b ON b.n = t.n LEFT JOIN shape AS s ON s.n = t.n WHERE t.id > ? ORDER BY t.id LIMIT ?`,
  link: 'SELECT src, kind, dst, source, recorded_at, evidence, own_id, observed_at, version FROM link WHERE (src, kind, dst) > (?, ?, ?) ORDER BY src, kind, dst LIMIT ?',
  gone: 'SELECT id, version FROM gone WHERE id > ? ORDER BY id LIMIT ?',
  term: 'SELECT kind, term, unit FROM kind_term WHERE (kind, term) > (?, ?) ORDER BY kind, term LIMIT ?',
  import:
    'SELECT source, doc FROM import AS i WHERE source > ? AND NOT EXISTS (SELECT 1 FROM import AS o WHERE o.source = i.source AND (o.started_at, o.rowid) > (i.started_at, i.rowid)) ORDER BY source LIMIT ?',
  cursor: 'SELECT peer, seq FROM cursor WHERE peer > ? ORDER BY peer LIMIT ?',
  series: 'SELECT id, name FROM series WHERE (id, name) > (?, ?) ORDER BY id, name LIMIT ?',
} as const;
