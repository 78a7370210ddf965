/**
 * Places: the variables of a saved question that are filled by a twin: those that its text declares as a filter of twins.
 */
import { isRecord, type Question } from '../../graphql/questions.ts';

export type Place = {
  readonly variable: string;
  /** the kinds from which one picks, as the question was saved; none: any */
  readonly kinds: readonly string[];
  readonly saved: unknown;
};

const declared = /\$(\w+)\s*:\s*TwinFilter\b/g;

const kindsIn = (filter: unknown): readonly string[] => {
  const kinds = isRecord(filter) ? filter['kinds'] : undefined;
  return Array.isArray(kinds) ? kinds.filter((kind) => typeof kind === 'string') : [];
};

export const placesOf = ({ query, variables }: Pick<Question, 'query' | 'variables'>): readonly Place[] => {
  const text = query.replace(/^\s*#.*$/gm, '');
  return [...text.matchAll(declared)].map(([, variable = '']) => ({ variable, kinds: kindsIn(variables[variable]), saved: variables[variable] }));
};

/** The variables with the twins that were picked. */
export const filled = (question: Question, picked: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> => {
  const places = placesOf(question).filter(({ variable }) => picked[variable] !== undefined);
  return { ...question.variables, ...Object.fromEntries(places.map(({ variable }) => [variable, { ids: [picked[variable]] }])) };
};
