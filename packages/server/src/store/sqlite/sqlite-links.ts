/**
 * Links and joins on the writer's side. A link is known by its ends and its kind; its id is kept only where it is not made of them.
 */
import {
  type Instant,
  type Join,
  type Link,
  type LinkChange,
  type LinkId,
  linkIdOf,
  linkOfSample,
  linkSeries,
  type Sample,
  sameAs,
  samplesOfLink,
  type TermId,
  type TwinId,
  versionOfLink,
  withVersion,
} from '@cityweave/core';
import { checkVersion, notThere } from '../keepable.ts';
import { lastVersion, noteGone } from '../sqlite-history/gone.ts';
import { putSample, sampleOfRow } from '../sqlite-history/rows.ts';
import type { Command, Outcome } from '../store.ts';
import { noteChange, numberOf, type Writing } from './sqlite-file.ts';

type Ends = { readonly src: string; readonly kind: string; readonly dst: string; readonly ownId: string | null };

// branding: what a store gives back was branded when it was put in
const linkIdOfRow = ({ src, kind, dst, ownId }: Ends): LinkId => (ownId ?? linkIdOf(src as TwinId, kind as TermId, dst as TwinId)) as LinkId;

/** A link from the columns of its row, in the order in which they are always read. */
export const linkOf = ([from, kind, to, source, recordedAt, evidence, ownId, observedAt, version]: readonly unknown[]): Link => {
  const id = linkIdOfRow({ src: String(from), kind: String(kind), dst: String(to), ownId: typeof ownId === 'string' ? ownId : null });
  // branding: the rows of our own file keep their types
  return {
    id,
    kind,
    from,
    to,
    source,
    recordedAt,
    ...(observedAt !== null && { observedAt }),
    ...(evidence !== null && { evidence }),
    ...(Number(version) > 1 && { version }),
  } as Link;
};

type Row = Record<string, unknown>;

export const linkOfRow = (row: Row): Link =>
  linkOf([row['src'], row['kind'], row['dst'], row['source'], row['recorded_at'], row['evidence'], row['own_id'], row['observed_at'], row['version']]);

/** By its ends: which twins a series of a link is of. */
export const notePastLink = (to: Writing, s: number, samples: readonly Sample[]): void => {
  const link = samples.map(linkOfSample).find((one) => one !== undefined);
  if (link) to.statement('putPastLink').run(link.from, link.kind, link.to, s);
};

/** A link is known by its ends and its kind, whatever id it has. */
const endsId = ({ from, kind, to }: Link): LinkId => linkIdOf(from, kind, to);

const gainLinkHistory = (to: Writing, change: Omit<LinkChange, 'at'>): void => {
  const link = change.before ?? change.after;
  if (!link) return;
  const id = endsId(link);
  const series = to.statement('seriesOf').get(id);
  const last = series && to.statement('lastSample').get(numberOf(series, 's'));
  const gained = samplesOfLink({ ...change, at: to.at as Instant }, last && sampleOfRow(linkSeries, last)); // branding: instants cross the thread as text
  if (gained.length === 0) return;
  const s = series ? numberOf(series, 's') : Number(to.statement('addSeries').run(id, linkSeries).lastInsertRowid);
  if (!series) notePastLink(to, s, gained);
  for (const sample of gained) putSample(to, s, sample);
};

/** As it is, with its version. */
export const keepLink = (to: Writing, link: Link): void => {
  const { id, from, kind, to: end, source, recordedAt, evidence = null, observedAt = null } = link;
  const ownId = id === endsId(link) ? null : id;
  to.statement('putLink').run(from, kind, end, source, recordedAt, evidence, ownId, observedAt, versionOfLink(link));
};

export const putLink = (to: Writing, { link, expected }: Pick<Extract<Command, { op: 'putLink' }>, 'link' | 'expected'>): Outcome => {
  const row = to.statement('findLinkByEnds').get(link.from, link.kind, link.to);
  const before = row && linkOfRow(row);
  const conflict = checkVersion(link.id, expected, versionOfLink(before));
  if (conflict) return conflict;
  const version = (before ? versionOfLink(before) : lastVersion(to, endsId(link))) + 1;
  gainLinkHistory(to, { before, after: link });
  keepLink(to, withVersion(link, version));
  if (link.kind === sameAs) to.identityTouched = true;
  return { ok: true, version, seq: noteChange(to, { id: link.from, op: 'link', link: link.id }) };
};

const removeLink = (to: Writing, link: Link, endedAt?: Instant): Outcome => {
  gainLinkHistory(to, { before: link, endedAt });
  to.statement('deleteLink').run(link.from, link.kind, link.to);
  if (link.kind === sameAs) to.identityTouched = true;
  const version = noteGone(to, endsId(link), versionOfLink(link) + 1);
  return { ok: true, version, seq: noteChange(to, { id: link.from, op: 'unlink', link: link.id }) };
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

const findLink = (to: Writing, id: LinkId): Link | undefined => {
  const own = to.statement('findLinkByOwnId').get(id);
  if (own) return linkOfRow(own);
  const [kind, src, dst] = partsOfId(id);
  const found = kind !== undefined && src !== undefined && dst !== undefined ? to.statement('findLinkByEnds').get(src, kind, dst) : undefined;
  const link = found && linkOfRow(found);
  return link?.id === id ? link : undefined;
};

export const deleteLink = (to: Writing, { id, endedAt, expected }: Extract<Command, { op: 'deleteLink' }>): Outcome => {
  const link = findLink(to, id);
  if (!link) return { ok: false, problem: notThere.link(id), current: 0 };
  return checkVersion(id, expected, versionOfLink(link)) ?? removeLink(to, link, endedAt);
};

/** No link of this store is left hanging on a twin that is gone. */
export const deleteLinksOf = (to: Writing, id: TwinId): void => {
  for (const row of to.statement('linksOf').all(id, id)) removeLink(to, linkOfRow(row));
};

type JoinKey = Pick<Join, 'kind' | 'agency' | 'scheme' | 'value'>;

const keyOf = ({ kind, agency, scheme, value }: JoinKey): string => JSON.stringify([kind, agency, scheme, value]);

/** Unless it is there already. */
export const insertJoin = (to: Writing, { from, kind, agency, scheme, value, ...became }: Join): void => {
  to.statement('putJoin').run(from, kind, agency, scheme, value, became.state, ...settledOf(became));
};

const settledOf = ({ to: end, triedAt, partnersBeyond }: Pick<Join, 'to' | 'triedAt' | 'partnersBeyond'>) =>
  [end ?? null, triedAt ?? null, partnersBeyond ? 1 : 0] as const;

/** Joins that stay keep what became of them. */
export const putJoins = (to: Writing, { from, joins }: { readonly from: TwinId; readonly joins: readonly Join[] }): Outcome => {
  const wanted = new Set(joins.map(keyOf));
  for (const { kind, agency, scheme, value } of to.statement('joinsOf').all(from)) {
    const known = [String(kind), String(agency), String(scheme), String(value)];
    if (!wanted.has(JSON.stringify(known))) to.statement('deleteJoin').run(from, ...known);
  }
  for (const join of joins) insertJoin(to, { ...join, from });
  return { ok: true, version: 1, seq: to.head };
};

export const settleJoin = (to: Writing, join: Join): Outcome => {
  const { from, kind, agency, scheme, value, state } = join;
  const { changes } = to.statement('settleJoin').run(state, ...settledOf(join), from, kind, agency, scheme, value);
  return changes === 0 ? { ok: false, problem: notThere.join(join) } : { ok: true, version: 1, seq: to.head };
};
