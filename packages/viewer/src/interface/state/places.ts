/**
 * Places: the variables of a saved question that are filled by a twin: those that its text declares as a filter of twins.
 */
import { isRecord, type Question } from '../../graphql/questions.ts';

export type Place = {
  readonly variable: string;
  /** the kinds from which one picks, as the question was saved; none: any */
  readonly kinds: readonly string[];
  /** as the question was saved: the properties by which its twins are meant */
  readonly tests: readonly { readonly term: string; readonly value: unknown; readonly unit: string | undefined }[];
};

const declared = /\$(\w+)\s*:\s*TwinFilter\b/g;

const kindsIn = (filter: unknown): readonly string[] => {
  const kinds = isRecord(filter) ? filter['kinds'] : undefined;
  return Array.isArray(kinds) ? kinds.filter((kind) => typeof kind === 'string') : [];
};

const testsIn = (filter: unknown): Place['tests'] => {
  const tests = isRecord(filter) && Array.isArray(filter['property']) ? filter['property'].filter(isRecord) : [];
  return tests.flatMap(({ term, value, unit }) => (typeof term === 'string' ? [{ term, value, unit: typeof unit === 'string' ? unit : undefined }] : []));
};

export const placesOf = ({ query, variables }: Pick<Question, 'query' | 'variables'>): readonly Place[] => {
  const text = query.replace(/^\s*#.*$/gm, '');
  return [...text.matchAll(declared)].map(([, variable = '']) => ({ variable, kinds: kindsIn(variables[variable]), tests: testsIn(variables[variable]) }));
};

/** The variables with the twins that were picked. */
export const filled = (question: Question, picked: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => {
  const places = placesOf(question).filter(({ variable }) => picked[variable] !== undefined);
  return { ...question.variables, ...Object.fromEntries(places.map(({ variable }) => [variable, { ids: [picked[variable]] }])) };
};
