/**
 * Use listed: which twins the table and the tree show: those of the filter, and where a question is posed, those of its answer.
 */
import { useMemo } from 'react';
import type { Filter } from '../../graphql/queries.ts';
import { isNarrow, isTelling, toTwinFilter } from '../state/filter.ts';
import { usePerson } from '../state/person.ts';
import { usePosed } from '../state/posing.ts';
import type { Key } from '../words/words.ts';

export type Listed = {
  readonly federation: string | undefined;
  readonly filter: Filter | undefined;
  readonly terms: readonly string[];
  readonly asOf: string | undefined;
  readonly lang: string;
};

/** Beside name, kind and agency. */
const termsMax = 3;

export const useListed = (): Listed => {
  const { federation, filter, colour, question, asOf, lang } = usePerson();
  const ids = usePosed(({ answer }) => answer?.ids);
  const asked = question === undefined ? undefined : ids;
  const terms = useMemo(() => [...new Set([...(colour ? [colour] : []), ...filter.ranges.map(({ term }) => term)])].slice(0, termsMax), [colour, filter]);
  return useMemo(
    () => ({ federation, filter: toTwinFilter({ ...filter, ranges: filter.ranges.filter(isTelling) }, asked), terms, asOf, lang }),
    [federation, filter, asked, terms, asOf, lang],
  );
};

/** Why nothing is listed, as a key of what is said. */
export const useNothing = (): Key =>
  usePerson(({ filter, question, asOf }) => (asOf !== undefined && question === undefined && !isNarrow(filter) ? 'nothingThen' : 'nothingListed'));
