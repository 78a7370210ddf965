/**
 * Place choice: which zone or place a question is about: as it was saved, from a list, or picked in the scene.
 */
import { useEffect, useId, useState } from 'react';
import { isRecord } from '../../graphql/questions.ts';
import { kindLabel, useKnown } from '../state/known.ts';
import { person, usePerson } from '../state/person.ts';
import type { Place } from '../state/places.ts';
import { type Option, optionsOf } from '../state/posing.ts';
import { plainText } from '../words/format.ts';
import { useWords, type Words } from '../words/words.ts';

const useOptions = (place: Place): readonly Option[] => {
  const federation = usePerson((state) => state.federation);
  const [options, setOptions] = useState<readonly Option[]>([]);
  // the kinds of a place are those of its question
  useEffect(() => {
    const stop = new AbortController();
    if (federation)
      void optionsOf(federation, place, stop.signal).then((found) => {
        if (!stop.signal.aborted) setOptions(found);
      });
    return () => stop.abort();
  }, [federation, place.kinds.join(' ')]);
  return options;
};

/** The tests that the question was saved with, as "100 years". */
const savedText = ({ saved }: Place, { quantity }: Words): string => {
  const tests = isRecord(saved) && Array.isArray(saved['property']) ? saved['property'].filter(isRecord) : [];
  return tests.map(({ value, unit }) => quantity(value, typeof unit === 'string' ? unit : undefined)).join(', ');
};

const nameOfPlace = ({ kinds, variable }: Place, label: (kind: string) => string): string => (kinds.length > 0 ? kinds.map(label).join(', ') : variable);

/** Two zones may have one name: then their number in the list tells them apart. */
const optionText = ({ name }: Option, options: readonly Option[], at: number): string =>
  options.some((other, index) => index !== at && other.name === name) ? `${plainText(name)} (${at + 1})` : plainText(name);

export const PlaceChoice = ({ place, picked }: { readonly place: Place; readonly picked: string | undefined }) => {
  const words = useWords();
  const { say } = words;
  const groups = useKnown((state) => state.groups);
  const picking = usePerson((state) => state.picking === place.variable);
  const options = useOptions(place);
  const id = useId();
  const saved = savedText(place, words);
  return (
    <div className="place">
      <label htmlFor={id}>{plainText(nameOfPlace(place, (kind) => kindLabel({ groups }, kind)))}</label>
      <select id={id} value={picked ?? ''} onChange={({ target }) => person.place(place.variable, target.value === '' ? undefined : target.value)}>
        <option value="">{saved ? say('asSavedWith', { value: saved }) : say('asSaved')}</option>
        {options.map((option, at) => (
          <option key={option.id} value={option.id}>
            {optionText(option, options, at)}
          </option>
        ))}
        {picked !== undefined && !options.some((option) => option.id === picked) && <option value={picked}>{plainText(picked)}</option>}
      </select>
      <button type="button" className="quiet" aria-pressed={picking} onClick={() => person.pick(picking ? undefined : place.variable)}>
        {say('pickInScene')}
      </button>
    </div>
  );
};
