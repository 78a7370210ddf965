/**
 * Gazetteer: what of the city has a name, with its outline, read once lists are: a few requests, however long the lists are. Where nothing has a name, the city's middle has.
 */
import { type Gazetteer, toGazetteer } from '@cityweave/core/scene/tiles';
import { useEffect, useMemo } from 'react';
import { create } from 'zustand';
import type { NamedPlaceRow, NamedPlacesPage } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { fetchScene } from '../../scene/fetching.ts';
import { heldAfter, landmarkKinds, namesMax } from '../bonds/landmarks.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';
import { readAgain } from '../state/reading.ts';
import { isTelling } from '../words/telling.ts';
import { useWords } from '../words/words.ts';

type Named = Parameters<typeof toGazetteer>[0][number] & { readonly agencies: readonly string[] };

export type Told = {
  readonly federation: string;
  readonly lang: string;
  /** of each request its own */
  readonly parts: readonly (readonly Named[])[];
  /** longitude, latitude of the city's middle, where nothing has a name */
  readonly middle: readonly [number, number] | undefined;
};

type Read = { readonly isWanted: boolean; readonly told: Told | undefined; readonly gazetteer: Gazetteer };

const useRead = create<Read>()(() => ({ isWanted: false, told: undefined, gazetteer: [] }));

const isOutline = (value: unknown): value is NonNullable<Named['outline']> => {
  const { type, coordinates } = Object(value);
  return (type === 'Polygon' || type === 'MultiPolygon') && Array.isArray(coordinates);
};

export const toNamedPlaces = (nodes: readonly NamedPlaceRow[]): readonly Named[] =>
  nodes.flatMap(({ id, name, position, representations }) => {
    if (!(position && isTelling(name))) return [];
    const outline = representations.map(({ geometry }) => geometry).find(isOutline);
    return [{ id, name, position: [position.longitude, position.latitude], outline, agencies: representations.map(({ agency }) => agency.id) }];
  });

const readPlaces = async (federation: string, lang: string, signal: AbortSignal) => {
  const asked = landmarkKinds.map((kinds) => ask(queries.namedPlaces, { federation, filter: { kinds }, first: namesMax, lang }, signal));
  return (await Promise.all(asked)).map((got) => (got.ok ? got.value.federation?.twins : undefined));
};

/** What was not told, because nobody or not everybody answered, stays as it was; not what was told of another federation, or in another language. */
export const toldAfter = (
  before: Told | undefined,
  { federation, lang }: Pick<Told, 'federation' | 'lang'>,
  pages: readonly (NamedPlacesPage | undefined)[],
): Omit<Told, 'middle'> => {
  const known = before?.federation === federation && before.lang === lang ? before.parts : [];
  const parts = pages.map((page, at) => (page ? heldAfter(known[at] ?? [], toNamedPlaces(page.nodes), page.sources) : (known[at] ?? [])));
  return { federation, lang, parts };
};

/** The same again is nothing new: all outlines are gone over once for whatever was told, however often it is told and however many rows ask. */
export const readAfter = (before: Pick<Read, 'told' | 'gazetteer'>, told: Told): Pick<Read, 'told' | 'gazetteer'> =>
  JSON.stringify(before.told) === JSON.stringify(told) ? before : { told, gazetteer: toGazetteer(told.parts.flat()) };

const learnPlaces = async (federation: string, lang: string, signal: AbortSignal): Promise<void> => {
  const pages = await readPlaces(federation, lang, signal);
  if (signal.aborted) return;
  const told = toldAfter(useRead.getState().told, { federation, lang }, pages);
  const scene = told.parts.flat().length === 0 ? await fetchScene(federation) : undefined;
  if (!signal.aborted) useRead.setState((before) => readAfter(before, { ...told, middle: scene?.ok ? scene.value.origin : undefined }));
};

/** Places hardly move, and names hardly change. */
const learnEveryMs = 60_000;

/** Read from when somebody is first told where a twin lies. */
export const usePlacesRead = (): void => {
  const federation = usePerson((state) => state.federation);
  const lang = usePerson((state) => state.lang);
  const isWanted = useRead((state) => state.isWanted);
  const healed = useKnown((state) => state.healed);
  useEffect(() => {
    if (!(federation && isWanted)) return undefined;
    const stop = new AbortController();
    const read = () => learnPlaces(federation, lang, stop.signal);
    void read();
    const leave = readAgain(learnEveryMs, read);
    return () => {
      leave();
      stop.abort();
    };
  }, [federation, lang, isWanted, healed]);
};

/** Of what the page is about now; undefined until it was read. */
export const useGazetteer = (): Gazetteer | undefined => {
  const { say } = useWords();
  const told = useRead((state) => state.told);
  const gazetteer = useRead((state) => state.gazetteer);
  // the first row alone makes it wanted
  useEffect(() => useRead.setState((state) => (state.isWanted ? state : { isWanted: true })), []);
  const wanted = usePerson((state) => state.federation);
  const name = useKnown((state) => state.federation?.name ?? '');
  const middle = told?.middle;
  const named = useMemo(() => middle && toGazetteer([{ id: '', name: say('middleOf', { name }), position: middle }]), [middle, name, say]);
  return told?.federation === wanted ? (named ?? gazetteer) : undefined;
};
