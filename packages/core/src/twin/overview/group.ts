/**
 * Group: twins counted by what they have in common.
 */
import { z } from 'zod';
import { AgencyId, compareText, TermId } from '../../ground/id.ts';
import type { Twin } from '../twin.ts';

/** The property whose text is a twin's status: in service, abandoned ... */
export const statusTerm = TermId.parse('city:status');

export const Facet = z.enum(['kind', 'agency', 'status']);
export type Facet = z.infer<typeof Facet>;

/** `count` twins match of `of` with that kind, agency and status in all. Those without a status have a group of their own. */
export const Group = z.object({
  kind: TermId.optional(),
  agency: AgencyId.optional(),
  status: z.string().optional(),
  count: z.int().min(0),
  of: z.int().min(0),
});
export type Group = z.infer<typeof Group>;

export type Facets = Pick<Group, Facet>;

const statusOf = ({ values }: Twin): string | undefined => {
  const value = Object.hasOwn(values, statusTerm) ? values[statusTerm]?.value : undefined;
  return typeof value === 'string' ? value : undefined;
};

export const facetsOf = (twin: Twin, by: readonly Facet[]): Facets => {
  const status = by.includes('status') ? statusOf(twin) : undefined;
  return { ...(by.includes('kind') && { kind: twin.kind }), ...(by.includes('agency') && { agency: twin.agency }), ...(status !== undefined && { status }) };
};

/** The same for twins that are counted together. */
export const groupKey = ({ kind, agency, status }: Facets): string => JSON.stringify([kind, agency, status]);

/** By kind, agency and status; what is missing comes last. */
export const compareGroups = (a: Facets, b: Facets): number => compareText(groupKey(a), groupKey(b));
