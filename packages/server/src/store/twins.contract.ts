/**
 * Twins, links and a clock for the suites that every store passes.
 */
import { AgencyId, type Geometry, Instant, type Json, type Link, linkIdOf, type Position, TermId, TwinId, TwinInput, type ValueFlag } from '@cityweave/core';
import { expect } from 'vitest';
import type { Command, Outcome, TwinStore } from './store.ts';

export const at = Instant.parse('2026-05-04T12:00:00Z');
export const agency = AgencyId.parse('urn:dtf:agency:water.example');

export const term = (name: string): TermId => TermId.parse(name.includes(':') ? name : `city:${name}`);
export const twinId = (key: string): TwinId => TwinId.parse(`urn:dtf:twin:water.example:layer/${key}`);
export const foreignId = (key: string): TwinId => TwinId.parse(`urn:dtf:twin:energy.example:grid/${key}`);

export type Sketch = {
  readonly kind?: string;
  readonly agency?: string;
  readonly name?: string;
  readonly position?: Position;
  readonly footprint?: Geometry;
  readonly object?: string;
  readonly altIds?: readonly { readonly scheme: string; readonly value: string }[];
  readonly values?: Readonly<Record<string, { readonly value: Json; readonly unit?: string; readonly flag?: ValueFlag }>>;
  /** of all of its values that have none of their own */
  readonly flag?: ValueFlag;
};

export const twin = (id: TwinId, { kind = 'Thing', agency: owner = agency, name = 'thing', object, flag, ...sketch }: Sketch = {}): TwinInput =>
  TwinInput.parse({
    ...sketch,
    id,
    agency: owner,
    kind: term(kind),
    name: { en: name },
    ...(object !== undefined && { objectOfInterest: object }),
    provenance: { observedAt: at, recordedAt: at, source: owner, ...(flag && { flag }) },
    values: sketch.values ?? {},
  });

export const put = (key: string, sketch?: Sketch): Command => ({ op: 'putTwin', twin: twin(twinId(key), sketch) });

export const link = (from: TwinId, to: TwinId, kind = 'feeds'): Link => ({
  id: linkIdOf(from, term(kind), to),
  kind: term(kind),
  from,
  to,
  source: agency,
  recordedAt: at,
});

export const putLink = (from: TwinId, to: TwinId, kind?: string): Command => ({ op: 'putLink', link: link(from, to, kind) });

/** Applies and fails the test where anything was refused. */
export const accepted = async (store: TwinStore, commands: readonly Command[]): Promise<readonly Outcome[]> => {
  const outcomes = await store.apply(commands, { at });
  expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
  return outcomes;
};

/** Keys of the ids of a page, in its order. */
export const keysOf = (twins: readonly { readonly id: string }[]): readonly string[] => twins.map(({ id }) => id.slice(id.lastIndexOf('/') + 1));

export const square = (west: number, south: number, size: number): Geometry => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, south],
      [west + size, south],
      [west + size, south + size],
      [west, south + size],
      [west, south],
    ],
  ],
});
