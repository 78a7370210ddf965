/**
 * Pasts saved: what a batch has said of series, in the nodes of their twins and links, and in chunks where it is too much for them.
 */
import { createMs } from '../history/instants.ts';
import type { WorkingSet } from '../neo4j/working-set.ts';
import { putPasts } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { inParts, type Parts, partsOf } from '../neo4j-cypher/parts.ts';
import type { Space } from '../neo4j-cypher/space.ts';
import { putChunks } from '../neo4j-cypher/upkeep.ts';
import { rowOfPast, spillPast } from './tails.ts';

/** Those that are other ones than `was`. */
export function* savePasts(space: Space, { pasts, pastLinks, gone }: WorkingSet, was: Pick<WorkingSet, 'pasts' | 'gone'>): Parts {
  const msOf = createMs();
  for (const some of partsOf([...pasts].filter(([id, past]) => was.pasts.get(id) !== past || was.gone.get(id) !== gone.get(id)))) {
    const kept = some.map(([id, past]) => ({ id, ...spillPast(id, past) }));
    const rows = kept.map(({ id, past }) => {
      const row = rowOfPast(id, past, { before: was.pasts.get(id), msOf });
      const version = gone.get(id);
      return { ...row, properties: { ...row.properties, ...pastLinks.get(id), ...(version !== undefined && { version: whole(version) }) } };
    });
    const chunks = kept.flatMap((one) => one.chunks);
    yield putPasts(space, rows);
    yield* inParts(chunks, (part) => putChunks(space, part));
  }
}
