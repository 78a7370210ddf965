/**
 * Links as they were: those that have a history are told by it, all others by themselves.
 */
import { firstOfEach, type Link, linkOfSample, type Moment } from '@cityweave/core';
import type { Asker } from '../neo4j/find.ts';
import { linksIn } from '../neo4j/neo4j-rows.ts';
import type { Adjacent } from '../neo4j/questions.ts';
import { readPastLinks } from '../neo4j-cypher/history.ts';
import { whole } from '../neo4j-cypher/parameters.ts';
import { readLinksThen } from '../neo4j-cypher/read.ts';
import { heldAt } from './past.ts';
import { decodePast } from './tails.ts';

type AskedAt = Adjacent & { readonly moment: Moment };

/** Those that have no history; one between two of the twins is met from both its ends. */
const standingLinks = async ({ reading, space }: Asker, { direction, limit, ...asked }: AskedAt): Promise<readonly Link[]> => {
  const frontier = { ...asked, limit: whole(limit) };
  const rows = await Promise.all([
    direction === 'in' ? [] : reading.run(readLinksThen(space, 'a', frontier)),
    direction === 'out' ? [] : reading.run(readLinksThen(space, 'b', frontier)),
  ]);
  return rows.flatMap(linksIn);
};

const pastLinks = async (asker: Asker, { ids, kinds, direction, moment }: AskedAt): Promise<readonly Link[]> => {
  const { reading, space } = asker;
  const rows = await Promise.all([
    direction === 'in' ? [] : reading.run(readPastLinks(space, 'src', { ids, kinds })),
    direction === 'out' ? [] : reading.run(readPastLinks(space, 'dst', { ids, kinds })),
  ]);
  const pasts = new Map(rows.flat().map(({ id, doc }) => [String(id), decodePast(String(doc))]));
  return [...(await heldAt(asker, pasts, { moment })).values()].flatMap((sample) => linkOfSample(sample) ?? []);
};

export const linksAt = async (asker: Asker, asked: AskedAt): Promise<readonly Link[]> => {
  const links = (await Promise.all([standingLinks(asker, asked), pastLinks(asker, asked)])).flat();
  return firstOfEach(links, asked);
};
