/**
 * Links and joins on the writer's side. A link is known by its ends and its kind; its id is kept only where it is not made of them.
 */
import { type Join, type Link, type LinkId, linkIdOf, problem, sameAs, type TermId, type TwinId } from '@cityweave/core';
import type { Outcome } from '../store.ts';
import { noteChange, type Writing } from './sqlite-file.ts';

type Ends = { readonly src: string; readonly kind: string; readonly dst: string; readonly ownId: string | null };

const endsOf = (row: Record<string, unknown>): Ends => ({
  src: String(row['src']),
  kind: String(row['kind']),
  dst: String(row['dst']),
  ownId: typeof row['own_id'] === 'string' ? row['own_id'] : null,
});

// branding: what a store gives back was branded when it was put in
export const linkIdOfRow = ({ src, kind, dst, ownId }: Ends): LinkId => (ownId ?? linkIdOf(src as TwinId, kind as TermId, dst as TwinId)) as LinkId;

export const putLink = (to: Writing, link: Link): Outcome => {
  const ownId = link.id === linkIdOf(link.from, link.kind, link.to) ? null : link.id;
  to.statement('putLink').run(link.from, link.kind, link.to, link.source, link.recordedAt, link.evidence ?? null, ownId);
  if (link.kind === sameAs) to.identityTouched = true;
  return { ok: true, version: 1, seq: noteChange(to, { id: link.from, op: 'link', link: link.id }) };
};

const removeLink = (to: Writing, ends: Ends): number => {
  to.statement('deleteLink').run(ends.src, ends.kind, ends.dst);
  if (ends.kind === sameAs) to.identityTouched = true;
  return noteChange(to, { id: ends.src, op: 'unlink', link: linkIdOfRow(ends) });
};

/** kind, from and to as `linkIdOf` wrote them. */
const partsOfId = (id: string): readonly string[] => {
  const parts = id.slice(id.indexOf(':', 'urn:dtf:link:'.length) + 1).split('/');
  return parts.length === 3 && parts.every((part) => !/%(?![0-9A-F]{2})/.test(part)) ? parts.map(decodeAscii) : [];
};

/** Ids and terms encode to ASCII or to whole UTF-8 sequences; what does not decode is no id that we made. */
const decodeAscii = (part: string): string =>
  Buffer.from(
    part.replace(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    'latin1',
  ).toString('utf8');

const findLink = (to: Writing, id: LinkId): Ends | undefined => {
  const own = to.statement('findLinkByOwnId').get(id);
  if (own) return endsOf(own);
  const [kind, src, dst] = partsOfId(id);
  const found = kind !== undefined && src !== undefined && dst !== undefined ? to.statement('findLinkByEnds').get(src, kind, dst) : undefined;
  const ends = found && endsOf(found);
  return ends && linkIdOfRow(ends) === id ? ends : undefined;
};

export const deleteLink = (to: Writing, id: LinkId): Outcome => {
  const ends = findLink(to, id);
  return ends ? { ok: true, version: 1, seq: removeLink(to, ends) } : { ok: false, problem: problem('notFound', { subject: id }) };
};

/** No link of this store is left hanging on a twin that is gone. */
export const deleteLinksOf = (to: Writing, id: TwinId): void => {
  for (const row of to.statement('linksOf').all(id, id)) removeLink(to, endsOf(row));
};

type JoinKey = Pick<Join, 'kind' | 'agency' | 'scheme' | 'value'>;

const keyOf = ({ kind, agency, scheme, value }: JoinKey): string => JSON.stringify([kind, agency, scheme, value]);

/** Joins that stay keep what became of them. */
export const putJoins = (to: Writing, { from, joins }: { readonly from: TwinId; readonly joins: readonly Join[] }): Outcome => {
  const wanted = new Set(joins.map(keyOf));
  for (const { kind, agency, scheme, value } of to.statement('joinsOf').all(from)) {
    const known = [String(kind), String(agency), String(scheme), String(value)];
    if (!wanted.has(JSON.stringify(known))) to.statement('deleteJoin').run(from, ...known);
  }
  for (const { kind, agency, scheme, value, state, to: end, triedAt } of joins)
    to.statement('putJoin').run(from, kind, agency, scheme, value, state, end ?? null, triedAt ?? null);
  return { ok: true, version: 1, seq: to.head };
};

export const settleJoin = (to: Writing, join: Join): Outcome => {
  const { from, kind, agency, scheme, value, state, triedAt } = join;
  const { changes } = to.statement('settleJoin').run(state, join.to ?? null, triedAt ?? null, from, kind, agency, scheme, value);
  return changes === 0 ? { ok: false, problem: problem('notFound', { subject: from, found: value }) } : { ok: true, version: 1, seq: to.head };
};
