/**
 * Key: what makes a row the same row in the next edition of its file, and the id made of it.
 */
import { fail, type Geometry, limits, linkIdOf, ok, type Problem, problem, type Result, shorten, type TwinId } from '@cityweave/core';
import type { SourceRecord, StagedTwin } from '../record.ts';
import type { Source } from '../source.ts';
import { type Cells, cellText } from './columns.ts';
import { geometryText, shortDigest } from './digest.ts';

/** The key of a record: its columns, its rounded geometry, or where neither is declared the id that the file itself gives. */
export const keyOf = (key: Source['key'], record: SourceRecord, cells: Cells): Result<string, Problem> => {
  if (key.columns.length === 0 && !key.geometry)
    return record.nativeId === undefined || record.nativeId === '' ? fail(noKey) : checkKey(record.nativeId.toWellFormed());
  const texts: string[] = [];
  for (const column of key.columns) {
    const text = cellText(cells(column));
    if (text === '') return fail(problem('malformed', { path: `column ${column}`, found: 'nothing', accepted: 'a value: the column is part of the key' }));
    texts.push(text.toWellFormed());
  }
  if (key.geometry && !record.geometry) return fail(problem('malformed', { found: 'no coordinates', accepted: 'coordinates: they are part of the key' }));
  if (key.geometry && record.geometry) texts.push(placeKey(record.geometry, key.tolerance));
  return checkKey(texts.length === 1 ? (texts[0] ?? '') : texts.map(escaped).join('|'));
};

const noKey: Problem = problem('malformed', { found: 'no id', accepted: 'a key declared for the source: columns, or the geometry' });

/** `a|b` and `c` is another key than `a` and `b|c`. */
const escaped = (text: string): string => text.replace(/[\\|]/g, '\\$&');

const checkKey = (key: string): Result<string, Problem> =>
  key.length <= limits.keyCharactersMax && encodeURIComponent(key).length <= encodedCharactersMax
    ? ok(key)
    : fail(problem('tooLarge', { subject: 'the key, in characters', found: shorten(key), limit: limits.keyCharactersMax }));

/** What an id leaves for its key beside authority, source and an ordinal. */
const encodedCharactersMax = limits.idCharactersMax - 350;

const placeKey = (geometry: Geometry, tolerance: number): string => {
  if (geometry.type !== 'Point') return shortDigest(geometryText(geometry, tolerance));
  const decimals = Math.max(0, Math.min(12, Math.ceil(-Math.log10(tolerance))));
  return geometry.coordinates.map((coordinate) => roundTo(coordinate, tolerance).toFixed(decimals)).join(',');
};

const roundTo = (value: number, tolerance: number): number => Math.round(value / tolerance) * tolerance + 0;

/** The id of the n-th row of one key. `;` never stands in an encoded key, so no other key can have this id. */
export const ordinalIdOf = (id: TwinId, ordinal: number): TwinId => (ordinal <= 1 ? id : `${id};${ordinal}`) as TwinId; // branding: an id with a suffix that ids allow

/** The same row under another id; its links and joins go with it. */
export const withId = <S extends Pick<StagedTwin, 'twin' | 'links' | 'joins'>>(staged: S, id: TwinId): S => {
  const renamed = (end: TwinId): TwinId => (end === staged.twin.id ? id : end);
  return {
    ...staged,
    twin: { ...staged.twin, id },
    links: staged.links.map((link) => ({
      ...link,
      from: renamed(link.from),
      to: renamed(link.to),
      id: linkIdOf(renamed(link.from), link.kind, renamed(link.to)),
    })),
    joins: staged.joins.map((join) => ({ ...join, from: id })),
  };
};
