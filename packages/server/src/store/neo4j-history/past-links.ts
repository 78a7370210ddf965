/**
 * Links as they were: those that have a history are told by it, all others by themselves.
 */
import { type Link, linkOfSample, linkSeries, type Moment } from '@cityweave/core';
import type { Asker } from '../neo4j/find.ts';
import { type Adjacent, eachOnce, linksNear } from '../neo4j/questions.ts';
import { seriesAt } from '../neo4j-cypher/history.ts';
import { heldAt } from './past.ts';

type AskedAt = Adjacent & { readonly moment: Moment };

const pastLinks = async (asker: Asker, { ids, kinds, direction, moment }: AskedAt): Promise<readonly Link[]> => {
  const { reading, space } = asker;
  const rows = await Promise.all([
    direction === 'in' ? [] : reading.run(seriesAt(space, 'src', { ids, kinds })),
    direction === 'out' ? [] : reading.run(seriesAt(space, 'dst', { ids, kinds })),
  ]);
  const names = new Map(rows.flat().map(({ key }) => [String(key), linkSeries]));
  const held = names.size === 0 ? [] : [...(await heldAt(asker, { names, moment })).values()];
  return held.flatMap((sample) => linkOfSample(sample) ?? []);
};

export const linksAt = async (asker: Asker, asked: AskedAt): Promise<readonly Link[]> =>
  eachOnce((await Promise.all([linksNear(asker, asked), pastLinks(asker, asked)])).flat(), asked.limit);
