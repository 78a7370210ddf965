/**
 * Person: what somebody looks at, asks and chose; all of it can be sent as an address. Nothing that the city is made of.
 */
import { create } from 'zustand';
import type { Flag } from '../../graphql/answers.ts';
import type { Bounds, Theme } from '../../scene/staged.ts';
import { currentWords, type Language } from '../words/words.ts';

export const panels = ['questions', 'layers', 'filter', 'federation'] as const;
export type PanelName = (typeof panels)[number];
export const lists = ['table', 'tree'] as const;
export type ListName = (typeof lists)[number];

/** Twins whose property lies within, both ends included, or is one of these texts, and came about in one of these ways. */
export type PropertyRange = {
  readonly term: string;
  readonly unit?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly among?: readonly string[] | undefined;
  readonly flags?: readonly Flag[] | undefined;
};

/** What lies beyond the bounds of a property is in alarm, and what is older than they allow is stale. */
export type Watch = Bounds & { readonly term: string /** of the bounds */; readonly unit?: string | undefined };

export type TwinChoice = { readonly agencies: readonly string[]; readonly kinds: readonly string[]; readonly ranges: readonly PropertyRange[] };

/** A saved question, with the twin that was picked for each of its places; a place that is not named is asked as it was saved. */
export type PosedQuestion = { readonly name: string; readonly places: Readonly<Record<string, string>> };

export type Person = {
  readonly theme: Theme;
  readonly lang: Language;
  readonly federation: string | undefined;
  /** `agency|kind` by their ids, shown or hidden against what the look says */
  readonly turned: ReadonlySet<string>;
  readonly filter: TwinChoice;
  /** the property by which the city is coloured; `agency`: by who keeps it */
  readonly colour: string | undefined;
  /** holds while the city is coloured by its property */
  readonly watch: Watch | undefined;
  /** links between agencies are drawn */
  readonly crossing: boolean;
  /** the moment whose sun shines, as clocks of the city show it, YYYY-MM-DDTHH:MM; undefined: soft light */
  readonly sun: string | undefined;
  /** the moment that is looked at, YYYY-MM-DDTHH:MMZ; undefined: now */
  readonly asOf: string | undefined;
  readonly question: PosedQuestion | undefined;
  /** the place of the question that the next pick in the scene fills */
  readonly picking: string | undefined;
  readonly selected: string | undefined;
  /** the twin that the next look at the scene is to bring before the eye */
  readonly frame: string | undefined;
  /** the next answer is brought before the eye as a whole */
  readonly survey: boolean;
  /** the twin that is pointed at in a list */
  readonly hovered: string | undefined;
  readonly panel: PanelName | undefined;
  readonly list: ListName | undefined;
};

export const noFilter: TwinChoice = { agencies: [], kinds: [], ranges: [] };

const isDark = (): boolean => globalThis.matchMedia?.('(prefers-color-scheme: dark)').matches === true;

export const usePerson = create<Person>()(() => ({
  theme: isDark() ? 'dark' : 'light',
  lang: currentWords().lang,
  federation: undefined,
  turned: new Set(),
  filter: noFilter,
  colour: undefined,
  watch: undefined,
  crossing: false,
  sun: undefined,
  asOf: undefined,
  question: undefined,
  picking: undefined,
  selected: undefined,
  frame: undefined,
  survey: false,
  hovered: undefined,
  panel: undefined,
  list: undefined,
}));

const { setState: set, getState: get } = usePerson;

const toggled = <T>(all: Iterable<T>, one: T): ReadonlySet<T> => {
  const next = new Set(all);
  if (!next.delete(one)) next.add(one);
  return next;
};

export const person = {
  get,
  follow: usePerson.subscribe,
  set,
  turn: (key: string): void => set({ turned: toggled(get().turned, key) }),
  select: (id: string | undefined): void => set({ selected: id }),
  open: (panel: PanelName | undefined): void => set({ panel: get().panel === panel ? undefined : panel }),
  show: (list: ListName | undefined): void => set({ list: get().list === list ? undefined : list }),
  pose: (name: string | undefined): void =>
    set({ question: name === undefined ? undefined : { name, places: {} }, picking: undefined, panel: 'questions', survey: name !== undefined }),
  place: (variable: string, id: string | undefined): void => {
    const { question } = get();
    if (!question) return;
    const { [variable]: _before, ...places } = question.places;
    set({ question: { ...question, places: id === undefined ? places : { ...places, [variable]: id } }, picking: undefined, survey: true });
  },
  pick: (variable: string | undefined): void => set({ picking: variable }),
  filterBy: (of: 'agencies' | 'kinds', id: string): void => set({ filter: { ...get().filter, [of]: [...toggled(get().filter[of], id)] } }),
  range: (term: string, range: PropertyRange | undefined): void => {
    const others = get().filter.ranges.filter((each) => each.term !== term);
    set({ filter: { ...get().filter, ranges: range ? [...others, range] : others } });
  },
} as const;
