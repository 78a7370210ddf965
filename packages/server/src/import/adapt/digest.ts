/**
 * Digest: SHA-256 over what counts as a change of a twin: content and place apart, so that a rounded coordinate can be told from a true change.
 * Columns that are ignored and times of the import are no part of it.
 */
import { hash } from 'node:crypto';
import type { Geometry, Json, Position, Reading, Shape } from '@cityweave/core';

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** The same text for the same content, whatever the order of the members. */
const stableText = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return holdsObject(value) ? `[${value.map(stableText).join(',')}]` : JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${stableText(member)}`).join(',')}}`;
};

/** Long lists of numbers, as boundaries are, need no order of members. */
const holdsObject = (list: readonly unknown[]): boolean =>
  list.some((part) => (Array.isArray(part) ? holdsObject(part) : typeof part === 'object' && part !== null));

export type Content = {
  /** all that is no reading and no place, always in the same order: kind, name, identifiers, joins, links */
  readonly facts: readonly unknown[];
  readonly readings: Readonly<Record<string, Reading>>;
  readonly ignored: ReadonlySet<string>;
  readonly shapes: readonly Shape[];
  /** in the units of the shapes' vertices */
  readonly shapeTolerance: number;
};

export const contentDigest = ({ facts, readings, ignored, shapes, shapeTolerance }: Content): string => {
  let text = JSON.stringify(facts);
  for (const term of Object.keys(readings).sort()) if (!ignored.has(term)) text += readingText(term, readings[term]);
  for (const shape of shapes) text += shapeText(shape, shapeTolerance);
  return sha256(text);
};

/** Every part says how long it is, or cannot hold what follows it: no two contents have one text. */
const readingText = (term: string, reading: Reading | undefined): string =>
  reading ? `\n${term} ${valueText(reading.value)} ${reading.unit ?? ''} ${reading.datum ?? ''} ${reading.flag ?? ''}` : '';

const valueText = (value: Json): string => {
  if (typeof value === 'string') return `${value.length}:${value}`;
  return typeof value === 'object' ? stableText(value) : String(value);
};

const shapeText = ({ vertices, boundaries, ...rest }: Shape, tolerance: number): string => {
  let text = `\n${stableText(rest)} ${JSON.stringify(boundaries)} `;
  for (const [x, y, z] of vertices) text += `${Math.round(x / tolerance)},${Math.round(y / tolerance)},${Math.round(z / tolerance)} `;
  return text;
};

type Nested = number | readonly Nested[];

const roundedText = (value: Nested, tolerance: number): string =>
  typeof value === 'number' ? String(Math.round(value / tolerance)) : `[${value.map((part) => roundedText(part, tolerance)).join(',')}]`;

/** Where a twin is, rounded to a grid of `tolerance` degrees; a point is its own digest. */
export const placeDigest = (position: Position | undefined, footprint: Geometry | undefined, tolerance: number): string => {
  const point = position ? roundedText(position, tolerance) : '';
  return footprint ? sha256(`${point} ${geometryText(footprint, tolerance)}`) : point;
};

export const geometryText = (geometry: Geometry, tolerance: number): string => `${geometry.type} ${roundedText(geometry.coordinates, tolerance)}`;

/** 128 bits of a text that is too long to stand in a key. */
export const shortDigest = (text: string): string => sha256(text).slice(0, 32);
