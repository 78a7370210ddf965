/**
 * Watch: bounds of the property by which the city is coloured. What lies beyond them stands under a ring, what is older than they allow is striped.
 */
import { person, usePerson, type Watch as Watched } from '../state/person.ts';
import type { Key } from '../words/words.ts';
import { useWords } from '../words/words.ts';

const fields = [
  ['least', 'alarmBelow'],
  ['most', 'alarmAbove'],
  ['staleAfter', 'staleAfter'],
] as const satisfies readonly (readonly [keyof Watched, Key])[];

const withBound = (watch: Watched, name: keyof Watched, text: string): Watched | undefined => {
  const value = text === '' ? undefined : Number(text);
  const next = { ...watch, [name]: Number.isFinite(value) ? value : undefined };
  return fields.some(([field]) => next[field] !== undefined) ? next : undefined;
};

export const Watch = ({ term, unit }: { readonly term: string; readonly unit: string | undefined }) => {
  const { say } = useWords();
  const set = usePerson((state) => state.watch);
  const watch: Watched = set?.term === term ? set : { term, unit };
  return (
    <details className="watch" open={set?.term === term}>
      <summary>{say('watched')}</summary>
      {fields.map(([name, key]) => (
        <label key={name}>
          {say(key)}
          <input
            type="number"
            step="any"
            {...(name === 'staleAfter' && { min: 0 })}
            defaultValue={watch[name]}
            onBlur={({ target }) => person.set({ watch: withBound(watch, name, target.value) })}
            onKeyDown={({ key: pressed, currentTarget }) => pressed === 'Enter' && person.set({ watch: withBound(watch, name, currentTarget.value) })}
          />
        </label>
      ))}
    </details>
  );
};
