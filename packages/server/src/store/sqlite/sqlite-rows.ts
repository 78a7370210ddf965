/**
 * Twins as rows of the embedded store and back: what is searched stands in columns, the rest is one JSON text that no thread reads twice.
 */
import { type Box, boxOfTwin, foldedNames, normaliseKey, type Problem, type Twin, type TwinInput, textIn } from '@cityweave/core';
import { checkCommand } from '../keepable.ts';
import { wordsIn } from '../sqlite-words/written-words.ts';
import type { ApplyOptions, Command } from '../store.ts';

export type TwinRow = {
  readonly id: string;
  readonly agency: string;
  readonly kind: string;
  readonly name: string;
  readonly object: string | null;
  /** JSON of [value, scheme] pairs, values normalised */
  readonly alts: string | null;
  readonly box: Box | null;
  /** as the full-text index takes them */
  readonly words: string;
  readonly wordsHash: number;
  /** names as `relevanceOf` compares them */
  readonly folded: string;
  /** the twin without its footprint */
  readonly doc: string;
  readonly footprint: string | null;
};

/** A term and the unit of its value. */
export type TermUse = readonly [string, string | null];

/** Terms of a kind that the writer is known to have noted: they are not sent again. */
export type NotedTerms = Map<string, Set<string>>;

type PutTwin = Extract<Command, { op: 'putTwin' }>;

/** Commands as they travel to the writer: a twin is text already, and what is refused at sight does not travel. */
export type RowCommand =
  | Exclude<Command, PutTwin>
  | {
      readonly op: 'putRow';
      readonly row: TwinRow;
      readonly terms: readonly TermUse[];
      readonly shapes: string | null | undefined;
      readonly expected: number | undefined;
      readonly source: string | undefined;
      readonly digest: string | undefined;
    }
  | { readonly op: 'refused'; readonly problem: Problem };

export type Batch = { readonly commands: readonly RowCommand[]; readonly atomic: boolean; readonly cursor: ApplyOptions['cursor']; readonly at: string };

/** 52 bits of a text (two FNV-like sums), to see without reading whether words changed. */
const hashOf = (text: string): number => {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2_654_435_761);
    low = Math.imul(low ^ unit, 1_597_334_677);
  }
  return (high >>> 12) * 0x1_0000_0000 + (low >>> 0);
};

const altsOf = ({ altIds }: TwinInput): string | null =>
  altIds === undefined || altIds.length === 0 ? null : JSON.stringify(altIds.map(({ scheme, value }) => [normaliseKey(value), scheme]));

export const toTwinRow = (twin: TwinInput): TwinRow => {
  const { id, footprint } = twin;
  const words = wordsIn(twin);
  return {
    id,
    agency: twin.agency,
    kind: twin.kind,
    name: textIn(twin.name),
    object: twin.objectOfInterest ?? null,
    alts: altsOf(twin),
    box: boxOfTwin(twin) ?? null,
    words,
    wordsHash: hashOf(words),
    folded: foldedNames(twin),
    // the id stands first: a staged row that gets another one is changed there
    doc: JSON.stringify(Object.assign({ id }, twin, { footprint: undefined })),
    footprint: footprint ? JSON.stringify(footprint) : null,
  };
};

const noTerms: readonly TermUse[] = [];

export const newTerms = ({ kind, values }: TwinInput, noted: NotedTerms): readonly TermUse[] => {
  const known = noted.get(kind);
  const terms = Object.keys(values).filter((term) => !known?.has(term));
  return terms.length === 0 ? noTerms : terms.map((term) => [term, values[term]?.unit ?? null]);
};

export const noteTerms = (noted: NotedTerms, kind: string, terms: readonly TermUse[]): void => {
  if (terms.length === 0) return;
  const known = noted.get(kind) ?? new Set();
  for (const [term] of terms) known.add(term);
  noted.set(kind, known);
};

/** A batch that was accepted whole has its terms in the file. */
export const rememberTerms = ({ commands }: Batch, noted: NotedTerms): void => {
  for (const command of commands) if (command.op === 'putRow') noteTerms(noted, command.row.kind, command.terms);
};

const toRowOfPut = ({ twin, shapes, expected, source, digest }: PutTwin, noted: NotedTerms): RowCommand => {
  const shaped = shapes === undefined ? undefined : shapes.length === 0 ? null : JSON.stringify(shapes);
  return { op: 'putRow', row: toTwinRow(twin), terms: newTerms(twin, noted), shapes: shaped, expected, source, digest };
};

export const toRowCommand = (command: Command, noted: NotedTerms): RowCommand => {
  const refused = checkCommand(command);
  if (refused) return { op: 'refused', problem: refused };
  return command.op === 'putTwin' ? toRowOfPut(command, noted) : command;
};

/** A twin from the columns of its rows, in the order in which they are always read. */
export const twinOfRow = ([version, createdAt, updatedAt, shaped, doc, footprint]: readonly unknown[]): Twin =>
  // branding: written by `toTwinRow`
  Object.assign(
    JSON.parse(doc as string),
    { version, createdAt, updatedAt },
    footprint !== null && { footprint: JSON.parse(footprint as string) },
    shaped !== 0 && { shaped: true },
  );

/** JSON text of a twin from its rows, made without parsing. */
export const twinText = (row: { readonly [column: string]: unknown }): string =>
  `${String(row['doc']).slice(0, -1)},"version":${row['version']},"createdAt":"${row['created_at']}","updatedAt":"${row['updated_at']}"${row['footprint'] === null ? '' : `,"footprint":${row['footprint']}`}${row['shaped'] === 0 ? '' : ',"shaped":true'}}`;
