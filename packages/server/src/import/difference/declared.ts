/**
 * Declared: what the row of a file says of a twin's relations, in the form in which the store keeps it: links to known ids, joins by keys.
 */
import { type Authority, agencyIdOf } from '@cityweave/core';
import { toLocalJoin } from '../joins.ts';
import type { StagedTwin } from '../record.ts';
import type { Source } from '../source.ts';

/** What a link rests on that a row of a file declares by id. */
export const evidenceOfFile = (source: string): string => `declared in source ${source}`;

type Declarer = { readonly source: Source; readonly authority: Authority };

export const declaredOf = ({ twin, joins, links, localJoins }: StagedTwin, { source, authority }: Declarer): Pick<StagedTwin, 'joins' | 'links'> => ({
  joins: localJoins.length === 0 ? joins : [...joins, ...localJoins.map((join) => toLocalJoin(twin.id, agencyIdOf(authority), join))],
  links: links.map((link) => ({ ...link, evidence: evidenceOfFile(source.id) })),
});
