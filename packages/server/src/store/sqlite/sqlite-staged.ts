/**
 * Twins straight from a staging file into the store, by statements that copy a whole page: what they leave behind is what `apply` would have written.
 */
import { type Join, type Link, linkIdOf, type TwinId } from '@cityweave/core';
import { takeStand } from '../sqlite-words/shelves.ts';
import { putWords } from '../sqlite-words/written-words.ts';
import type { StagedPage, StagedTaken } from '../store.ts';
import { takeSql } from './sql-staging.ts';
import { inTransaction, numberOf, type Writing } from './sqlite-file.ts';
import { putJoins, putLink } from './sqlite-links.ts';
import { flush, forget, putAlts } from './sqlite-write.ts';

export type Taken = { readonly taken: StagedTaken; readonly head: number; readonly identityTouched: boolean };

type Row = Record<string, unknown>;

/** Links and joins of a row that got another id than it was read with start from that. */
const putDeclared = (to: Writing, { id, bare, declared }: { readonly id: TwinId; readonly bare: unknown; readonly declared: string }): void => {
  const renamed = (end: TwinId): TwinId => (end === bare ? id : end);
  const { joins, links }: { readonly joins: readonly Join[]; readonly links: readonly Link[] } = JSON.parse(declared);
  if (joins.length > 0) putJoins(to, { from: id, joins });
  for (const link of links) {
    const [from, end] = [renamed(link.from), renamed(link.to)];
    putLink(to, { link: { ...link, from, to: end, id: linkIdOf(from, link.kind, end) } });
  }
};

const putMore = (to: Writing, base: number, row: Row): void => {
  const { alts, declared, bare } = row;
  if (row['object'] !== null) to.identityTouched = true;
  if (typeof alts === 'string') putAlts(to, base + numberOf(row, 'n'), [alts, null]);
  // branding: an id of a staged twin
  if (typeof declared === 'string') putDeclared(to, { id: String(row['id']) as TwinId, bare, declared });
};

/** Twins come in the order of their ids, and each stands before the next one asks. */
const putStands = (to: Writing, base: number): void => {
  const putStand = to.file.prepare(takeSql.putStand);
  for (const row of to.file.prepare(takeSql.words).all()) {
    const stand = takeStand(to, numberOf(row, 'step'), String(row['id']));
    putStand.run(stand, base + numberOf(row, 'n'));
    putWords(to, stand, String(row['words']));
  }
};

const copyPage = (to: Writing, { agency, source, at }: StagedPage, rows: number): void => {
  const { file } = to;
  const base = numberOf(file.prepare(takeSql.lastNumber).get(), 'n');
  file.prepare(takeSql.takeTwins).run(base, agency, at, source, to.head);
  for (const name of ['takeBodies', 'takeShapes', 'takePlaces'] as const) file.prepare(takeSql[name]).run(base);
  putStands(to, base);
  file.prepare(takeSql.takeChanges).run(to.head, at);
  to.head += rows;
  for (const name of ['takeKinds', 'takeTerms'] as const) file.exec(takeSql[name]);
  for (const row of file.prepare(takeSql.more).all()) putMore(to, base, row);
  flush(to);
};

/** A twin between the first and the last id of a page can only be one of the same source. */
const takePage = (to: Writing, page: StagedPage): StagedTaken => {
  const { file } = to;
  file.exec(takeSql.createPage);
  file.exec(takeSql.emptyPage);
  file.prepare(takeSql.fillPage).run(page.after, page.rows, page.characters);
  const ends = file.prepare(takeSql.pageEnds).get();
  const rows = numberOf(ends, 'rows');
  if (rows === 0) return { ok: true, rows, last: page.after };
  const [first, last] = [String(ends?.['first']), String(ends?.['last'])];
  if (numberOf(file.prepare(takeSql.isThere).get(first, last), 'there') === 1) return { ok: false };
  copyPage(to, page, rows);
  return { ok: true, rows, last };
};

/** Durable when this returns; a file cannot be attached inside a transaction, so it is before. */
export const takeStaged = (to: Writing, page: StagedPage): Taken => {
  const { file, head } = to;
  let done = false;
  to.at = page.at;
  to.identityTouched = false;
  file.prepare(takeSql.attach).run(page.staging);
  try {
    const taken = inTransaction(file, () => takePage(to, page));
    done = true;
    return { taken, head: to.head, identityTouched: to.identityTouched };
  } finally {
    if (!done) {
      forget(to);
      to.head = head;
    }
    file.exec(takeSql.detach);
  }
};
