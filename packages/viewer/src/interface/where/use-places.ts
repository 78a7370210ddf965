/**
 * Use places: where the twins of an answer are, many at a time, whatever its question asked for.
 */
import { useEffect, useState } from 'react';
import type { PlaceRow } from '../../graphql/answers.ts';
import { queries } from '../../graphql/queries.ts';
import { useKnown } from '../state/known.ts';
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

/** Of which time of which federation; as of which healing of it. */
type Held = { readonly of: string; readonly healed: number; readonly asked: ReadonlySet<string>; readonly places: Places };

/** Only of those that are listed. */
export const placesAfter = (before: Places, ids: readonly string[], rows: readonly PlaceRow[]): Places => {
  const told = new Map(rows.map((row) => [row.id, row]));
  return new Map(
    ids.flatMap((id) => {
      const row = told.get(id) ?? before.get(id);
      return row ? [[id, row] as const] : [];
    }),
  );
};

/** Of those that are listed; none where somebody healed since: all are asked for again. */
export const askedBefore = (held: Held | undefined, { of, healed, ids }: Pick<Held, 'of' | 'healed'> & { readonly ids: readonly string[] }): Set<string> =>
  new Set(held?.of === of && held.healed === healed ? ids.filter((id) => held.asked.has(id)) : []);

const none: Places = new Map();
const placesOf = (held: Held | undefined, of: string): Places => (held?.of === of ? held.places : none);

/** A request for each stretch of those that are listed and not known. */
export const usePlaces = (ids: readonly string[], asOf: string | undefined): Places => {
  const federation = usePerson((state) => state.federation);
  const healed = useKnown((state) => state.healed);
  const [held, setHeld] = useState<Held>();
  const of = `${federation} ${asOf}`;
  const key = ids.join(' ');
  useEffect(() => {
    if (!federation) return undefined;
    const stop = new AbortController();
    const asked = askedBefore(held, { of, healed, ids });
    const read = async (): Promise<void> => {
      for (let next = nextAsked(ids, asked); next.length > 0 && !stop.signal.aborted; next = nextAsked(ids, asked)) {
        const rows = await readPlaces(next, { federation, asOf, signal: stop.signal });
        if (stop.signal.aborted || !rows) return;
        for (const id of next) asked.add(id);
        setHeld((before) => ({ of, healed, asked: new Set(asked), places: placesAfter(placesOf(before, of), ids, rows) }));
      }
    };
    void read();
    return () => stop.abort();
  }, [federation, key, asOf, healed]);
  return placesOf(held, of);
};
