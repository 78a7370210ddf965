/**
 * Record: what a reader makes of one row, feature or city object of a file, before it becomes a twin; and what is refused, with its reason.
 * One file a format, all of one shape: `Reader`.
 */
import type { Geometry, Join, Json, Link, Problem, Shape, TwinInput } from '@cityweave/core';
import type { Source } from './source.ts';

/** One record of a file, in the file's own words; coordinates still in the file's reference system. */
export type SourceRecord = {
  /** where it stands: `line 17`, `/features/42`, `/CityObjects/b-1`, `row 3` */
  readonly where: string;
  /** the id that the file itself gives, where it has one (CityJSON object id, GeoJSON feature id) */
  readonly nativeId?: string | undefined;
  readonly columns: Readonly<Record<string, Json>>;
  /** what the reader works out, under names that begin with `_`: `_id`, `_type`, `_lods`, `_minZ`, `_maxZ`, `_height`. Usable in keys, names and properties; never kept as other columns */
  readonly derived?: Readonly<Record<string, Json>> | undefined;
  /** 2D or 3D, in the source's reference system */
  readonly geometry?: Geometry | undefined;
  /** full geometry, vertices resolved and untransformed, in the source's reference system */
  readonly shapes?: readonly Shape[] | undefined;
  /** native ids of parents in the same file */
  readonly parents?: readonly string[] | undefined;
};

export type Refusal = { readonly where: string; readonly problem: Problem };

/** A file fault ends the stream; it is always the last item. */
export type ReaderItem =
  | { readonly type: 'record'; readonly record: SourceRecord }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** what the file says of itself, before its records */
  | { readonly type: 'header'; readonly crs?: string | undefined; readonly version?: string | undefined; readonly note?: string | undefined }
  | { readonly type: 'fault'; readonly problem: Problem };

/** Reads a file in bounded memory. It never throws for what a file may hold; a fault of the file is an item. */
export type Reader = (path: string, source: Source, signal: AbortSignal) => AsyncIterable<ReaderItem>;

/**
 * A record as twin, ready to stage. Rows equal in key come out of the adaptation with one `key` and one `twin.id`: the staging, which alone sees all rows
 * of a key, sorts them by `digest` at the sound end (so that the order of a file does not matter) and applies `onDuplicate`: the first keeps its id, the
 * n-th gets `withId(staged, ordinalIdOf(id, n))` (both in adapt/key.ts: twin, links and joins are rewritten together), or is refused or counted.
 */
export type StagedTwin = {
  readonly where: string;
  /** the declared key, before any ordinal */
  readonly key: string;
  readonly twin: TwinInput;
  readonly shapes: readonly Shape[];
  /** links inside the agency, by id where known at once (parents of CityJSON), else by identifier in `localJoins` */
  readonly links: readonly Link[];
  readonly joins: readonly Join[];
  readonly localJoins: readonly { readonly kind: Link['kind']; readonly scheme: string; readonly value: string; readonly direction: 'out' | 'in' }[];
  /**
   * `<content>.<place>`: two SHA-256 over what counts as a change (ignored columns and times of the import left out), the place rounded to the tolerance.
   * Where only the part after the dot differs from the stored one, the difference compares footprint and position with the stored twin by `sameWithin`
   * and the adaptation's `toleranceDegrees` before it calls it a change: rounding to a grid alone tells two sides of a cell's edge apart.
   */
  readonly digest: string;
};

/** What an import did, for people and for machines. */
export type ImportReport = {
  readonly id: string;
  readonly source: string;
  /** base name of the file, never its folder */
  readonly file: string;
  readonly state: 'DONE' | 'REFUSED' | 'UNCHANGED' | 'ABSENT';
  readonly accepted: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly refused: number;
  /** the first of the refused, bounded; `refused` counts all */
  readonly refusals: readonly Refusal[];
  readonly duplicates: number;
  /** rows that the source's `where` does not select */
  readonly leftOut: number;
  readonly joinsPending: number;
  /** links inside the agency whose other end is not there */
  readonly linksUnresolved: number;
  /** columns that look as if they held personal data and are kept */
  readonly warnings: readonly string[];
  readonly problem?: Problem | undefined;
  readonly seconds: number;
};
