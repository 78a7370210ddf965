/**
 * IdentityPlan: what a member must still be asked so that every representation of the objects found is known. A question is left out only where its answer is known.
 */
import { type AgencyId, agencyOf, type TwinId } from '../ground/id.ts';
import type { TwinFilter, TwinPage } from '../twin/query.ts';
import type { Identity } from './federated-twin.ts';

/** What a member has told so far; undefined where it has not told. */
export type Told = {
  readonly agency: AgencyId;
  /** how many of its twins name an object of interest or take part in a sameAs link */
  readonly identities: number | undefined;
  /** how many of its twins take part in a sameAs link */
  readonly linked: number | undefined;
  /** identifiers for which it has given all it has */
  readonly answered: ReadonlySet<string>;
};

/** Without sameAs links a member knows of its own twins only; twins at hand need not be fetched again. */
export const openFor = ({ agency, identities, linked, answered }: Told, { ids, objects }: Identity, held: ReadonlySet<TwinId>): Identity => ({
  ids: ids.filter((id) => (linked ?? identities) !== 0 || (agencyOf(id) === agency && !held.has(id))),
  objects: identities === 0 ? [] : objects.filter((object) => !answered.has(object)),
});

/** The identifiers for which a first page is all that a member has: nothing but identifiers was asked for, and nothing follows. */
export const answeredBy = (filter: TwinFilter, page: TwinPage): ReadonlySet<string> => {
  const { ids, ...rest } = filter;
  const whole = page.next === undefined && Object.values(rest).every((part) => part === undefined);
  return new Set(whole ? ids : []);
};
