/**
 * Far interface: a system of the agency that keeps its data where they are, as an operator writes it: how it is reached, what its records mean. An adaptor converts them.
 */
import { FarForm, LanguageMap, TermId } from '@cityweave/core';
import { z } from 'zod';

/** OGC API Features: the address of a collection's items; NGSI-LD: the address of a query for entities. */
export const FarProtocol = z.enum(['ogc-api-features', 'ngsi-ld']);
export type FarProtocol = z.infer<typeof FarProtocol>;

export const FarInterface = FarForm.omit({ format: true, source: true })
  .extend({
    /** also the second part of its twins' ids */
    id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower case letters, digits and hyphens'),
    title: LanguageMap.optional(),
    protocol: FarProtocol,
    address: z.url(),
    kind: TermId,
    /** members by which others may know its twins, as their joins name them */
    identifiers: z.array(z.strictObject({ scheme: z.string().min(1), member: z.string().min(1) })).default([]),
    /** what was fetched so long ago is fetched again, in milliseconds */
    freshMs: z.int().min(0).max(3_600_000).default(1_000),
    /** how often it is looked at while somebody follows, in milliseconds; a broker of NGSI-LD is asked to say by itself when something changed */
    lookMs: z.int().min(100).max(3_600_000).default(5_000),
    /** of NGSI-LD: the @context in which types and members are named, where that is not the core's */
    context: z.url().optional(),
    /**
     * Where what was before is kept: temporal entities of NGSI-LD, or the items of a collection with a record for each time, told by `datetime`. Absent: it is not.
     */
    history: z.strictObject({ address: z.url() }).optional(),
  })
  .strict();
export type FarInterface = z.infer<typeof FarInterface>;

export const formatOf = ({ protocol }: Pick<FarInterface, 'protocol'>): FarForm['format'] =>
  protocol === 'ngsi-ld' ? 'application/ld+json' : 'application/geo+json';

/** What its owner registers of it. */
export const formOf = (given: FarInterface): FarForm => {
  const { id: source, dictionary, key, name, observedAt, crs, timeZone, members } = given;
  const optional = Object.entries({ name, observedAt, crs, timeZone }).filter(([, value]) => value !== undefined);
  return { format: formatOf(given), dictionary, source, key, members, ...Object.fromEntries(optional) };
};
