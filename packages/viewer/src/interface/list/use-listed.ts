/**
 * Use listed: which twins the table and the tree show: those of the filter, and where a question is posed, those of its answer.
 */
import { useMemo } from 'react';
import type { Source } from '../../graphql/answers.ts';
import type { Filter } from '../../graphql/queries.ts';
import { isNarrow, isTelling, toTwinFilter } from '../state/filter.ts';
import { type Person, usePerson } from '../state/person.ts';
import { usePosed } from '../state/posing.ts';
import { untoldIn } from '../state/sources-line.ts';
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

type Sought = Pick<Person, 'filter' | 'question' | 'asOf'>;
export type Sources = readonly Pick<Source, 'agency' | 'status'>[];

/** Why nothing is listed, as a key of what is said. Nothing is said of those who have not told all. That nothing was known at a time those can tell who tell the past, and only together. */
export const nothingOf = ({ filter, question, asOf }: Sought, sources: Sources): Key => {
  const isTold = untoldIn(sources).length === 0;
  if (asOf === undefined || question !== undefined || isNarrow(filter)) return isTold ? 'nothingListed' : 'nothingListedThere';
  return isTold && sources.some(({ status }) => status !== 'NOT_ASKED') ? 'nothingThen' : 'nothingToldThen';
};

export const useNothing = (sources: Sources): Key => usePerson((state) => nothingOf(state, sources));
