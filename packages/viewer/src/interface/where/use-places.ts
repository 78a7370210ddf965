/**
 * Use places: where the twins of an answer are, many at a time, whatever its question asked for.
 */
import { useEffect, useState } from 'react';
import type { PlaceRow } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { ask } from '../state/learning.ts';
import { usePerson } from '../state/person.ts';

/** Asked for at a time. */
export const placesMax = 500;

type Places = ReadonlyMap<string, PlaceRow>;

/** Those that are asked for next: not known yet, and not asked for in vain. */
export const nextAsked = (ids: readonly string[], known: ReadonlySet<string>): readonly string[] => ids.filter((id) => !known.has(id)).slice(0, placesMax);

type Asked = { readonly federation: string; readonly asOf: string | undefined; readonly signal: AbortSignal };

const readPlaces = async (ids: readonly string[], { federation, asOf, signal }: Asked): Promise<readonly PlaceRow[] | undefined> => {
  const got = await ask(queries.places, { federation, filter: { ids }, first: placesMax, ...(asOf !== undefined && { asOf }) }, signal);
  return got.ok ? (got.value.federation?.twins.nodes ?? []) : undefined;
};

/** A request for each stretch of those that are listed. */
export const usePlaces = (ids: readonly string[], asOf: string | undefined): Places => {
  const federation = usePerson((state) => state.federation);
  const [places, setPlaces] = useState<Places>(new Map());
  const key = ids.join(' ');
  useEffect(() => {
    if (!federation) return undefined;
    const stop = new AbortController();
    const asked = new Set<string>();
    const read = async (): Promise<void> => {
      for (let next = nextAsked(ids, asked); next.length > 0 && !stop.signal.aborted; next = nextAsked(ids, asked)) {
        const rows = await readPlaces(next, { federation, asOf, signal: stop.signal });
        if (stop.signal.aborted || !rows) return;
        for (const id of next) asked.add(id);
        setPlaces((before) => new Map([...before, ...rows.map((row) => [row.id, row] as const)]));
      }
    };
    void read();
    return () => stop.abort();
  }, [federation, key, asOf]);
  return places;
};
