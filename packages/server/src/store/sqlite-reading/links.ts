/**
 * Links of twins as the embedded store reads them: as they are, and as they were.
 */
import { assert, firstOfEach, type Link, limits, type Moment } from '@cityweave/core';
import { linksOfOneSql, linksSql, pastLinksOfOneSql } from '../sqlite/sql.ts';
import { inSnapshot } from '../sqlite/sqlite-file.ts';
import { linkOf } from '../sqlite/sqlite-links.ts';
import { pastLink } from '../sqlite-history/past.ts';
import type { Lists, ReadingFile } from './reading-file.ts';

export type Adjacent = {
  readonly ids: readonly string[];
  readonly kinds: readonly string[] | undefined;
  readonly direction: 'out' | 'in' | 'both';
  readonly limit: number;
};

type Way = 'out' | 'in';

const waysOf = (direction: Adjacent['direction']): readonly Way[] => (direction === 'both' ? ['out', 'in'] : [direction]);

const rowsOneWay = ({ lists }: ReadingFile, way: Way, { ids, kinds, limit }: Adjacent): Lists =>
  lists({ text: linksSql({ way, ofKinds: kinds !== undefined }), params: [JSON.stringify(ids), ...(kinds ? [JSON.stringify(kinds)] : []), limit] });

/** Where the far end of a link stands in its row. */
const farColumn = { out: 2, in: 0 } as const;

type Walk = { readonly found: Link[]; readonly walked: Set<string> };

/** One hop, and what it reaches that was not walked from yet. A link whose ends are both walked from is met at both, and told at the first. */
const walkOn = (reading: ReadingFile, asked: Adjacent, { found, walked }: Walk): ReadonlySet<string> => {
  const reached = new Set<string>();
  for (const way of waysOf(asked.direction)) {
    for (const row of rowsOneWay(reading, way, asked)) {
      const far = String(row[farColumn[way]]);
      reached.add(far);
      if (asked.direction !== 'both' || !walked.has(far)) found.push(linkOf(row));
    }
    for (const id of asked.ids) walked.add(id);
  }
  return new Set([...reached].filter((id) => !walked.has(id)));
};

/** Hop after hop; whatever is reached is walked on from once. */
export const traverse = (reading: ReadingFile, { depth, ids, ...asked }: Adjacent & { readonly depth: number }): readonly Link[] => {
  assert(depth >= 1 && depth <= limits.walkHopsMax, 'a walk has one hop, and no more than it may');
  const walk: Walk = { found: [], walked: new Set() };
  let frontier: ReadonlySet<string> = new Set(ids);
  for (let hop = 0; hop < depth && frontier.size > 0 && walk.found.length < asked.limit; hop += 1)
    frontier = walkOn(reading, { ...asked, ids: [...frontier] }, walk);
  return walk.found.slice(0, asked.limit);
};

type OfOne = Omit<Adjacent, 'direction'> & { readonly evidence?: readonly string[] | undefined; readonly moment?: Moment };

/** Of each twin so many, the first of them. */
function* rowsOfEach({ lists }: ReadingFile, way: Way, { ids, kinds, evidence, moment, limit }: OfOne): Generator<readonly unknown[]> {
  const text = linksOfOneSql({ way, ofKinds: kinds !== undefined, ofBefore: moment !== undefined, ofEvidence: evidence !== undefined });
  const params = [...(kinds ? [JSON.stringify(kinds)] : []), ...(moment ? [moment.valid, moment.known] : []), ...(evidence ? [JSON.stringify(evidence)] : [])];
  for (const id of ids) yield* lists({ text, params: [id, ...params, limit] });
}

export type AdjacentOfEach = Adjacent & { readonly evidence?: readonly string[] | undefined };

/** One hop; `undefined` where more than `most` rows would have to be read. */
export const adjacentWithin = (reading: ReadingFile, asked: AdjacentOfEach, most: number): readonly Link[] | undefined => {
  const found: Link[] = [];
  for (const way of waysOf(asked.direction))
    for (const row of rowsOfEach(reading, way, { ...asked, limit: Math.min(asked.limit, most + 1) })) {
      if (found.length === most) return undefined;
      found.push(linkOf(row));
    }
  return firstOfEach(found, asked);
};

export const adjacent = (reading: ReadingFile, asked: AdjacentOfEach): readonly Link[] =>
  inSnapshot(reading.file, () => adjacentWithin(reading, asked, Number.MAX_SAFE_INTEGER - 1) ?? []);

type AdjacentThen = Adjacent & { readonly moment: Moment };

/** Of what was said before of links of each twin so many that held, the first of them; one after the other is looked at until there are. */
function* pastOfEach(reading: ReadingFile, way: Way, { ids, kinds, moment, limit }: AdjacentThen): Generator<Link> {
  const text = pastLinksOfOneSql({ way, ofKinds: kinds !== undefined });
  for (const id of ids) {
    let left = limit;
    for (const { s } of reading.statement(text).iterate(id, ...(kinds ? [JSON.stringify(kinds)] : []))) {
      if (left === 0) break;
      const link = pastLink(reading, Number(s), moment);
      if (link) yield link;
      if (link) left -= 1;
    }
  }
}

/** Links that have a history are told by it, all others by themselves; within a snapshot of the caller's. */
export const linksThen = (reading: ReadingFile, asked: AdjacentThen): readonly Link[] =>
  waysOf(asked.direction).flatMap((way) => [...Array.from(rowsOfEach(reading, way, asked), linkOf), ...pastOfEach(reading, way, asked)]);

export const linksAt = (reading: ReadingFile, asked: AdjacentThen): readonly Link[] =>
  inSnapshot(reading.file, () => firstOfEach(linksThen(reading, asked), asked));
