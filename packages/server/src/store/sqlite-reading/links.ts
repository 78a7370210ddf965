/**
 * Links of twins as the embedded store reads them: as they are, and as they were.
 */
import { assert, type Link, limits, linksOnce, type Moment } from '@cityweave/core';
import { linksSql, pastLinksSql } from '../sqlite/sql.ts';
import { inSnapshot } from '../sqlite/sqlite-file.ts';
import { linkOf } from '../sqlite/sqlite-links.ts';
import { pastLink } from '../sqlite-history/past.ts';
import type { ReadingFile } from './reading-file.ts';

export type Adjacent = {
  readonly ids: readonly string[];
  readonly kinds: readonly string[] | undefined;
  readonly direction: 'out' | 'in' | 'both';
  readonly limit: number;
};

type AdjacentThen = Adjacent & { readonly moment: Moment };

const linksOneWay = ({ lists }: ReadingFile, way: 'out' | 'in', { ids, kinds, limit, moment }: Adjacent & { readonly moment?: Moment }): readonly Link[] => {
  const text = linksSql({ way, ofKinds: kinds !== undefined, ofBefore: moment !== undefined });
  const params = [JSON.stringify(ids), ...(kinds ? [JSON.stringify(kinds)] : []), ...(moment ? [moment.valid, moment.known] : []), limit];
  return lists({ text, params }).map(linkOf);
};

const waysOf = (direction: Adjacent['direction']): readonly ('out' | 'in')[] => (direction === 'both' ? ['out', 'in'] : [direction]);

/** Hop after hop; whatever is reached is walked on from once. */
export const traverse = (reading: ReadingFile, { depth, ids, ...asked }: Adjacent & { readonly depth: number }): readonly Link[] => {
  assert(depth >= 1 && depth <= limits.walkHopsMax, 'a walk has one hop, and no more than it may');
  let found: readonly Link[] = [];
  const reached = new Set<string>(ids);
  let frontier = ids;
  for (let hop = 0; hop < depth && frontier.length > 0 && found.length < asked.limit; hop += 1) {
    const links = waysOf(asked.direction).flatMap((way) => linksOneWay(reading, way, { ...asked, ids: frontier }));
    found = linksOnce([...found, ...links]);
    frontier = [...new Set<string>(links.flatMap(({ from, to }) => [from, to]))].filter((id) => !reached.has(id));
    for (const id of frontier) reached.add(id);
  }
  return found.slice(0, asked.limit);
};

/** Links that have a history are told by it, all others by themselves; within a snapshot of the caller's. */
export const linksThen = (reading: ReadingFile, asked: AdjacentThen): readonly Link[] =>
  waysOf(asked.direction).flatMap((way) => {
    const { ids, kinds, moment } = asked;
    const past = { text: pastLinksSql({ way, ofKinds: kinds !== undefined }), params: [JSON.stringify(ids), ...(kinds ? [JSON.stringify(kinds)] : [])] };
    return [...linksOneWay(reading, way, asked), ...reading.lists(past).flatMap(([s]) => pastLink(reading, Number(s), moment) ?? [])];
  });

export const linksAt = (reading: ReadingFile, asked: AdjacentThen): readonly Link[] => inSnapshot(reading.file, () => linksThen(reading, asked));
