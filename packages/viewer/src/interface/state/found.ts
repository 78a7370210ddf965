/**
 * Found: what a text typed into the search means: saved questions that name it, and twins of any agency, grouped by agency.
 */
import type { Group, TwinRow } from '../../graphql/answers.ts';
import type { Filter } from '../../graphql/queries.ts';
import { type Question, titleOf } from '../../graphql/questions.ts';
import { countTwins } from './counting.ts';
import type { Drawn } from './drawn.ts';

export const searchLimits = { charactersMin: 2, charactersMax: 200, foundMax: 30, questionsMax: 5, kindsMax: 5 } as const;

/** A whole identifier is looked up; anything else is begun words of a name, an address, a number. Undefined: too short to ask, or no word, which every twin would fit. */
export const toSearchFilter = (text: string): Filter | undefined => {
  const wanted = text.trim().slice(0, searchLimits.charactersMax);
  if (wanted.length < searchLimits.charactersMin || !/[\p{L}\p{N}]/u.test(wanted)) return undefined;
  return /^urn:\S+$/.test(wanted) ? { ids: [wanted] } : { text: wanted };
};

/** Every word is somewhere in the question; those whose name begins so come first. Without a text, all. */
export const matchingQuestions = (questions: readonly Question[], text: string): readonly Question[] => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = questions.filter((question) => {
    const { title, more } = titleOf(question);
    const said = `${title} ${more} ${question.name}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
  const begins = ({ name }: Question): number => (words[0] !== undefined && name.toLowerCase().startsWith(words[0]) ? 0 : 1);
  return fitting.toSorted((a, b) => begins(a) - begins(b));
};

export type FoundKind = { readonly id: string; readonly label: string; readonly count: number | undefined };

/** Kinds of which a word begins as the text does, with their twins over all agencies, each once. */
export const matchingKinds = (groups: readonly Group[], text: string, drawn?: Drawn): readonly FoundKind[] => {
  const wanted = text.trim().toLowerCase();
  if (wanted.length < searchLimits.charactersMin) return [];
  const fitting = groups.filter(({ kind }) => ` ${kind.label.toLowerCase()}`.includes(` ${wanted}`));
  return [...Map.groupBy(fitting, ({ kind }) => kind.id)].map(([id, own]) => ({
    id,
    label: own[0]?.kind.label ?? id,
    count: countTwins(groups, { kinds: [id], agencies: [] }, drawn),
  }));
};

export type FoundOption =
  | { readonly type: 'question'; readonly key: string; readonly question: Question }
  | { readonly type: 'kind'; readonly key: string; readonly kind: FoundKind }
  | { readonly type: 'twin'; readonly key: string; readonly twin: TwinRow };

export type FoundGroup = { readonly key: string; readonly name: string | undefined; readonly options: readonly FoundOption[] };

type Found = { readonly questions: readonly Question[]; readonly kinds: readonly FoundKind[]; readonly twins: readonly TwinRow[] };

const agencyOf = ({ representations: [first] }: TwinRow): { readonly id: string; readonly name: string } => first?.agency ?? { id: '', name: '' };

/** The option that is held, wherever the list has it by now, and none where it is gone: never silently another one. Where none is held, the first. */
export const meantIn = (options: readonly FoundOption[], held: string | undefined): FoundOption | undefined =>
  held === undefined ? options[0] : options.find(({ key }) => key === held);

/** Questions and kinds first, then a group an agency in the order in which its first twin was found. */
export const toGroups = ({ questions, kinds, twins }: Found): readonly FoundGroup[] => {
  const asked = questions.slice(0, searchLimits.questionsMax).map((question): FoundOption => ({ type: 'question', key: `q ${question.name}`, question }));
  const meant = kinds.slice(0, searchLimits.kindsMax).map((kind): FoundOption => ({ type: 'kind', key: `k ${kind.id}`, kind }));
  const byAgency = [...Map.groupBy(twins, (twin) => agencyOf(twin).id)].map(([key, found]) => ({
    key,
    name: found[0] && agencyOf(found[0]).name,
    options: found.map((twin): FoundOption => ({ type: 'twin', key: twin.id, twin })),
  }));
  return [{ key: 'questions', name: undefined, options: asked }, { key: 'kinds', name: undefined, options: meant }, ...byAgency].filter(
    ({ options }) => options.length > 0,
  );
};
