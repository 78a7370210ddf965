/**
 * Moved: what goes from one store to another, part by part, with versions and times as they are.
 */
import type { Change, Join, Link, Sample, Shape, TermId, Twin, TwinId } from '@cityweave/core';
import type { ImportRecord } from '../store.ts';

/** A part of what a store keeps, as it goes from one store to another: with versions and times as they are. */
export type Moved =
  | {
      readonly part: 'twin';
      readonly twin: Twin;
      readonly shapes?: readonly Shape[] | undefined;
      readonly source?: string | undefined;
      readonly digest?: string | undefined;
    }
  | { readonly part: 'link'; readonly link: Link }
  | { readonly part: 'join'; readonly join: Join }
  | { readonly part: 'samples'; readonly id: TwinId; readonly samples: readonly Sample[] }
  /** the last version of what is gone: a twin, or a link by the id that is made of its ends */
  | { readonly part: 'gone'; readonly id: string; readonly version: number }
  | { readonly part: 'term'; readonly kind: TermId; readonly term: TermId; readonly unit?: string | undefined }
  | { readonly part: 'import'; readonly record: ImportRecord }
  | { readonly part: 'cursor'; readonly peer: string; readonly seq: number }
  /** the last change: where the log goes on */
  | { readonly part: 'change'; readonly change: Change };

/** What is told by no other verb, each part in an order of its own. */
export type Unloadable = {
  readonly twin: Extract<Moved, { part: 'twin' }>;
  readonly link: Extract<Moved, { part: 'link' }>;
  readonly gone: Extract<Moved, { part: 'gone' }>;
  readonly term: Extract<Moved, { part: 'term' }>;
  readonly import: Extract<Moved, { part: 'import' }>;
  readonly cursor: Extract<Moved, { part: 'cursor' }>;
  /** twins and their series that have samples, to be asked for by `history`; those of twins that are gone too */
  readonly series: { readonly id: TwinId; readonly series: string };
};

export type UnloadedPage<P extends keyof Unloadable> = { readonly rows: readonly Unloadable[P][]; readonly next?: string | undefined };
