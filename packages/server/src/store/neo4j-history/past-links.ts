/**
 * Links as they were: those that have a history are told by it, all others by themselves.
 */
import { type Link, linkOfSample, type Moment } from '@cityweave/core';
import type { Asker } from '../neo4j/find.ts';
import { type Adjacent, eachOnce, linksNear } from '../neo4j/questions.ts';
import { readPastLinks } from '../neo4j-cypher/history.ts';
import { heldAt } from './past.ts';
import { decodePast } from './tails.ts';

type AskedAt = Adjacent & { readonly moment: Moment };

const pastLinks = async (asker: Asker, { ids, kinds, direction, moment }: AskedAt): Promise<readonly Link[]> => {
  const { reading, space } = asker;
  const rows = await Promise.all([
    direction === 'in' ? [] : reading.run(readPastLinks(space, 'src', { ids, kinds })),
    direction === 'out' ? [] : reading.run(readPastLinks(space, 'dst', { ids, kinds })),
  ]);
  const pasts = new Map(rows.flat().map(({ id, doc }) => [String(id), decodePast(String(doc))]));
  return [...(await heldAt(asker, pasts, moment)).values()].flatMap((sample) => linkOfSample(sample) ?? []);
};

export const linksAt = async (asker: Asker, asked: AskedAt): Promise<readonly Link[]> =>
  eachOnce((await Promise.all([linksNear(asker, asked), pastLinks(asker, asked)])).flat(), asked.limit);
