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

/** Pasts of links that one step looks at, of each twin. */
export const pastLinksPerStep = 500;

/** Of each twin so many that held, the first by kind and far end: step after step until there are, or no more follow. */
const pastOneWay = async (asker: Asker, near: 'src' | 'dst', { ids, kinds, limit, moment }: AskedAt): Promise<readonly Link[]> => {
  const { reading, space } = asker;
  const links: Link[] = [];
  const left = new Map<string, number>(ids.map((id) => [id, limit]));
  for (let rows = ids.map((id) => ({ id: String(id), kind: '', far: '' })); rows.length > 0; ) {
    const found = await reading.run(readPastLinks(space, near, { rows, kinds, limit: whole(pastLinksPerStep) }));
    const pasts = new Map(found.map(({ id, doc }) => [String(id), decodePast(String(doc))]));
    for (const sample of (await heldAt(asker, pasts, { moment })).values()) {
      const link = linkOfSample(sample);
      const end = near === 'src' ? link?.from : link?.to;
      if (link) links.push(link);
      if (end) left.set(end, (left.get(end) ?? 0) - 1);
    }
    rows = [...Map.groupBy(found, (row) => String(row['near']))].flatMap(([id, page]) => {
      const last = page.length === pastLinksPerStep && (left.get(id) ?? 0) > 0 ? page.at(-1) : undefined;
      return last ? [{ id, kind: String(last['kind']), far: String(last['far']) }] : [];
    });
  }
  return links;
};

const pastLinks = async (asker: Asker, asked: AskedAt): Promise<readonly Link[]> => {
  const ways = [...(asked.direction === 'in' ? [] : (['src'] as const)), ...(asked.direction === 'out' ? [] : (['dst'] as const))];
  return (await Promise.all(ways.map((near) => pastOneWay(asker, near, asked)))).flat();
};

export const linksAt = async (asker: Asker, asked: AskedAt): Promise<readonly Link[]> => {
  const links = (await Promise.all([standingLinks(asker, asked), pastLinks(asker, asked)])).flat();
  return firstOfEach(links, asked);
};
