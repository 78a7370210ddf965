/**
 * Link: a typed relation between two twins, possibly of two agencies, and the join that waits to become one.
 */
import { z } from 'zod';
import { AgencyId, compareText, LinkId, TermId, TwinId } from '../ground/id.ts';
import { Instant } from '../ground/instant.ts';
import { limits } from '../ground/limits.ts';

/** The relation that says: both twins represent one object of interest. */
export const sameAs = TermId.parse('city:sameAs');
export const partOf = TermId.parse('city:partOf');

export const Direction = z.enum(['out', 'in', 'both']);
export type Direction = z.infer<typeof Direction>;

export const Link = z.object({
  id: LinkId,
  kind: TermId,
  from: TwinId,
  to: TwinId,
  /** who says so */
  source: AgencyId,
  recordedAt: Instant,
  /** since when it is true, where that is not when it was recorded */
  observedAt: Instant.optional(),
  /** what it rests on, e.g. the columns of a declared join */
  evidence: z.string().max(limits.nameCharactersMax).optional(),
  /** one more with whatever its agency says of it, also after it was gone; 1 where absent */
  version: z.int().min(2).optional(),
});
export type Link = z.infer<typeof Link>;

export const versionOfLink = (link: Link | undefined): number => (link ? (link.version ?? 1) : 0);

/** A link is known by its ends and its kind: several may have one id. */
export const linksOnce = (links: readonly Link[]): readonly Link[] => [
  ...new Map(links.map((link) => [`${link.from}\u0000${link.kind}\u0000${link.to}`, link])).values(),
];

export type LinksOfEach = { readonly ids: readonly string[]; readonly direction: Direction; readonly limit: number };

const byKindAndEnds = (a: Link, b: Link): number => compareText(a.kind, b.kind) || compareText(a.from, b.from) || compareText(a.to, b.to);

/** Of each of the twins, each way that is asked for, so many at most: the first by kind and far end. Each is told once, in that order. */
export const firstOfEach = (links: readonly Link[], { ids, direction, limit }: LinksOfEach): readonly Link[] => {
  const left = { out: new Map(ids.map((id) => [id, limit])), in: new Map(ids.map((id) => [id, limit])) };
  const takes = (way: 'out' | 'in', id: string): boolean => {
    const room = direction === 'both' || direction === way ? (left[way].get(id) ?? 0) : 0;
    if (room > 0) left[way].set(id, room - 1);
    return room > 0;
  };
  return linksOnce(links)
    .toSorted(byKindAndEnds)
    .filter(({ from, to }) => [takes('out', from), takes('in', to)].includes(true));
};

export type LinksTold = { readonly links: readonly Link[] /** twins that have more one way than are told */; readonly beyond: ReadonlySet<string> };

/** Of links that were asked for with one more of each than is wanted: so many of each, and where there are more. */
export const cutLinks = (links: readonly Link[], asked: LinksOfEach): LinksTold => {
  const [counts, ids, beyond] = [new Map<string, number>(), new Set(asked.ids), new Set<string>()];
  const note = (way: 'out' | 'in', id: string): void => {
    const count = (counts.get(`${way} ${id}`) ?? 0) + 1;
    counts.set(`${way} ${id}`, count);
    if (count > asked.limit && ids.has(id)) beyond.add(id);
  };
  for (const { from, to } of linksOnce(links)) {
    if (asked.direction !== 'in') note('out', from);
    if (asked.direction !== 'out') note('in', to);
  }
  return { links: firstOfEach(links, asked), beyond };
};

/** What is said of a link, said so often. */
export const withVersion = ({ version: _, ...link }: Link, version: number): Link => ({ ...link, ...(version > 1 && { version }) });

export const JoinState = z.enum(['PENDING', 'RESOLVED', 'UNRESOLVED']);
export type JoinState = z.infer<typeof JoinState>;

/** A declared relation to another agency's twin, known only by that agency's key until the federation is ACTIVE. */
export const Join = z.object({
  from: TwinId,
  kind: TermId,
  /** the agency whose register has the key */
  agency: AgencyId,
  scheme: z.string(),
  /** the foreign key, normalised: 791, 791.0 and "791" are one */
  value: z.string(),
  state: JoinState,
  to: TwinId.optional(),
  /** more twins have the key than it was linked to */
  partnersBeyond: z.literal(true).optional(),
  triedAt: Instant.optional(),
});
export type Join = z.infer<typeof Join>;

/** By what a join is known, and the order in which joins are told. */
export const JoinKey = Join.pick({ from: true, kind: true, agency: true, scheme: true, value: true });
export type JoinKey = z.infer<typeof JoinKey>;

export const joinKeyOf = ({ from, kind, agency, scheme, value }: JoinKey): JoinKey => ({ from, kind, agency, scheme, value });

const decimal = /^[+-]?\d+\.0+$/;
/** Text of these characters alone is composed already. */
const latin1 = /^[\0-\xff]*$/;

/** Keys as registers write them: 791, 791.0, " 791 " and "791" are the same key; case and leading zeros are kept. */
export const normaliseKey = (raw: string | number): string => {
  const trimmed = String(raw).trim();
  const text = latin1.test(trimmed) ? trimmed : trimmed.normalize('NFC');
  return decimal.test(text) ? text.slice(0, text.indexOf('.')) : text;
};
