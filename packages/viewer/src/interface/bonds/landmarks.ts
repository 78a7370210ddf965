/**
 * Landmarks: by what one knows where one is, in a city that nothing was asked of yet: read again now and then, as others may have come, or be called otherwise.
 */
import { useEffect, useRef, useState } from 'react';
import type { Source, TwinRow } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import type { Staged } from '../../scene/staged.ts';
import type { FoundTwin } from '../state/answer.ts';
import { useKnown } from '../state/known.ts';
import { ask } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';
import { readAgain, readEveryMs } from '../state/reading.ts';
import { untoldIn } from '../state/sources-line.ts';
import { isTelling } from '../words/telling.ts';

export type Named = { readonly id: string; readonly name: string; readonly weight: number };
/** What a name stands over. */
export type Kept = Pick<FoundTwin, 'kind' | 'agencies'>;
export type Landmark = Named & Kept;

/** Read at a time, and named in the scene at once. */
export const namesMax = 60;

const quarters = ['city:District', 'city:Neighbourhood'];
const places = ['city:WaterBody', 'city:Park', 'city:Hospital', 'city:FireStation'];
/** Quarters are asked for by themselves: of a city with many parks and ponds they would not be among the first. */
export const landmarkKinds = [quarters, places] as const;
const weights = new Map([...quarters, ...places].toReversed().map((kind, at) => [kind, at + 1]));

type Told = { readonly sources: readonly Pick<Source, 'agency' | 'status'>[] } & {
  readonly nodes: readonly Pick<TwinRow, 'id' | 'name' | 'kind' | 'representations'>[];
};

type Held = { readonly id: string; readonly agencies: readonly string[] };

/** What is told takes the place of what was; only of agencies that could not tell all, what they told before stays. */
export const heldAfter = <T extends Held>(before: readonly T[], told: readonly T[], sources: Told['sources']): readonly T[] => {
  const [untold, ids] = [new Set(untoldIn(sources)), new Set(told.map(({ id }) => id))];
  return [...told, ...before.filter(({ id, agencies }) => !ids.has(id) && agencies.some((agency) => untold.has(agency)))].slice(0, namesMax);
};

/** What was not told, because nobody or not everybody answered, stays as it was. */
export const landmarksAfter = (before: readonly Landmark[], page: Told | undefined): readonly Landmark[] => {
  if (!page) return before;
  const told = page.nodes
    .filter(({ name }) => isTelling(name))
    .map(({ id, name, kind, representations }) => ({
      ...{ id, name, kind: kind.id, agencies: representations.map(({ agency }) => agency.id) },
      weight: weights.get(kind.id) ?? 0,
    }));
  return heldAfter(before, told, page.sources);
};

/** A name that several have stands once. */
export const eachOnce = (all: readonly Landmark[]): readonly Landmark[] => [...new Map(all.toReversed().map((one) => [one.name, one])).values()].toReversed();

const isSame = (a: readonly Landmark[], b: readonly Landmark[]): boolean =>
  a.length === b.length && a.every((one, at) => one.id === b[at]?.id && one.name === b[at]?.name);

type Read = { readonly federation: string; readonly lang: string; readonly signal: AbortSignal };

const readPage = async (kinds: readonly string[], { federation, lang, signal }: Read): Promise<Told | undefined> => {
  const got = await ask(queries.twins, { federation, filter: { kinds }, first: namesMax, terms: [], lang }, signal);
  return got.ok ? got.value.federation?.twins : undefined;
};

export const useLandmarks = (staged: Staged | undefined): readonly Landmark[] => {
  const federation = usePerson((state) => state.federation);
  const lang = usePerson((state) => state.lang);
  const healed = useKnown((state) => state.healed);
  const [found, setFound] = useState<readonly Landmark[]>([]);
  const parts = useRef<readonly (readonly Landmark[])[]>([]);
  useEffect(() => {
    parts.current = landmarkKinds.map(() => []);
    setFound([]);
  }, [staged, federation]);
  useEffect(() => {
    if (!(staged && federation)) return undefined;
    const stop = new AbortController();
    const read = async (): Promise<void> => {
      const pages = await Promise.all(landmarkKinds.map((kinds) => readPage(kinds, { federation, lang, signal: stop.signal })));
      if (stop.signal.aborted) return;
      parts.current = parts.current.map((before, at) => landmarksAfter(before, pages[at]));
      const next = eachOnce(parts.current.flat());
      setFound((shown) => (isSame(shown, next) ? shown : next));
    };
    void read();
    const leave = readAgain(readEveryMs, read);
    return () => {
      leave();
      stop.abort();
    };
  }, [staged, federation, lang, healed]);
  return found;
};
