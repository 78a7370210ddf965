/**
 * Terms: how a term of a dictionary is called; one that no dictionary knows by what its agency named the column.
 */
import type { Term } from '../../graphql/answers.ts';

export const isKnownTerm = ({ id, label }: Term): boolean => label !== id;

/** `cdd:dedicated_spaces` as "dedicated spaces", `city:HISTTYPE` as it is. */
export const termText = (term: Term): string =>
  isKnownTerm(term)
    ? term.label
    : (term.id.split(':').at(-1) ?? term.id)
        .replace(/_+/g, ' ')
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .trim() || term.id;
