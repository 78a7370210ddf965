/**
 * Place choice: which zone or place a question is about: as it was saved, from a list, or picked in the scene.
 */
import { useEffect, useId, useState } from 'react';
import { useDrawn } from '../state/drawn.ts';
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

/** By what the question was saved, as "100 years". */
const savedText = ({ tests }: Place, { quantity }: Words): string => tests.map(({ value, unit }) => quantity(value, unit)).join(', ');

const nameOfPlace = ({ kinds, variable }: Place, label: (kind: string) => string): string => (kinds.length > 0 ? kinds.map(label).join(', ') : variable);

const labelOf = ({ name, told }: Option, { quantity }: Words): string =>
  [plainText(name), ...told.map(({ value, unit }) => plainText(quantity(value, unit), 40))].join(' · ');

/** Two zones may be called the same: then their number in the list tells them apart. */
const optionTexts = (options: readonly Option[], words: Words): readonly string[] => {
  const labels = options.map((option) => labelOf(option, words));
  return labels.map((label, at) => (labels.indexOf(label) === at && labels.lastIndexOf(label) === at ? label : `${label} (${at + 1})`));
};

export const PlaceChoice = ({ place, picked }: { readonly place: Place; readonly picked: string | undefined }) => {
  const words = useWords();
  const { say } = words;
  const groups = useKnown((state) => state.groups);
  const picking = usePerson((state) => state.picking === place.variable);
  const isDrawn = useDrawn(({ drawn }) => drawn !== undefined);
  const options = useOptions(place);
  const id = useId();
  const saved = savedText(place, words);
  const texts = optionTexts(options, words);
  return (
    <div className="place">
      <label htmlFor={id}>{plainText(nameOfPlace(place, (kind) => kindLabel({ groups }, kind)))}</label>
      <select id={id} value={picked ?? ''} onChange={({ target }) => person.place(place.variable, target.value === '' ? undefined : target.value)}>
        <option value="">{saved ? say('asSavedWith', { value: saved }) : say('asSaved')}</option>
        {options.map((option, at) => (
          <option key={option.id} value={option.id}>
            {texts[at]}
          </option>
        ))}
        {picked !== undefined && !options.some((option) => option.id === picked) && <option value={picked}>{plainText(picked)}</option>}
      </select>
      {isDrawn && (
        <button type="button" className="quiet" aria-pressed={picking} onClick={() => person.pick(picking ? undefined : place.variable)}>
          {say('pickInScene')}
        </button>
      )}
    </div>
  );
};
