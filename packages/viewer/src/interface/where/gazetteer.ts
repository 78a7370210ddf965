/**
 * Gazetteer: what of the city has a name, with its outline, read once lists are: a few requests, however long the lists are. Where nothing has a name, the city's middle has.
 */
import { type Gazetteer, toGazetteer } from '@cityweave/core/scene/tiles';
import { useEffect, useMemo } from 'react';
import { create } from 'zustand';
import type { NamedPlaceRow } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { fetchScene } from '../../scene/fetching.ts';
import { landmarkKinds, namesMax } from '../bonds/landmarks.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';
import { readAgain } from '../state/reading.ts';
import { untoldIn } from '../state/sources-line.ts';
import { isTelling } from '../words/telling.ts';
import { useWords } from '../words/words.ts';

type Named = Parameters<typeof toGazetteer>[0][number];

type Read = {
  readonly isWanted: boolean;
  readonly federation: string | undefined;
  readonly places: readonly Named[];
  /** longitude, latitude of the city's middle, where nothing has a name */
  readonly middle: readonly [number, number] | undefined;
};

const nothing: Read = { isWanted: false, federation: undefined, places: [], middle: undefined };
const useRead = create<Read>()(() => nothing);

const isOutline = (value: unknown): value is NonNullable<Named['outline']> => {
  const { type, coordinates } = Object(value);
  return (type === 'Polygon' || type === 'MultiPolygon') && Array.isArray(coordinates);
};

export const toNamedPlaces = (nodes: readonly NamedPlaceRow[]): readonly Named[] =>
  nodes.flatMap(({ id, name, position, representations }) => {
    if (!(position && isTelling(name))) return [];
    return [{ id, name, position: [position.longitude, position.latitude], outline: representations.map(({ geometry }) => geometry).find(isOutline) }];
  });

const readPlaces = async (federation: string, lang: string, signal: AbortSignal) => {
  const asked = landmarkKinds.map((kinds) => ask(queries.namedPlaces, { federation, filter: { kinds }, first: namesMax, lang }, signal));
  return (await Promise.all(asked)).map((got) => (got.ok ? got.value.federation?.twins : undefined));
};

/** What was not told, because nobody or not everybody answered, stays as it was. */
const learnPlaces = async (federation: string, lang: string, signal: AbortSignal): Promise<void> => {
  const pages = await readPlaces(federation, lang, signal);
  if (signal.aborted) return;
  const told = toNamedPlaces(pages.flatMap((page) => page?.nodes ?? []));
  const isAll = pages.every((page) => page && untoldIn(page.sources).length === 0);
  const before = useRead.getState();
  const kept = !isAll && before.federation === federation ? before.places.filter(({ id }) => !told.some((one) => one.id === id)) : [];
  const places = [...told, ...kept];
  const scene = places.length === 0 ? await fetchScene(federation) : undefined;
  if (!signal.aborted) useRead.setState({ federation, places, middle: scene?.ok ? scene.value.origin : undefined });
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
  const { federation, places, middle } = useRead();
  useEffect(() => useRead.setState({ isWanted: true }), []);
  const wanted = usePerson((state) => state.federation);
  const name = useKnown((state) => state.federation?.name ?? '');
  return useMemo(() => {
    if (federation !== wanted) return undefined;
    return toGazetteer(middle ? [{ id: '', name: say('middleOf', { name }), position: middle }] : places);
  }, [federation, wanted, places, middle, name, say]);
};
